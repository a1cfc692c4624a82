"""What is personal about spreadsheet work is deleted on time: by periods, of who left, and when it is turned off."""

import time
from datetime import UTC
from datetime import date
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import exports
from adoption import jobs
from adoption import mail
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import sending
from adoption.models import FeedDay
from adoption.models import Letter
from adoption.models import Participant
from adoption.privacy import forgetting
from adoption.privacy import holding
from adoption.privacy import periods
from adoption.privacy.periods import Period
from rules import period
from tests import switching
from tests.conftest import application
from tests.conftest import pushed
from tests.private import CLASSES
from tests.private import ONCE
from tests.private import feed
from tests.private import filled
from tests.private import put
from tests.staff import Staff
from tests.staff import email

TIMED = [one for one in privacy.TABLES if one.period]
KINDS = ("edit", "import")  # of signals: what goes after fourteen days, and what stays for longer
# Where clocks change, and the first local day that is kept: the night of the change itself, and the days around it.
CHANGES = {
    "Europe/Berlin, forward": ("Europe/Berlin", date(2026, 3, 29)),
    "Europe/Berlin, the day after": ("Europe/Berlin", date(2026, 3, 30)),
    "Europe/Berlin, back": ("Europe/Berlin", date(2026, 10, 25)),
    "Europe/Berlin, back, the day after": ("Europe/Berlin", date(2026, 10, 26)),
    "Cairo, where a day has no midnight": ("Africa/Cairo", date(2026, 4, 24)),
    "Havana, where a midnight comes twice": ("America/Havana", date(2026, 11, 1)),
    "the Azores": ("Atlantic/Azores", date(2026, 10, 25)),
}


def now_of(day, zone):
    """Return noon of a local day, in UTC microseconds."""
    return period.microseconds(datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC))


def rows(one):
    return db.session.scalar(select(func.count()).select_from(holding.table(one)))


def values(one):
    found = db.session.scalars(select(holding.table(one).c[one.column])).all()
    db.session.rollback()
    return sorted(found)


@pytest.fixture
def staff(app):
    made = Staff()
    feed()
    switching.turn_on()
    return made


def kinds_of(one):
    return {"kind": KINDS[0] if one.but else KINDS[1]} if one.table == "signal" else {}


@pytest.mark.parametrize("one", TIMED, ids=lambda one: f"{one.table}, {one.period}")
def test_what_lies_just_inside_its_period_stays_and_what_lies_just_outside_goes(staff, one):
    now = time.time_ns() // 1000
    first = privacy.PERIODS[one.period].first_kept(holding.local_day(now))
    inside = holding.midnight(first) if one.moment else first
    outside = inside - 1
    for name, value in (("Alice", inside), ("Bob", outside)):
        put(one, staff[name], **{one.column: value}, **kinds_of(one))
    assert privacy.forget(now) == 1
    assert values(one) == [inside]
    assert privacy.forget(now) == 0
    assert privacy.forget(now + 24 * 3600 * period.SECOND) == 1


def test_what_is_not_over_yet_has_no_age(staff):
    for one in TIMED:
        if holding.table(one).c[one.column].nullable:
            put(one, staff["Alice"])
    assert privacy.forget(time.time_ns() // 1000 + 10_000 * 86_400 * period.SECOND) == 0


@pytest.mark.parametrize(("zone", "first"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("table", ["contest", "help", "flag_step"])
def test_a_change_of_clocks_moves_no_row_into_another_day(database_url, tmp_path, zone, first, table):
    one = next(one for one in privacy.TABLES if one.table == table)
    with pushed(application(database_url, tmp_path / "archive", ORGANISATION_ZONE=zone)):
        staff = Staff()
        switching.turn_on()
        today = date(first.year + 1, first.month, first.day).toordinal() - 1  # on which the first is the last kept
        assert privacy.PERIODS["transitions"].first_kept(today) == first.toordinal()
        begins = holding.midnight(first.toordinal())
        day_of = period.local_day(ZoneInfo(zone))
        assert (day_of(begins - 1), day_of(begins)) == (first.toordinal() - 1, first.toordinal())
        inside = begins if one.moment else first.toordinal()
        put(one, staff["Alice"], **{one.column: inside})
        put(one, staff["Bob"], **{one.column: inside - 1})
        now = now_of(date.fromordinal(today), ZoneInfo(zone))
        assert privacy.forget(now) == 1
        assert values(one) == [inside]


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["Europe/Berlin", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Atlantic/Azores", "UTC"]),
)
def test_a_day_begins_with_its_first_moment_in_every_zone(day, name):
    zone = ZoneInfo(name)
    day_of = period.local_day(zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    moment = period.microseconds(begins)
    assert day_of(moment) == day.toordinal()
    assert day_of(moment - 1) == day.toordinal() - 1


@pytest.mark.parametrize(
    ("length", "today", "first"),
    [
        (Period(days=14), date(2026, 11, 26), date(2026, 11, 13)),
        (Period(months=12), date(2026, 11, 26), date(2025, 11, 27)),
        (Period(months=12), date(2028, 2, 29), date(2027, 3, 1)),
        (Period(months=1), date(2026, 3, 31), date(2026, 3, 1)),
        (Period(months=12), date(2027, 1, 1), date(2026, 1, 2)),
    ],
)
def test_periods_are_days_and_months_of_the_calendar(length, today, first):
    assert date.fromordinal(length.first_kept(today.toordinal())) == first


def test_the_periods_are_those_that_were_promised():
    assert {
        "signals": Period(days=14),
        "moves": Period(days=28),
        "evidence": Period(days=90),
        "transitions": Period(months=12),
    } == privacy.PERIODS


def test_of_whoever_leaves_everything_goes_and_nothing_of_anybody_else(staff):
    for one in ONCE:
        for name in ("Alice", "Bob"):
            given = {one.column: staff.today} if one.period and not one.moment else {}
            put(one, staff[name], **given)
    bob = staff["Bob"]
    begin_write().execute(update(Participant).where(Participant.id == bob).values(left_on=staff.today))
    db.session.commit()
    privacy.forget(time.time_ns() // 1000)
    for one in ONCE:
        left = db.session.scalars(select(holding.table(one).c[one.participant])).all()
        assert left == [staff["Alice"]], one.table


def test_whoever_has_their_last_day_still_has_everything(staff):
    flag = next(one for one in privacy.TABLES if one.table == "flag")
    put(flag, staff["Bob"])
    bob = staff["Bob"]
    begin_write().execute(update(Participant).where(Participant.id == bob).values(left_on=staff.today + 1))
    db.session.commit()
    assert privacy.forget(time.time_ns() // 1000) == 0


def test_turned_off_everything_personal_goes_and_what_belongs_to_roles_and_helpers_stays(staff):
    for one in ONCE:
        put(one, staff["Alice"])
    norm = next(one for one in privacy.TABLES if one.table == "norm")
    begin_write().execute(insert(holding.table(norm)).values(role="employee", live=500, imports=False, starts=1))
    db.session.commit()
    switching.turn_off()
    assert privacy.left_over()
    privacy.forget(time.time_ns() // 1000)
    assert not privacy.left_over()
    left = {one.table: rows(one) for one in privacy.TABLES if rows(one)}
    assert left == {"norm": 1, "champion": 1}


def test_signals_that_wait_for_an_identity_go_as_well(staff):
    signal = next(one for one in privacy.TABLES if one.table == "signal")
    row = filled(
        holding.table(signal),
        None,
        {"participant": None, "actor": "stranger@example.com", "kind": "edit", "day": staff.today},
    )
    begin_write().execute(insert(holding.table(signal)).values(row))
    db.session.commit()
    switching.turn_off()
    assert privacy.left_over()
    assert privacy.forget(time.time_ns() // 1000) == 1


def test_days_of_feeds_whose_signals_are_gone_are_known_no_more(staff):
    now = time.time_ns() // 1000
    first = privacy.PERIODS["signals"].first_kept(holding.local_day(now))
    days = [{"feed": "m365", "day": first + step, "heard": 1} for step in (-1, 0)]
    begin_write().execute(insert(FeedDay), days)
    db.session.commit()
    privacy.forget(now)
    swept = db.session.execute(select(FeedDay.day, FeedDay.swept).order_by(FeedDay.day)).all()
    assert [(day, mark is not None) for day, mark in swept] == [(first - 1, True), (first, False)]


def many(staff, number):
    step = next(one for one in privacy.TABLES if one.table == "flag_step")
    table = holding.table(step)
    row = filled(table, staff["Alice"], {"day": 1})
    begin_write().execute(insert(table), [row] * number)
    db.session.commit()
    return step


def test_it_is_deleted_in_pieces_and_goes_on_where_it_was_stopped(staff, monkeypatch):
    monkeypatch.setattr(forgetting, "PIECE", 10)
    step = many(staff, 35)

    def stop(done, _total):
        if done == 20:
            raise jobs.StoppedError

    with pytest.raises(jobs.StoppedError):
        privacy.forget(time.time_ns() // 1000, stop)
    assert rows(step) == 15
    assert privacy.forget(time.time_ns() // 1000) == 15


def test_the_job_runs_once_a_day_and_whenever_something_is_left_of_what_was_turned_off(staff):
    many(staff, 3)
    run = lambda: jobs.run("forget-evidence", lambda _done, _total: None, scheduled=True)  # noqa: E731  # a word
    assert run() == "3 entries deleted"
    assert run() is None
    put(next(one for one in privacy.TABLES if one.table == "flag"), staff["Alice"])
    assert run() is None
    switching.turn_off()
    assert run() == "1 entries deleted"
    assert run() is None


def everything():
    metrics = set(exports.kept())
    return [*exports.tallies(metrics, None)], [*exports.awards(None)]


def test_what_is_forgotten_changes_no_tally_and_no_award(staff):
    staff.live()
    before = everything()
    for one in ONCE:
        put(one, staff["Alice"])
    switching.turn_off()
    privacy.forget(time.time_ns() // 1000)
    assert everything() == before


def test_what_was_noticed_is_told_to_nobody_once_it_is_turned_off(staff):
    now, alice = time.time_ns() // 1000, staff["Alice"]
    for kind in ("noticed", "thanks"):
        told = {"name": "Alice", "by": "Mei", "lines": ["Well done"]}
        to = {"address": email("Alice"), "participant": alice}
        mail.plan(begin_write(), kind, **to, occasion="today", facts=told, now=now)
        db.session.commit()
    switching.turn_off()
    privacy.forget(now)
    assert sending.run(lambda _done, _total: None) == {"sent": 1}
    assert db.session.scalars(select(Letter.kind)).all() == ["thanks"]


def test_the_letters_that_go_are_those_that_nobody_else_learns_of_but_for_questions():
    assert set(periods.LETTERS) == {kind for kind in kinds.PRIVATE if not kind.startswith("question-")}


def test_every_table_of_signals_evidence_and_flags_is_in_the_table_of_periods():
    naming = {
        table.name
        for table in CLASSES.values()
        if any(key.column.table.name == "participant" for key in table.foreign_keys)
    }
    assert naming - {one.table for one in privacy.TABLES} == {"workbook"}  # names who proposed and who decided alone
