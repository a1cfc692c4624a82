"""Show boards."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from adoption import auth
from adoption import boards
from adoption import holders
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.schemas import BoardQuery
from adoption.schemas import BoardSchema
from rules import period

if TYPE_CHECKING:
    from adoption.boards import BoardView

bp: Blueprint = Blueprint("boards", __name__, description="Standings")


@bp.route("/boards/<key>")
@bp.arguments(BoardQuery, location="query")
@bp.response(200, BoardSchema)
@permission("boards:read")
def standings(query: dict[str, Any], key: str) -> BoardView:
    """Show the top of a board, and one holder with the neighbours."""
    wanted = period.text(*query["period"]) if "period" in query else None
    me = holders.visible(query["me"], "boards:read") if "me" in query else auth.caller().participant
    return boards.standings(key, period=wanted, me=me)
