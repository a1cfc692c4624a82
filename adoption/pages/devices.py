"""Devices at counters: register one, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import SESSION
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("devices", __name__)


@bp.get("/counter/register")
@permission("devices:manage", door=SESSION)
def register_form() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
