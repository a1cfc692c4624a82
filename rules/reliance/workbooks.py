"""Which files are customer workbooks: the rules of the register, and whether a file meets one.

Whatever is not in the register is nobody's business: a file that meets no rule leaves no trace.
"""

from __future__ import annotations

import fnmatch
import re
from typing import NamedTuple
from urllib.parse import unquote
from urllib.parse import urlsplit

RULES = ("file", "folder", "label", "name")
SHEETS = frozenset({"xlsx", "xlsm", "xlsb", "xls", "xltx", "csv", "tsv", "ods", "numbers", "gsheet"})  # extensions
LEAST = 3  # characters of a name that a pattern needs, else it would mean nearly every file
LONGEST = 1_000  # characters of a value

_GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_GOOGLE = re.compile(r"(?:/d/|/folders/|[?&]id=)([-\w]{10,})")
_WAY = re.compile(r"^/:[a-z]:/r(?=/)", re.IGNORECASE)  # what Office puts before the path in a link
_OPAQUE = re.compile(r"^/:[a-z]:/[^r]/", re.IGNORECASE)  # a link for sharing says nothing about the file


class File(NamedTuple):
    """A spreadsheet as an office suite tells of it; used to look it up in the register, and then forgotten."""

    keys: frozenset[str]  # by which it may be known: ``keys_of``
    name: str
    folders: tuple[str, ...]  # where it lies: a path, or the number of a shared drive
    labels: tuple[str, ...]  # of sensitivity: number or name
    extension: str
    location: str  # personal, team


class Rule(NamedTuple):
    """A line of the register, ready to be compared."""

    kind: str
    value: str


def fault(kind: str, value: str) -> str | None:
    """Say what is wrong with a rule: ``unknown``, ``empty``, ``long``, ``shared`` or ``wide``; ``None`` if nothing is.

    ``shared`` is a link for sharing, which does not say which file it leads to; ``wide`` would take in nearly all.
    """
    text = value.strip()
    if kind not in RULES or not text or len(text) > LONGEST:
        return "unknown" if kind not in RULES else "long" if text else "empty"
    if kind in {"file", "folder"} and _OPAQUE.match(urlsplit(text).path if _is_link(text) else ""):
        return "shared"
    if kind == "folder" and not _GOOGLE.search(text) and not _segments(text):
        return "wide"
    if kind == "name" and len(re.sub(r"[*?.\s]", "", _without_extension(text))) < LEAST:
        return "wide"
    return None


def holds(rule: Rule, file: File) -> bool:
    """Say whether a file is meant by a rule."""
    value = rule.value.strip()
    if rule.kind == "file":
        return bool(keys_of(value) & file.keys)
    if rule.kind == "folder":
        return any(_within(folder, value) for folder in file.folders)
    if rule.kind == "label":
        return value.casefold() in {label.casefold() for label in file.labels}
    return _pattern(value).fullmatch(file.name.casefold()) is not None


def keys_of(text: str) -> frozenset[str]:
    """Return the keys by which a file may be known: from its number, its address, or a link to it."""
    text = text.strip()
    keys = {f"guid:{found.replace('-', '').lower()}" for found in _GUID.findall(text)}
    google = _GOOGLE.search(text)
    if google:
        keys.add(f"id:{google[1]}")
    elif _is_link(text):
        keys.add(f"address:{_address(text)}")
    elif text and not keys:
        keys.add(f"id:{text}")
    return frozenset(keys)


def _is_link(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _address(text: str) -> str:
    """Write an address as all ways to write it come to: without scheme, query, escapes and what links put before."""
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that do not match
        return unquote(text).casefold()
    return (parts.netloc + unquote(_WAY.sub("", parts.path))).casefold().rstrip("/")


def _segments(text: str) -> tuple[str, ...]:
    """Return the names of a path; of an address without the host."""
    path = _address(text).partition("/")[2] if _is_link(text) else unquote(text).casefold().replace("\\", "/")
    return tuple(part for part in path.split("/") if part)


def _within(folder: str, value: str) -> bool:
    """Say whether a folder is the one that is meant, or lies in it.

    An address is meant from its beginning; names alone (``Sales/Customers``) are meant wherever they follow each other.
    """
    google = _GOOGLE.search(value)
    if google or folder == value:
        return folder == (google[1] if google else value)
    if _is_link(value):
        inner, outer = _address(folder), _address(value)
        return inner == outer or inner.startswith(outer + "/")
    within, meant = _segments(folder), _segments(value)
    return any(within[at : at + len(meant)] == meant for at in range(len(within) - len(meant) + 1))


def _without_extension(text: str) -> str:
    stem, _, extension = text.rpartition(".")
    return stem if extension.casefold() in SHEETS else text


def _pattern(value: str) -> re.Pattern[str]:
    """Return what a pattern of names means: ``*`` any text, ``?`` one character; without them, a part of the name.

    What the standard library makes of it never goes back behind a star, so that no name takes for ever.
    """
    text = value.casefold()
    if not set(text) & {"*", "?"}:
        text = f"*{text}*"
    return re.compile(fnmatch.translate(text.replace("[", "[[]")))
