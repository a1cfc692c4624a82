"""Individual detection is off until somebody turns it on and says that people were told; then a shadow run begins."""

import json
import time

import pytest
from sqlalchemy import select

from adoption import privacy
from adoption.extensions import db
from adoption.journal import By
from adoption.journal import NoReasonError
from adoption.models import JournalEntry
from adoption.privacy import holding
from tests import switching
from tests.staff import Staff

NOW = time.time_ns() // 1000


def turn_on(staff, *, days_ago=0, **more):
    switching.turn_on(days_ago=days_ago, by=By(staff["Ada"], "Ada"), **more)


def turn_off(staff):
    switching.turn_off(by=By(staff["Hana"], "Hana"))


@pytest.fixture
def staff(app):
    return Staff()


def test_a_new_installation_concludes_nothing_about_single_people(app):
    assert not privacy.individual()
    assert not privacy.shadow()
    assert privacy.current().since is None


def test_what_is_turned_on_begins_with_four_weeks_that_show_everybody_only_their_own(staff):
    turn_on(staff)
    today = holding.local_day(NOW)
    assert privacy.individual()
    assert privacy.shadow()
    assert privacy.shadow(today + 27)
    assert not privacy.shadow(today + 28)


def test_the_shadow_run_is_over_after_four_weeks(staff):
    turn_on(staff, days_ago=28)
    assert privacy.individual()
    assert not privacy.shadow()


def test_a_shadow_run_may_be_longer_and_not_shorter(staff):
    today = holding.local_day(NOW)
    for until in (today + 27, today + 367):
        with pytest.raises(privacy.ShadowError):
            turn_on(staff, shadow_until=until)
    turn_on(staff, shadow_until=today + 56)
    assert privacy.shadow(today + 55)
    assert not privacy.shadow(today + 56)


def test_nothing_is_turned_on_before_people_were_told(staff):
    for told in (holding.local_day(NOW) + 1, 0):
        with pytest.raises(privacy.NotToldError):
            turn_on(staff, told=told)
    assert not privacy.individual()


@pytest.mark.parametrize("why", ["", "  ", "x" * 501])
def test_a_change_needs_a_reason(staff, why):
    with pytest.raises(NoReasonError):
        turn_on(staff, why=why)


def test_a_change_is_in_the_journal_with_its_reason(staff):
    turn_on(staff)
    turn_off(staff)
    rows = db.session.execute(
        select(JournalEntry).where(JournalEntry.thing == "privacy/detection").order_by(JournalEntry.number)
    ).scalars()
    found = [(row.action, row.participant, row.why, json.loads(row.after)["individual"]) for row in rows]
    assert found == [
        ("turned on", staff["Ada"], "The works council agreed", True),
        ("turned off", staff["Hana"], "The pilot is over", False),
    ]


def test_what_is_as_it_is_wanted_cannot_be_changed(staff):
    with pytest.raises(privacy.UnchangedError):
        turn_off(staff)
    db.session.rollback()
    turn_on(staff)
    with pytest.raises(privacy.UnchangedError):
        turn_on(staff)


def test_turning_it_on_again_begins_a_new_shadow_run(staff):
    turn_on(staff, days_ago=60)
    turn_off(staff)
    assert not privacy.individual()
    assert not privacy.shadow()
    turn_on(staff)
    assert privacy.shadow()
