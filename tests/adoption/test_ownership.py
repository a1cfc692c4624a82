"""Whose records are: found in what the CRM told, decided by whoever leads, closed by what the CRM shows."""

import json
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from adoption import facts
from adoption import journal
from adoption import ownership
from adoption import preferences
from adoption import records
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import sending
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from adoption.ownership import Asked
from adoption.ownership import Choice
from rules import period
from tests.house import SOURCE
from tests.house import ZONE
from tests.house import House
from tests.leading import let_lead

BOOK = """
[metric.calls]
counts = "call.completed"
"""
LAST = date(2026, 3, 2)  # Ivan's first day no longer here
TODAY = date(2026, 3, 20)


def at(day, clock=2):
    return period.microseconds(datetime.combine(day, time(clock), ZONE))


class Firm(House):
    """A team of Mei's, of which Ivan has left."""

    def __init__(self):
        super().__init__(BOOK, people=("Mei", "Alice", "Bob", "Olga", "Leo"))
        self.person("Ivan", left_on=LAST)
        self.team("North", "Mei", "Alice", "Bob", "Ivan")
        self.team("South", "Olga")
        connection = begin_write()
        facts.changed(connection, rescore=False)
        led = [self[name] for name in ("Alice", "Bob", "Ivan")]
        let_lead(connection, self["Mei"], *led)
        db.session.commit()

    def deal(self, number, owner="ivan", *, by="Ivan", on=date(2026, 1, 12), **more):
        told = {"name": f"Deal {number}", "owner": owner} | more
        self.did(by, "deal.created", f"deal/{number}", on=on, **told)

    def night(self, day=TODAY):
        return ownership.find(at(day))

    def gaps(self, *states, scope=None):
        found, _ = ownership.listed(Asked(states or ("open",)), scope, size=100, piece=0)
        db.session.rollback()
        return found

    def decide(self, who, choices, why="", *, scope=None, now=None):
        done = ownership.decide(
            choices, scope=scope, why=why, by=By(self[who], who), now=at(TODAY, 10) if now is None else now
        )
        db.session.commit()
        return done


@pytest.fixture
def firm(app):
    return Firm()


# --- the night


def test_a_night_finds_what_is_open_with_a_suggestion_and_the_activities_that_show_it(firm):
    firm.deal(1, amount="12000.00", currency="EUR")
    firm.did("Alice", "call.completed", "deal/1", on=date(2026, 2, 20))
    firm.did("Alice", "call.completed", "deal/1", on=date(2026, 2, 25))
    firm.deal(2, owner="alice")
    firm.deal(3, owner=None, by="Bob")
    firm.did("Mei", "task.created", "deal/2", on=date(2026, 3, 11), title="Call", assignee=None, due="2026-03-25")
    done = firm.night()
    assert (done.open, done.opened, done.closed) == (3, 3, 0)
    gaps = {(gap.record, gap.kind): gap for gap in firm.gaps()}
    left = gaps["deal/1", "left"]
    assert (left.about, left.suggested, left.suggested_why) == (firm["Ivan"], firm["Alice"], "worked")
    assert (left.amount, left.currency, left.since) == (120_000_000, "EUR", LAST.toordinal())
    assert len(left.evidence) == 3
    assert left.evidence[0][0] == SOURCE
    assert gaps["deal/3", "nobody"].about == firm["Bob"]  # who created it
    task = gaps["deal/2", "untaken"]
    assert (task.suggested, task.suggested_why, task.due) == (firm["Alice"], "owner", date(2026, 3, 25).toordinal())


def test_two_people_on_one_deal_are_found_and_an_honest_hand_over_is_not(firm):
    firm.deal(1, owner="alice")
    firm.deal(2, owner="alice")
    for day in (9, 11, 13, 16):
        firm.did("Alice", "call.completed", "deal/1", on=date(2026, 3, day))
        firm.did("Bob", "email.sent", "deal/1", on=date(2026, 3, day), at="11:00")
        firm.did("Alice" if day < 12 else "Bob", "call.completed", "deal/2", on=date(2026, 3, day))
    firm.night()
    assert [(gap.record, gap.kind, {gap.about, gap.other}) for gap in firm.gaps()] == [
        ("deal/1", "two", {firm["Alice"], firm["Bob"]})
    ]


def test_where_the_crm_never_says_whose_something_is_nothing_is_known(firm):
    firm.did("Bob", "contact.created", "contact/1", name="Robin")
    firm.did("Bob", "contact.updated", "contact/2", owner="alice")  # whoever created it may have said more
    assert firm.night().open == 0
    firm.did("Bob", "contact.created", "contact/3", name="Kim", owner="alice")
    firm.night()
    assert [(gap.record, gap.kind) for gap in firm.gaps()] == [("contact/1", "nobody")]


def test_a_second_night_changes_nothing_and_says_so(firm):
    firm.deal(1)
    firm.night()
    before = firm.gaps()
    assert firm.night(TODAY) == (1, 0, 0, 0)
    assert firm.gaps() == before


def test_activities_that_were_taken_back_are_not_read(firm):
    firm.deal(1, owner="alice")
    wrong = firm.did("Bob", "deal.updated", "deal/1", on=date(2026, 2, 2), owner="ivan")
    assert firm.night().open == 1
    firm.did("Bob", "deal.corrected", "deal/1", retracts=wrong, on=date(2026, 3, 3))
    assert firm.night().closed == 1


def test_a_gap_closes_with_the_activity_that_shows_the_owner_and_opens_again_when_they_leave(firm):
    firm.deal(1)
    firm.night()
    shown = firm.did("Mei", "deal.updated", "deal/1", on=date(2026, 3, 19), owner="alice")
    assert firm.night().closed == 1
    (gap,) = firm.gaps("resolved")
    assert (gap.reason, gap.shown_id) == ("shown", shown)
    firm.did("Mei", "deal.updated", "deal/1", on=date(2026, 3, 20), owner="ivan")
    assert firm.night(date(2026, 3, 21)).open == 1
    assert firm.gaps()[0].reason == "again"


def test_what_is_won_or_deleted_is_gone(firm):
    firm.deal(1)
    firm.night()
    firm.did("Bob", "deal.won", "deal/1", on=date(2026, 3, 19))
    firm.night()
    assert [(gap.state, gap.reason) for gap in firm.gaps("gone")] == [("gone", "ended")]


def test_the_records_of_a_leaver_are_shared_out_among_the_team(firm):
    for number in range(10):
        firm.deal(number)
    firm.deal(99, owner="alice")
    firm.night()
    shared = [gap.suggested for gap in firm.gaps()]
    assert {who: shared.count(who) for who in shared} == {firm["Alice"]: 5, firm["Bob"]: 5}
    assert ownership.leavers(None) == [(firm["Ivan"], 10)]
    assert len(ownership.of_leaver(firm["Ivan"], None)) == 10


def test_the_night_can_be_stopped_and_leaves_everything_as_it_was(firm, monkeypatch):
    firm.deal(1)
    monkeypatch.setattr("adoption.ownership.finding.EVERY", 1)

    def stop(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ownership.find(at(TODAY), stop)
    db.session.rollback()
    assert firm.gaps() == []
    assert firm.night().open == 1


# --- decisions


def test_a_decision_waits_for_the_crm_is_closed_by_it_and_is_in_the_journal(firm):
    records.link(SOURCE, "https://crm.example.com/{kind}s/{id}")
    db.session.commit()
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    assert (
        firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"])}, "He knows them.", scope={firm["Ivan"], firm["Bob"]})
        == 1
    )
    (gap,) = firm.gaps("decided")
    assert (gap.does, gap.assigned, gap.arbiter) == ("assign", firm["Bob"], firm["Mei"])
    entry = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.action == "decided")).one()
    assert (entry.thing, entry.why) == ("record/deal/1", "He knows them.")
    assert json.loads(entry.after) == {"does": "assign", "kind": "left", "owner": "bob@example.com"}
    (decision,), _ = ownership.decisions(None, size=9)
    assert (decision.name, decision.link) == ("Deal 1", "https://crm.example.com/deals/1")
    firm.night()
    assert [gap.id for gap in firm.gaps("decided")] == [gap.id]
    shown = firm.did("Ada", "deal.updated", "deal/1", on=date(2026, 3, 21), owner="bob")
    firm.night(date(2026, 3, 22))
    (gap,) = firm.gaps("resolved")
    assert (gap.reason, gap.shown_id) == ("shown", shown)


def test_a_decision_that_nobody_carried_out_is_open_again_after_a_week_and_its_history_stays(firm):
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"])})
    firm.night(TODAY + timedelta(6))
    assert firm.gaps() == []
    assert firm.night(TODAY + timedelta(7))[2] == 1
    (gap,) = firm.gaps()
    assert (gap.reason, gap.does, gap.assigned) == ("unfollowed", None, None)
    assert ownership.decisions(None, size=9)[1] == 1


def test_what_is_left_as_it_is_needs_a_reason_and_stays_so(firm):
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    with pytest.raises(journal.NoReasonError):
        firm.decide("Mei", {gap.id: Choice("leave")})
    db.session.rollback()
    firm.decide("Mei", {gap.id: Choice("leave")}, "They are with an agency now.")
    firm.night(TODAY + timedelta(100))
    assert firm.gaps() == []


def test_a_decision_can_be_changed_until_the_crm_shows_it(firm):
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"])})
    firm.decide("Mei", {gap.id: Choice("assign", firm["Alice"])})
    assert firm.gaps("decided")[0].assigned == firm["Alice"]
    found, number = ownership.decisions(None, size=9)
    assert (number, [one.holds for one in found]) == (2, [True, False])
    firm.did("Bob", "deal.updated", "deal/1", on=date(2026, 3, 21), owner="bob")
    firm.night(date(2026, 3, 22))
    assert firm.gaps("resolved")[0].reason == "otherwise"
    with pytest.raises(ownership.SettledError):
        firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"])})


def test_of_two_both_may_be_asked_and_nobody_else(firm):
    firm.deal(1)
    firm.deal(2, owner="alice")
    for day in (9, 11, 13, 16):
        firm.did("Alice", "call.completed", "deal/2", on=date(2026, 3, day))
        firm.did("Bob", "email.sent", "deal/2", on=date(2026, 3, day), at="11:00")
    firm.night()
    gaps = {gap.kind: gap.id for gap in firm.gaps()}
    with pytest.raises(ownership.ChoiceError):
        firm.decide("Mei", {gaps["left"]: Choice("ask")})
    db.session.rollback()
    firm.decide("Mei", {gaps["two"]: Choice("ask")})
    firm.night(TODAY + timedelta(8))  # both have stopped
    assert [(gap.kind, gap.reason) for gap in firm.gaps("resolved")] == [("two", "calm")]


def test_nobody_decides_about_records_of_people_they_do_not_lead(firm):
    firm.deal(1)
    firm.deal(2, owner=None)
    firm.night()
    ours, _ = ownership.listed(Asked(), {firm["Olga"]}, size=9, piece=0)
    assert ours == []
    for gap in firm.gaps():
        with pytest.raises(NotFoundError):
            firm.decide("Olga", {gap.id: Choice("assign", firm["Olga"])}, scope={firm["Olga"]})
        db.session.rollback()
    with pytest.raises(NotFoundError):
        firm.decide("Olga", {99_999: Choice("leave")}, "x", scope={firm["Olga"]})
    db.session.rollback()
    assert db.session.scalars(select(OwnershipDecision.id)).all() == []


def test_whoever_leads_a_hundred_thousand_people_sees_what_is_about_them(firm):
    firm.deal(1)
    firm.night()
    everybody = range(1, 100_001)
    (gap,) = firm.gaps(scope=everybody)
    assert ownership.waiting(everybody) == {"open": 1, "decided": 0}
    assert ownership.leavers(everybody) == [(firm["Ivan"], 1)]
    assert ownership.of_leaver(firm["Ivan"], everybody) == [gap]
    assert ownership.decisions(everybody, size=10) == ([], 0)


def test_a_record_goes_only_to_somebody_who_is_here_and_is_led(firm):
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    scope = {firm[name] for name in ("Alice", "Bob", "Ivan")}
    for who in (firm["Ivan"], firm["Olga"], 99_999, None):
        with pytest.raises(ownership.AssigneeError):
            firm.decide("Mei", {gap.id: Choice("assign", who)}, scope=scope)
        db.session.rollback()
    firm.decide("Mei", {gap.id: Choice("assign", firm["Mei"])}, scope=scope)
    firm.decide("Leo", {gap.id: Choice("assign", firm["Olga"])})  # the lead may give it to anybody


def test_all_or_none(firm):
    for number in range(3):
        firm.deal(number)
    firm.night()
    gaps = firm.gaps()
    with pytest.raises(NotFoundError):
        firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"]) for gap in gaps} | {99_999: Choice("leave")}, "x")
    db.session.rollback()
    assert len(firm.gaps()) == 3
    assert firm.decide("Mei", {gap.id: Choice("assign", gap.suggested) for gap in gaps}) == 3


# --- counts


def test_counts_are_those_of_a_team_also_of_whoever_left_it(firm):
    firm.deal(1)
    firm.deal(2)
    firm.did("Olga", "deal.created", "deal/3", on=date(2026, 1, 12), owner="")
    firm.night()
    north, south = -firm["North"], -firm["South"]
    ours = next(gap for gap in firm.gaps() if gap.kind == "left")
    firm.decide("Mei", {ours.id: Choice("assign", firm["Bob"])})
    assert ownership.counts(north) == ({"left": 1}, 1)
    assert ownership.counts(south) == ({"nobody": 1}, 0)
    assert ownership.counts().total == 2


# --- letters


def post():
    """Let the letters of the evening go out."""
    with time_machine.travel(period.moment(at(TODAY, 17) + 60 * period.SECOND)):
        sending.run(lambda _done, _total: None)


def letters():
    rows = db.session.execute(
        select(Letter.address, Letter.occasion, Letter.due, Letter.state).order_by(Letter.address)
    )
    found = [tuple(row) for row in rows]
    db.session.rollback()
    return found


def test_people_concerned_get_one_letter_a_day_with_all_that_was_decided(firm):
    for number in range(3):
        firm.deal(number, amount=number + 1)
    firm.night()
    gaps = firm.gaps()
    for place, gap in enumerate(gaps[:2]):
        firm.decide("Mei", {gap.id: Choice("assign", firm["Bob"])}, now=at(TODAY, 10 + place))
    assert letters() == [("bob@example.com", "2026-03-20", at(TODAY, 17), "planned")]
    firm.decide("Mei", {gaps[2].id: Choice("assign", firm["Bob"])}, now=at(TODAY, 18))
    assert [row[1] for row in letters()] == ["2026-03-20", "2026-03-21"]
    post()
    first = db.session.execute(select(Letter.__table__).where(Letter.occasion == "2026-03-20")).one()
    assert first.subject == "2 records are yours now"
    assert "Deal 2" in first.text
    assert "Deal 1" in first.text
    assert "Deal 0" not in first.text  # the third is told tomorrow


def test_the_letter_says_what_was_decided_in_the_language_of_its_reader(firm):
    firm.deal(1, name="Deal <1> & O'Brien")
    firm.deal(2, owner="alice")
    for day in (9, 11, 13, 16):
        firm.did("Alice", "call.completed", "deal/2", on=date(2026, 3, day))
        firm.did("Bob", "email.sent", "deal/2", on=date(2026, 3, day), at="11:00")
    firm.night()
    gaps = {gap.kind: gap.id for gap in firm.gaps()}
    for name, language in (("Alice", "ru"), ("Bob", "zh")):
        preferences.choose(firm[name], language=language)
        db.session.commit()
    firm.decide("Mei", {gaps["left"]: Choice("assign", firm["Olga"]), gaps["two"]: Choice("ask")}, "Please talk.")
    post()
    said = {row.address[:4]: row for row in db.session.execute(select(Letter.__table__))}
    assert said["olga"].subject == "1 record is yours now"
    assert "- Deal <1> & O'Brien: it is yours now; Mei decided it. “Please talk.”" in said["olga"].text
    assert "Deal &lt;1&gt; &amp; O" in said["olga"].html
    assert "Mei просит" in said["alic"].text
    assert "Mei 请双方" in said["bob@"].text


def test_whoever_decides_is_told_nothing_and_nobody_who_has_left(firm):
    firm.deal(1)
    firm.night()
    (gap,) = firm.gaps()
    firm.decide("Mei", {gap.id: Choice("assign", firm["Mei"])})
    assert letters() == []


def test_gaps_of_records_are_stored_once_whatever_the_nights(firm):
    firm.deal(1)
    for day in range(3):
        firm.night(TODAY + timedelta(day))
    assert len(db.session.scalars(select(OwnershipGap.id)).all()) == 1
