"""The counter: scan a voucher, done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template

from adoption.auth import KEPT_DEVICE
from adoption.auth import permission

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("counter", __name__)


@bp.get("/counter")
@permission("vouchers:redeem", door=KEPT_DEVICE)
def index() -> ResponseReturnValue:
    """Show the page."""
    return render_template("base.html")
