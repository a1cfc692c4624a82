"""Blueprints whose arguments are read from JSON that may be hostile: whatever it is, it is answered."""

from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from flask_smorest import Blueprint as Resource
from webargs.flaskparser import FlaskParser

from adoption.errors import MalformedError

if TYPE_CHECKING:
    from flask import Request
    from marshmallow import Schema


class Parser(FlaskParser):
    """Reads JSON; of what Python cannot hold, the sender is told, and not our log."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return what a body says.

        Raises:
            MalformedError: it is nested too deeply, or has a number of thousands of digits.
        """
        try:
            return super().load_json(req, schema)
        except (RecursionError, ValueError):
            msg = "The JSON cannot be read: it is nested too deeply, or a number in it is too long."
            raise MalformedError(msg) from None


class Blueprint(Resource):  # type: ignore[misc]  # flask-smorest ships no types
    """A resource of the API."""

    ARGUMENTS_PARSER = Parser()


def json_of(request: Request) -> Any:
    """Return what the body of a request says whose schema depends on its address; its type says that it is JSON.

    Raises:
        MalformedError: it cannot be read, for whatever reason.
    """
    try:
        return request.get_json()
    except RecursionError:
        msg = "The JSON cannot be read: it is nested too deeply."
        raise MalformedError(msg) from None
