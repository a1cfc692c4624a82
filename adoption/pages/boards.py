"""Leaderboards: the top, oneself and the neighbours; never the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import SESSION
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("board", __name__)


@bp.get("/boards")
@permission("boards:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
