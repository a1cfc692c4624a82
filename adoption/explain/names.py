"""Names of awards: ``VERSION-HOLDER-PERIODSTART-ORDINAL``, safe in a URL; a team as holder is ``t7``."""

from __future__ import annotations

import re
from typing import NamedTuple

from adoption.errors import NotFoundError

SHAPE = re.compile(r"([0-9]{1,9})-(t?[0-9]{1,9})-([0-9]{1,7})-([0-9]{1,9})")


class AwardKey(NamedTuple):
    """What makes an award one of its kind; a holder is a participant, or a team as a negative number."""

    version: int
    holder: int
    period: int
    ordinal: int


def written(key: AwardKey) -> str:
    """Write the name of an award."""
    holder = str(key.holder) if key.holder > 0 else f"t{-key.holder}"
    return f"{key.version}-{holder}-{key.period}-{key.ordinal}"


def read(name: str) -> AwardKey:
    """Read what ``written`` writes.

    Raises:
        NotFoundError: this is the name of no award.
    """
    found = SHAPE.fullmatch(name)
    if found is None or not name.isascii():
        msg = f"{name[:80]!r} is no award; awards are named VERSION-HOLDER-PERIOD-ORDINAL."
        raise NotFoundError(msg)
    version, holder, period, ordinal = found.groups()
    number = -int(holder[1:]) if holder.startswith("t") else int(holder)
    return AwardKey(int(version), number, int(period), int(ordinal))
