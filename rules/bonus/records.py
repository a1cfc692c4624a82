"""Records ↔ what JSON can hold: fractions are text (``0.025``, ``1/3``), terms objects with their ``kind``.

How a type is written and read is found out once and kept: a run of 100,000 statements packs millions of records.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rules.bonus import plan as plans
from rules.bonus import statement as statements
from rules.bonus.components import COMPONENTS
from rules.bonus.components import KIND_OF
from rules.bonus.exact import number
from rules.bonus.exact import text
from rules.bonus.reckoning import Given
from rules.bonus.reckoning import Worked
from rules.bonus.shares import Share

_NAMES = vars(plans) | vars(statements) | {"Mapping": Mapping, "Given": Given, "Share": Share, "Worked": Worked}
_PLAIN = {str, int, bool, type(None)}
_Kind = Any  # a type, or what stands for several
_Turn = Callable[[Any], Any]


class FormatError(ValueError):
    """This is no statement."""


def pack(value: Any) -> Any:
    """Return a record as JSON takes it; what has its default is left out."""
    kind: _Kind = type(value)
    return _packer(kind)(value)


@lru_cache(maxsize=256)
def _packer(kind: _Kind) -> _Turn:
    """Return how values of a type are packed."""
    if issubclass(kind, Fraction):
        return text
    if issubclass(kind, (tuple, list)):
        return lambda value: [pack(one) for one in value]
    if issubclass(kind, Mapping):
        return lambda value: {key: pack(one) for key, one in sorted(value.items())}
    if dataclasses.is_dataclass(kind):
        return _record_packer(kind)
    return lambda value: value


def _record_packer(kind: _Kind) -> _Turn:
    fields = [(field.name, _default(field)) for field in dataclasses.fields(kind)]
    name = KIND_OF.get(kind)

    def packed(record: Any) -> dict[str, Any]:
        found = {} if name is None else {"kind": name}
        for key, default in fields:
            own = getattr(record, key)
            if own is not default and own != default:
                found[key] = own if type(own) in _PLAIN else pack(own)
        return found

    return packed


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def unpack(kind: _Kind, value: Any) -> Any:
    """Return the record of a type that ``pack`` made this of.

    Raises:
        FormatError: it is none.
    """
    return _reader(kind)(value)


@lru_cache(maxsize=256)
def _reader(kind: _Kind) -> _Turn:
    """Return how values of a type are read."""
    origin: _Kind = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _union_reader(kind)
    if kind is Fraction:
        return lambda value: _number(value) if isinstance(value, str) else _strange(kind, value)
    if origin is tuple:
        return _tuple_reader(kind)
    if origin is not None and issubclass(origin, Mapping):
        inner = _reader(typing.get_args(kind)[1])
        return lambda value: (
            {key: inner(one) for key, one in value.items()} if isinstance(value, dict) else _strange(kind, value)
        )
    if dataclasses.is_dataclass(kind):
        return _record_reader(kind)
    return lambda value: value if kind in {str, int, bool} and type(value) is kind else _strange(kind, value)


def _union_reader(kind: _Kind) -> _Turn:
    kinds = typing.get_args(kind)
    others = [one for one in kinds if one is not types.NoneType]
    may_lack, either = types.NoneType in kinds, Fraction in others and str in others
    listed: dict[str, _Kind] = {name: one.terms for name, one in COMPONENTS.items() if one.terms in others}
    terms = {name: _reader(one) for name, one in listed.items()}
    usual = _reader(others[0])

    def read(value: Any) -> Any:
        if value is None and may_lack:
            return None
        named = value.get("kind") if terms and isinstance(value, dict) else None
        if isinstance(named, str) and named in terms:
            return terms[named]({key: one for key, one in value.items() if key != "kind"})
        if either and isinstance(value, str):
            return _number(value) if value[:1] in "-0123456789" else value
        return usual(value)

    return read


def _tuple_reader(kind: _Kind) -> _Turn:
    inner = typing.get_args(kind)
    if inner[-1] is Ellipsis:
        each = _reader(inner[0])
        return lambda value: tuple(map(each, value)) if isinstance(value, list) else _strange(kind, value)
    readers = [_reader(one) for one in inner]

    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(readers):
            return _strange(kind, value)
        return tuple(one(part) for one, part in zip(readers, value, strict=True))

    return read


def _record_reader(kind: _Kind) -> _Turn:
    hints = typing.get_type_hints(kind, globalns=_NAMES)
    readers = {key: _reader(one) for key, one in hints.items()}

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return _strange(kind, value)
        strange = sorted(value.keys() - readers.keys())
        if strange:
            msg = f"{kind.__name__} has no {', '.join(strange)}"
            raise FormatError(msg)
        given = {key: readers[key](one) for key, one in value.items()}
        try:
            return kind(**given)
        except TypeError as error:
            msg = f"{kind.__name__} is incomplete: {error}"
            raise FormatError(msg) from None

    return read


def _strange(kind: _Kind, value: Any) -> Any:
    msg = f"{str(value)[:60]!r} stands where {getattr(kind, '__name__', kind)} is expected"
    raise FormatError(msg)


def _number(value: str) -> Fraction:
    try:
        return number(value)
    except (ValueError, ZeroDivisionError):
        msg = f"{value[:60]!r} is no number"
        raise FormatError(msg) from None
