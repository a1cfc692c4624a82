"""Decide what an activity means, who earns, how much, and who stands where.

Everything here is a pure function of its arguments: no Flask, no database, no clock, no randomness.
The ``adoption`` package supplies the facts and stores the decisions.
"""
