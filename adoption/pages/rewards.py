"""What was earned: choose it, show the voucher, use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import SESSION
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("rewards", __name__)


@bp.get("/rewards")
@permission("awards:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
