"""Whom one may be in the demo: worth looking at on any day of the week, at any hour."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from adoption import evidence
from adoption import explain
from adoption import facts
from adoption import feed
from adoption import flags
from adoption import preferences
from adoption import records
from adoption import rewards
from adoption.auth import devices
from adoption.demo import company
from adoption.demo import lapses
from adoption.demo import setting
from adoption.demo import story
from adoption.demo import uses
from adoption.extensions import db
from adoption.flags import helping
from adoption.models import Award
from adoption.models import Letter
from adoption.models import Redemption
from rules import period
from rules.reliance import cycle
from rules.value import UNIT
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed

ZONE = ZoneInfo("Europe/Amsterdam")
LUNCH = "ten-contacts-lunch"
MOMENTS = {
    "Monday before work": datetime(2026, 11, 23, 8, tzinfo=ZONE),
    "Wednesday afternoon": datetime(2026, 11, 25, 15, 30, tzinfo=ZONE),
    "Friday morning": datetime(2026, 5, 1, 9, 20, tzinfo=ZONE),
    "Sunday": datetime(2027, 1, 3, 18, tzinfo=ZONE),
}


@pytest.fixture(scope="module", params=MOMENTS)
def demo(request, databases, tmp_path_factory):
    """Fill a demo at a moment, and stay there."""
    moment = MOMENTS[request.param]
    folder = tmp_path_factory.mktemp("demo")
    for url in fresh(databases, "sqlite"):
        with time_machine.travel(moment, tick=False):
            app = application(url, folder, ORGANISATION_ZONE=setting.ZONE.key, SPOONFUL_DEMO="1")
            with pushed(app):
                now = period.microseconds(moment)
                story.fill(now, lambda _done, _total: None)
                yield now


def number(name):
    return facts.current().holder_of(company.address(name))


def goal(name, now):
    return next(one for one in explain.goals(number(name), facts.current().today(now)) if one.key == LUNCH)


def open_rewards(name, now):
    return [(one.status, one.reward and one.reward.key) for one in rewards.ready([number(name)], now)]


def test_alice_is_three_contacts_from_a_lunch_and_sees_which_they_are(demo):
    aim = goal("Alice Novak", demo)
    assert (aim.goal.have, aim.goal.target) == (7 * UNIT, 10 * UNIT)
    nearest = explain.lacking(aim, facts.current().today(demo), lambda _who: True)[:3]
    assert Counter(tuple(one.missing) for one in nearest) == {
        ("a conversation",): 1,
        ("an e-mail or a phone number",): 1,
        ("a next step",): 1,
    }
    cards = records.cards([one.record for one in nearest]).values()
    assert all(card.name and card.link for card in cards)


def test_alice_has_one_lunch_in_her_pocket_and_one_to_choose(demo):
    has = open_rewards("Alice Novak", demo)
    assert ("choosing", None) in has
    assert ("issued", "free-lunch") in has


def test_bob_is_hidden_and_keeps_what_he_earned(demo):
    assert preferences.of(number("Bob Visser")).shown == "hidden"
    assert ("choosing", None) in open_rewards("Bob Visser", demo)


def test_whoever_is_new_has_an_empty_week(demo):
    assert goal(company.NEW, demo).goal.have == 0
    assert preferences.of(number(company.NEW)).welcomed is None
    assert open_rewards(company.NEW, demo) == []


def test_teams_are_spoken_to_in_their_languages(demo):
    spoken = [preferences.of(number(name)).language for name in ("Alice Novak", "Иван Петров", "王伟")]
    assert spoken == [None, "ru", "zh"]


def test_a_manager_learns_by_letter_of_time_off(demo):
    kinds = db.session.scalars(select(Letter.kind).where(Letter.participant == number("Mei Tanaka"))).all()
    assert kinds.count("time-off") == 1


def test_the_data_is_fresh(demo):
    assert feed.state(demo).late is None


def test_lunch_is_eaten_in_every_canteen(demo):
    tills = set(db.session.scalars(select(Redemption.device).where(Redemption.device.is_not(None))))
    assert {one.canteen for one in devices.devices() if one.id in tills} == set(uses.CANTEENS)


def test_nothing_happens_in_the_future(demo):
    for column in (Award.granted, Award.changed, Redemption.redeemed):
        assert max(db.session.scalars(select(column))) <= demo


def test_some_of_everything_was_earned(demo):
    statuses = set(db.session.scalars(select(Award.status)))
    assert {"choosing", "issued", "redeemed", "corrected", "voided"} <= statuses


# --- the evidence


def test_one_is_hinted_one_suspected_one_waits_and_one_recovers(demo):
    known = facts.current()
    found = flags.of(db.session.connection(), known.people)
    states = {known.people[who].email: flag for who, flag in found.items()}
    assert {address: flag.state for address, flag in states.items()} == {
        lapses.HINTED: "hint",
        lapses.SUSPECTED: "suspected",
        lapses.WAITING: "suspected",
        lapses.RECOVERING: "recovering",
    }
    assert states[lapses.SUSPECTED].waited < cycle.WAITS <= states[lapses.WAITING].waited
    waiting = evidence.account_of(db.session.connection(), known.holder_of(lapses.WAITING)).account
    assert cycle.may_confirm(states[lapses.WAITING], waiting)
    helps = helping.going_on(db.session.connection(), known.holder_of(lapses.RECOVERING))
    assert {one.kind for one in helps} == {"champion", "quest"}


def test_every_day_until_the_day_before_yesterday_was_judged(demo):
    last = facts.current().today(demo) - 2
    assert evidence.account_of(db.session.connection(), number("Alice Novak")).day == last
    assert not evidence.due(demo)
