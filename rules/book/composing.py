"""A book's text with some definitions changed: each exactly where it stood, every other line as it was."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules.book.cutting import HEADER
from rules.book.cutting import names_of
from rules.book.faults import BookError
from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.reading import parsed
from rules.book.writing import body_of
from rules.book.writing import text_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

Name = tuple[str, str]  # kind, key
BOM = "\ufeff"


class _Block(NamedTuple):
    """Lines of a book that belong together: those of one definition, or what stands before and between."""

    name: Name | None
    lines: list[str]


def definitions(text: str) -> dict[Name, dict[str, Any]]:
    """Return the raw table of each definition of a text, by kind and key, in the order of the text.

    Raises:
        BookError: it is no TOML.
    """
    raw, faults = parsed(text)
    if faults:
        raise BookError(tuple(faults))
    return {
        (kind, key): body
        for kind, section in raw.items()
        if isinstance(section, dict)
        for key, body in section.items()
        if isinstance(body, dict)
    }


def put(text: str, changes: Mapping[Name, str | None]) -> str:
    """Return a book with these definitions worded anew; ``None`` takes one out.

    A changed definition stands where it stood, a new one after the last of its kind.  Remarks above a definition stay,
    unless it goes and they touch it.  A book in another manner (``metric = { calls = … }``) is written anew.

    Raises:
        BookError: the text or a change is no TOML, or a change is not the one definition it should be.
    """
    before = definitions(text)
    after = {name: body for name, body in before.items() if name not in changes}
    for (kind, key), change in changes.items():
        if change is not None:
            after[kind, key] = only(change, (kind, key))
    found = _edited(text, changes)
    return found if _means(found, after) else _anew(before, changes)


def changed(before: str, after: str) -> tuple[Name, ...]:
    """Return the names of the definitions in which two books differ, those of the second first."""
    old, new = definitions(before), definitions(after)
    return tuple(name for name in {**new, **old} if old.get(name) != new.get(name))


def only(text: str, name: Name) -> dict[str, Any]:
    """Return the raw table of a text that is one definition and nothing else.

    Raises:
        BookError: it is something else.
    """
    body = body_of(text, *name)
    if parsed(text)[0] != {name[0]: {name[1]: body}}:
        fault = Fault(place(*name), "stands beside something else; change each definition by itself")
        raise BookError((fault,), place(*name))
    return body


def part(text: str, name: Name) -> str | None:
    """Return one definition as it stands in a book, or as it would be written; ``None`` where there is none."""
    return parts(text, (name,)).get(name)


def parts(text: str, names: Collection[Name]) -> dict[Name, str]:
    """Return some definitions as they stand in a book, or as they would be written; those that it has."""
    bodies = definitions(text)
    lines: dict[Name, list[str]] = defaultdict(list)
    for block in _blocks(text.removeprefix(BOM).replace("\r\n", "\n")):
        if block.name is not None:
            lines[block.name] += block.lines
    found = {}
    for name in names:
        if name in bodies:
            words = "\n".join(lines[name]).strip() + "\n"
            found[name] = words if _means(words, {name: bodies[name]}) else text_of(*name, bodies[name])
    return found


def _edited(text: str, changes: Mapping[Name, str | None]) -> str:
    """Change lines; the mark at the beginning and the ends of lines stay what they were."""
    bom, plain = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    dos = "\r\n" in plain and plain.count("\r\n") == plain.count("\n")
    blocks = _blocks(plain.replace("\r\n", "\n") if dos else plain)
    there = {block.name for block in blocks}
    for name, words in changes.items():
        change = None if words is None else words.replace("\r\n", "\n")
        if name in there:
            blocks = list(_replaced(blocks, name, change))
        elif change is not None:
            blocks = _added(blocks, name, change)
    found = "\n".join(line for block in blocks for line in block.lines)
    return bom + (found.replace("\n", "\r\n") if dos else found)


def _blocks(text: str) -> list[_Block]:
    """Cut a text before every header; empty lines and remarks before one are blocks of their own."""
    blocks = [_Block(None, [])]
    for line in text.split("\n"):
        header = HEADER.match(line.removesuffix("\r"))
        if header is not None:
            kind, key, *_ = (*names_of(header["name"]), "", "")
            if blocks[-1].name == (kind, key):
                blocks[-1].lines.append(line)
                continue
            blocks += [_loose(blocks[-1]), _Block((kind, key), [])]
        blocks[-1].lines.append(line)
    blocks.append(_loose(blocks[-1]))
    return [block for block in blocks if block.lines]


def _loose(block: _Block) -> _Block:
    """Take the empty lines and remarks at the end of a block out of it."""
    at = len(block.lines)
    while at and _is_loose(block.lines[at - 1]):
        at -= 1
    taken = _Block(None, block.lines[at:])
    del block.lines[at:]
    return taken


def _is_loose(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _replaced(blocks: list[_Block], name: Name, change: str | None) -> Iterator[_Block]:
    """Put the change where the definition begins, and leave out the rest of it."""
    done = False
    for at, block in enumerate(blocks):
        if block.name != name:
            yield block
        elif change is not None and not done:
            yield _Block(name, change.strip().split("\n"))
        elif change is None:
            _forget(blocks[at - 1].lines if at else [], blocks[at + 1].lines if at + 1 < len(blocks) else [])
        done = done or block.name == name


def _forget(above: list[str], below: list[str]) -> None:
    """Take out the remarks that touch a definition from above, and the empty lines that parted it from the next."""
    while above and above[-1].strip().startswith("#"):
        above.pop()
    while below and not below[0].strip() and (above or len(below) > 1):
        below.pop(0)


def _added(blocks: list[_Block], name: Name, change: str) -> list[_Block]:
    """Put a new definition after the last of its kind, else at the end, with an empty line around it."""
    last = max((at for at, block in enumerate(blocks) if block.name and block.name[0] == name[0]), default=None)
    new = _Block(name, change.strip().split("\n"))
    if last is not None:
        return [*blocks[: last + 1], _Block(None, [""]), new, *blocks[last + 1 :]]
    while blocks and blocks[-1].name is None and not any(line.strip() for line in blocks[-1].lines):
        blocks.pop()
    return [*blocks, *([_Block(None, [""])] if blocks else []), new, _Block(None, [""])]


def _means(text: str, wanted: Mapping[Name, Mapping[str, Any]]) -> bool:
    """Say whether a text holds these definitions and nothing else."""
    raw, faults = parsed(text)
    if faults or not all(isinstance(section, dict) for section in raw.values()):
        return False
    return wanted == {(kind, key): body for kind, section in raw.items() for key, body in section.items()}


def _anew(before: Mapping[Name, Mapping[str, Any]], changes: Mapping[Name, str | None]) -> str:
    """Write every definition anew, the changed ones in their own words."""
    told = {**dict.fromkeys(before), **changes}
    words = [changes[name] if name in changes else text_of(*name, before[name]) for name in told]
    return "\n".join(f"{one.strip()}\n" for one in words if one is not None)
