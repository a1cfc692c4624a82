"""What is said in a chat, as Slack, Microsoft Teams and Mattermost want it told.

A message holds names that people chose, so nothing of it is ever read as markup, as a link or as a call to somebody.
Slack and Teams have blocks of plain text; Mattermost has none, so that every sign with a meaning is escaped there.  A
word joiner (U+2060, which nobody sees) takes apart what programs find in plain text, too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

MOST = 3_000  # characters of a message: a third of what the strictest of the three takes, whatever the script
TITLE, LINE, PARTS = 140, 600, 8  # Slack's headers have 150 characters, its messages 50 blocks
JOINER = "\u2060"
JOINED = "\u200c\u200d"  # invisible, but part of how some names and pictures are written
MORE = "…"
# What programs find in plain text: calls to people, tags, addresses, signs between two colons, and formulas of cards.
_FOUND = re.compile(r"@|#|://|www\.|:(?=[\w+-])|~|&(?=[\w#])|\{(?=\{)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_\[\]()<>|!{}])")
_LIST = re.compile(r"(?=[-+=]|\d+[.)])")  # at the beginning of a line
_MRKDWN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
CARD = "application/vnd.microsoft.card.adaptive"


class Part(NamedTuple):
    """Lines that belong together, perhaps under a heading."""

    lines: tuple[str, ...]
    heading: str = ""


class Link(NamedTuple):
    """Where to read on: words, and an address of our own."""

    words: str
    address: str


class Message(NamedTuple):
    """A message without markup; each line is one line."""

    title: str
    parts: tuple[Part, ...]
    link: Link | None = None


def words(message: Message) -> str:
    """Return a message as plain text."""
    message = fitted(message)
    blocks = [message.title]
    blocks += ["\n".join(filter(None, (part.heading, *part.lines))) for part in message.parts]
    if message.link:
        blocks.append(f"{message.link.words}: {message.link.address}")
    return "\n\n".join(blocks) + "\n"


def body(kind: str, message: Message, language: str) -> str:
    """Return what is posted to a channel of a kind (one of ``KINDS``): JSON."""
    return json.dumps(KINDS[kind](fitted(message), language), ensure_ascii=False, separators=(",", ":"))


def fitted(message: Message) -> Message:
    """Return a message that is not too long for anybody: what is left out of it is shown by an ellipsis."""
    return message._replace(title=_cut(message.title, TITLE), parts=tuple(_parts(message.parts[:PARTS])))


def _parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    left = MOST
    for part in parts:
        heading, lines = _cut(part.heading, TITLE), []
        left -= len(heading)
        for line in part.lines:
            if left <= 0:
                break
            lines.append(_cut(line, min(LINE, left)))
            left -= len(line) + 1
        if lines:
            yield Part(tuple(lines), heading)


def _cut(text: str, most: int) -> str:
    """Return a text on one line, without what cannot be seen (as what turns the direction of reading), not too long."""
    seen = "".join(sign if sign.isprintable() or sign in JOINED else " " for sign in text)
    line = " ".join(seen.split())
    return line if len(line) <= most else line[: max(most - 1, 0)] + MORE


def quiet(text: str) -> str:
    """Take apart what a program would find in plain text; it looks as before."""
    return _FOUND.sub(lambda found: found[0][:1] + JOINER + found[0][1:] + (JOINER if len(found[0]) > 1 else ""), text)


def markdown(text: str) -> str:
    """Return a line that shows as it is where Markdown is read."""
    escaped = _MARKDOWN.sub(r"\\\1", quiet(text))
    return JOINER + escaped if _LIST.match(text.lstrip()) else escaped


def mrkdwn(text: str) -> str:
    """Return a line in which Slack finds neither links nor calls."""
    return quiet(text).translate(_MRKDWN)


def _slack(message: Message, _language: str) -> dict[str, Any]:
    """Blocks of plain text; of mrkdwn is the link alone, which is ours.  ``text`` is what a notification shows."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(message.title)}]
    for part in message.parts:
        lines = ([f"{part.heading}:"] if part.heading else []) + list(part.lines)
        blocks.append({"type": "section", "text": _plain("\n".join(lines))})
    if message.link:
        address, said = message.link.address, mrkdwn(message.link.words)
        text = {"type": "mrkdwn", "text": f"<{address}|{said}>", "verbatim": True}
        blocks.append({"type": "context", "elements": [text]})
    first = message.parts[0].lines[:1] if message.parts else ()
    shown = mrkdwn(": ".join((message.title, *first)))
    return {"text": shown, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": blocks}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": quiet(text), "emoji": False}


def _teams(message: Message, language: str) -> dict[str, Any]:
    """One Adaptive Card, of text runs: in these Markdown means nothing, unlike in text blocks."""
    card: list[dict[str, Any]] = [_run(message.title, size="large", weight="bolder")]
    for part in message.parts:
        if part.heading:
            card.append(_run(part.heading, weight="bolder") | {"spacing": "medium"})
        card += [_run(line) for line in part.lines]
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": language,
        "fallbackText": markdown(message.title),
        "body": card,
    }
    if message.link:
        content["actions"] = [
            {"type": "Action.OpenUrl", "title": quiet(message.link.words), "url": message.link.address}
        ]
    attachment = {"contentType": CARD, "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _run(text: str, **looks: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": quiet(text), **looks}]}


def _mattermost(message: Message, _language: str) -> dict[str, Any]:
    """Text in Markdown, in which only what we put there means something."""
    blocks = [f"**{markdown(message.title)}**"]
    for part in message.parts:
        heading = [f"**{markdown(part.heading)}**"] if part.heading else []
        blocks.append("\n".join([*heading, *map(markdown, part.lines)]))
    if message.link:
        blocks.append(f"[{markdown(message.link.words)}]({message.link.address})")
    return {"text": "\n\n".join(blocks)}


KINDS: Mapping[str, Callable[[Message, str], dict[str, Any]]] = {
    "slack": _slack,
    "teams": _teams,
    "mattermost": _mattermost,
}
