"""What every letter keeps: kind words in three languages, and a page that every mail program shows.

``golden`` compares a letter with the one that is kept; ``GOLDEN=write pytest …`` writes them anew: read what changed.
"""
# ruff: noqa: RUF001  # Cyrillic letters and full-width punctuation are meant

import os
import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

from adoption.mail import message
from adoption.mail.letter import Stored
from tests.bureau import NOW

FOLDER = Path(__file__).parent / "adoption" / "letters"
LARGEST = 80 * 1024  # bytes of the page as it travels

UNKIND = {  # what no letter says of anybody
    "en": r"\bfail|\bworst|\bonly\b|\bpoor|\bbad(ly)?\b|\blazy|\bweak|\bbehind\b|\blast place|\bmissed\b|\bbottom\b",
    "ru": r"провал|худш|\bтолько|\bлишь|плохо|плохой|ленив|слаб|отста|последнее место|не справил|упущен",
    "zh": r"失败|最差|只有|仅仅|差劲|懒|落后|垫底|倒数|不足|错过",
}
SAFE = {  # properties that mail programs read
    "background", "background-color", "border", "border-color", "border-radius", "border-top", "border-collapse",
    "border-spacing", "color", "display", "font-family", "font-size", "font-weight", "height", "line-height", "margin",
    "max-height", "max-width", "overflow",
    "padding", "padding-bottom", "padding-left", "padding-top", "text-align", "text-decoration",
    "white-space", "width",
    "word-break", "vertical-align",
}  # fmt: skip  # a list of words
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "caption", "tbody", "tr", "td", "th", "strong",
    "h1", "h2", "p", "a", "br", "span",
}  # fmt: skip  # a list of words


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text in them."""

    def __init__(self, html):
        super().__init__()
        self.found, self.said, self.open, self.tables = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.found.append((tag, given))
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        if tag == "table":
            self.tables.append((given, []))
        if tag == "th" and self.tables:
            self.tables[-1][1].append(given)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass
        if tag == "table":
            given, heads = self.tables.pop()
            assert given.get("role") == "presentation" or heads, "a table of data without a heading"
            assert all(one.get("scope") in {"row", "col"} for one in heads)

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.said.append(data)


def visible(html):
    return " ".join(" ".join(Page(html).said).split())


def golden(name, found):
    """Compare a written letter with the golden one."""
    file = FOLDER / f"{name}.txt"
    said = f"{found.subject}\n\n{found.text}"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def kind(found, code):
    """Check that a letter says no unkind word and does not shout."""
    said = re.sub(r"https?://\S+", "", f"{found.subject}\n{found.text}\n{visible(found.html)}").lower()
    assert re.findall(UNKIND[code], said) == []
    assert not set("!！") & set(said)


def safe(html, code):
    """Check that a page uses what every mail program knows."""
    page = Page(html)
    assert {tag for tag, _ in page.found} <= TAGS
    assert page.found[0] == ("html", {"lang": code})
    for tag, given in page.found:
        for part in filter(None, (given.get("style") or "").split(";")):
            name, _, value = part.partition(":")
            assert name.strip() in SAFE, part
            assert "url(" not in value
            assert "!important" not in value
        assert not {"onclick", "src", "background", "id"} & given.keys(), tag
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in page.found
    assert "http-equiv" not in html
    assert not re.search(r"<img|<link|<script|@import|url\(|position:|float:|flex|grid", html)


def complete(html, *classes):
    """Check that every text has its colour without the head: so have headings, links, and cells of these classes."""
    for tag, given in Page(html).found:
        named = set((given.get("class") or "").split())
        if tag in {"h1", "h2", "a"} or (tag == "td" and named & set(classes)):
            assert "color" in (given.get("style") or ""), (tag, given)


def light(found, code):
    """Check that a letter is not clipped, and arrives as it was written."""
    stored = Stored(
        id=1, kind="digest", participant=1, address="mei@example.com", occasion="2026-W48", language=code, facts="{}",
        state="rendered", planned=NOW, due=NOW, expires=NOW, changed=NOW, tries=0, doubts=0, rendered=NOW,
        message_id="<x@example.com>", subject=found.subject, text=found.text, html=found.html, reply=None, week=1,
    )  # fmt: skip  # a row
    parsed = message_from_bytes(message.build(stored, "spoonful@example.com"), policy=default)
    page = parsed.get_body(("html",))
    assert len(page.get_payload().encode()) < LARGEST
    assert page.get_content().replace("\r\n", "\n").strip() == found.html.strip()
