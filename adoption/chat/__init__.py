"""Channels of chats: which there are (``channels``), and how something is posted to one (``posting``, ``reaching``).

What is said there, and when, is the outbox's: docs/decisions/channels.md.
"""
