"""My week: what is missing, on which record, and what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import SESSION
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("home", __name__)


@bp.get("/")
@permission("progress:read", door=SESSION)
def week() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
