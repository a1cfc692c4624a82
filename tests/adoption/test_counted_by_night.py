"""Passes over many activities are made before anything is locked: whoever sends activities meanwhile waits for none."""

import time

import pytest
from sqlalchemy import event

from adoption import practice
from adoption import quests
from adoption import rollout
from adoption.extensions import db
from tests.staff import NORTH
from tests.staff import Staff

COUNTED = {"what it is worth": rollout.weigh, "who uses a feature": quests.count, "how deals are run": practice.gather}


@pytest.mark.parametrize("what", COUNTED)
def test_a_pass_over_activities_is_made_in_no_transaction_that_writes(app, what):
    staff = Staff()
    staff.begin_wave("First", NORTH, days=28)
    staff.send([one for number in range(3) for one in staff.contact("Alice", number, days=30)])
    passes = []

    def note(connection, _cursor, statement, *_more):
        if "FROM activity" in statement:
            passes.append(connection.get_execution_options().get("writes", False))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        COUNTED[what](time.time_ns() // 1000)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    db.session.commit()
    assert passes
    assert not any(passes)
