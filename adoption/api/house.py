"""What the routes that run the house share: who asks, how often they may, and whether anything is new."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from datetime import date
from functools import wraps
from typing import TYPE_CHECKING
from typing import Any

from flask import request
from marshmallow import ValidationError
from marshmallow import fields
from marshmallow import validate

from adoption import auth
from adoption import clock
from adoption import directory
from adoption import facts
from adoption import limits
from adoption.directory import outcome
from adoption.errors import TooOftenError
from adoption.extensions import db
from adoption.models import storable
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from flask_smorest import Blueprint


def told(why: str = "") -> directory.Told:
    """Return who asks, and why, for the journal."""
    return directory.told(facts.current(), why, clock.now())


def paced(limit: str) -> None:
    """Take a try of the token that asks, and commit that it was taken.

    Raises:
        TooOftenError: none is left; the answer says when there will be one.
    """
    who, moment = auth.caller().name, clock.now()
    if not limits.allow(limit, who, moment):
        db.session.rollback()
        raise TooOftenError(headers={"Retry-After": str(limits.wait(limit, who, moment))})
    db.session.commit()


def conditional(bp: Blueprint) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Give the answers of a view a tag, and answer 304 to whoever has them already."""

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def answer(*args: Any, **more: Any) -> Response:
            response = view(*args, **more)
            if response.status_code == 200:  # noqa: PLR2004  # OK
                response.add_etag()
                response.headers["Cache-Control"] = "private, no-cache"
                response.make_conditional(request)
            return response

        said = "Nothing has changed since the answer whose ETag was sent as If-None-Match"
        described: Callable[..., Response] = bp.doc(responses={"304": {"description": said}})(answer)
        return described

    return decorate


# --- fields


def plain(text: str) -> None:
    """Refuse what no database stores.

    Raises:
        ValidationError: there is a NUL or half a character in it.
    """
    if storable(text, "?") != text:
        msg = "There is a character in it that cannot be stored."
        raise ValidationError(msg)


def text(description: str, *, longest: int = 255, **more: Any) -> fields.Str:
    """Return a field for text that is stored or looked for."""
    metadata = {"description": description} | more.pop("metadata", {})
    return fields.Str(validate=[validate.Length(max=longest), plain], metadata=metadata, **more)


def why() -> fields.Str:
    """Return the field for a reason."""
    return text("Why; the journal keeps it", longest=outcome.WHY_LENGTH, load_default="")


def told_text(description: str, *, none: bool = False) -> fields.Str:
    """Return a field of an answer: text."""
    return fields.Str(required=True, allow_none=none, metadata={"description": description})


def told_number(description: str, *, none: bool = False) -> fields.Int:
    """Return a field of an answer: a whole number."""
    return fields.Int(required=True, allow_none=none, metadata={"description": description})


def told_moment(description: str, *, none: bool = False) -> fields.AwareDateTime:
    """Return a field of an answer: a moment."""
    return fields.AwareDateTime(required=True, allow_none=none, metadata={"description": description})


def told_flag(description: str) -> fields.Bool:
    """Return a field of an answer: yes or no."""
    return fields.Bool(required=True, metadata={"description": description})


def told_day(description: str, name: str | None = None) -> fields.Date:
    """Return a field of an answer: a local day, null where it is open."""
    return fields.Date(required=True, allow_none=True, data_key=name, metadata={"description": description})


def day(ordinal: int | None) -> date | None:
    """Return a local day as answers have it; ``None`` where it is open."""
    return None if ordinal is None or not EVER < ordinal < FOREVER else date.fromordinal(ordinal)
