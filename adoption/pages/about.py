"""What is counted and what is not, and who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import SESSION
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("about", __name__)


@bp.get("/what-we-count")
@permission("progress:read", door=SESSION)
def counted() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
