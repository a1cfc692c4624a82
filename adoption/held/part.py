"""A part of what is held about a participant, and how its columns are written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec

from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from sqlalchemy import Executable


def plain(value: Any) -> Any:
    """Write a value as it is."""
    return value


def as_it_is(value: str) -> msgspec.Raw:
    """Write JSON as it is stored, digit by digit."""
    return msgspec.Raw(value.encode())


def as_it_may_be(value: str | None) -> msgspec.Raw | None:
    """Write JSON as it is stored, if there is any."""
    return None if value is None else as_it_is(value)


def day_of(value: int | None) -> str | None:
    """Write a local day; an open end is none."""
    return None if value is None or value >= period.FOREVER else date.fromordinal(max(1, value)).isoformat()


def day_if_any(value: int) -> str | None:
    """Write a local day; 0 is none."""
    return day_of(value or None)


def moment_of(value: int | None) -> str | None:
    """Write UTC microseconds."""
    return None if value is None else period.moment(value).isoformat()


class Part(NamedTuple):
    """A list of the document: what it is read from for a participant, and how its columns are written."""

    name: str
    query: Callable[[int], Executable]
    shapes: Mapping[str, Callable[[Any], Any]]
