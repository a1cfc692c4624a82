"""One definition cut out of a book's text, exactly as it was written, so that it can be changed and put back."""

from __future__ import annotations

import re
import tomllib
from typing import Any
from typing import NamedTuple

from rules.book.faults import place

# Nothing is tried twice (``++``): a line of thousands of blanks would keep everybody waiting.
HEADER = re.compile(r"^[ \t]*+\[\[?+(?P<name>[^\[\]]++)\]\]?+[ \t]*+(?:#.*)?$")


class Cut(NamedTuple):
    """The text of one definition, and that of the rest of the book."""

    text: str
    rest: str

    def put_back(self, text: str) -> str:
        """Return a book in which the definition is worded like this; it comes first, so that lines are its own."""
        return f"{text}\n{self.rest}"


def cut(text: str, section: str, key: str) -> Cut | None:
    """Return the tables of ``[section.key]`` and the rest; ``None`` where they do not stand for themselves.

    That is so where a book is written in another way (``section = { key = … }``), or has no such definition.
    """
    own: list[str] = []
    rest: list[str] = []
    into = rest
    for line in text.splitlines():
        header = HEADER.match(line)
        if header is not None:
            inside = names_of(header["name"])[:2] == [section, key]
            if into is own and not inside:
                _hand_over(own, rest)
            into = own if inside else rest
        into.append(line)
    found = Cut("\n".join(own).strip("\n") + "\n", "\n".join(rest) + "\n")
    return found if own and _same(text, found, section, key) else None


def names_of(header: str) -> list[str]:
    """Return the names of a table's header: ``plan."a b".components`` has three."""
    return [bare or quoted for quoted, bare in re.findall(r"[\"']([^\"']*)[\"']|([\w-]+)", header)]


def _hand_over(own: list[str], rest: list[str]) -> None:
    """Give the remarks and empty lines before a header to what stands below it."""
    at = len(own)
    while at and (not own[at - 1].strip() or own[at - 1].lstrip().startswith("#")):
        at -= 1
    rest.extend(own[at:])
    del own[at:]


def _same(text: str, found: Cut, section: str, key: str) -> bool:
    """Say whether the two parts mean together what the whole text means."""
    try:
        whole, part, rest = (tomllib.loads(one) for one in (text, found.text, found.rest))
    except tomllib.TOMLDecodeError:
        return False
    wanted: Any = whole.get(section, {}).pop(key, None)
    if not whole.get(section):
        whole.pop(section, None)
    tables_first = all(not line.strip() or line.lstrip().startswith(("#", "[")) for line in _head(found.rest))
    return tables_first and part == {section: {key: wanted}} and rest == whole


def _head(text: str) -> list[str]:
    """Return the lines up to the first table."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if HEADER.match(line)), len(lines))
    return lines[:first]


def header_of(section: str, key: str) -> str:
    """Return the header of a definition, as in ``[plan.sales]``."""
    return f"[{place(section, key)}]"
