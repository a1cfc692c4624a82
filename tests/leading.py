"""Who leads whom, put into a test's database without a list."""

from sqlalchemy import delete
from sqlalchemy import insert

from adoption.models import Management
from rules import period


def let_lead(connection, manager, *people, starts=period.EVER, ends=period.FOREVER):
    """Let a manager (``None``: nobody) lead people, by their numbers, on all days, and nobody else ever."""
    connection.execute(delete(Management).where(Management.participant.in_(people)))
    if manager is not None and people:
        rows = [{"participant": one, "manager": manager, "starts": starts, "ends": ends} for one in people]
        connection.execute(insert(Management), rows)
