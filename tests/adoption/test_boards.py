"""A board shows the top and my neighbours, by the tallies of a period; large ones come from a snapshot."""

import itertools
import time
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import boards
from adoption import facts
from adoption.boards import ranking
from adoption.boards import snapshots
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Participant
from adoption.models import Snapshot
from adoption.models import SnapshotPlace
from rules import period
from rules import standing
from tests.house import MONDAY
from tests.house import ZONE
from tests.house import House

WEEK = "2026-W10"
BOOK = """
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[board.callers]
title = "Callers of the week"
metric = "calls"
per = "week"
top = 3
[board.teams]
metric = "calls"
per = "week"
holder = "team"
[board.sellers]
metric = "revenue"
per = "month"
"""
CAST = ("Alice", "Bob", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo")


def calls(house, **made):
    house.send(*(house.event(name, "call.completed") for name, number in made.items() for _ in range(number)))


def lines(view):
    return [(line.rank, line.name, line.tally // 10_000) for line in view.lines]


def see(key="callers", period=WEEK, me=None):
    db.session.rollback()
    return boards.standings(key, period=period, me=me)


def count_queries(action):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.fixture
def new_house(app):  # the database is what a house needs
    """Return the maker of a house in an empty application, on both databases."""
    return lambda book=BOOK, **more: House(book, people=CAST, **more)


@pytest.fixture
def small_limit(monkeypatch):
    """Let a board of more than three be a large one."""
    monkeypatch.setattr(ranking, "LARGE", 3)


# --- who is shown


def test_equals_share_a_rank_and_stand_by_name(new_house):
    house = new_house()
    calls(house, Carl=1, Bob=3, Alice=5, Dora=3)
    view = see()
    assert lines(view) == [(1, "Alice", 5), (2, "Bob", 3), (2, "Dora", 3)]
    assert (view.key, view.title, view.period, view.size) == ("callers", "Callers of the week", WEEK, 4)


def test_a_board_has_its_title_in_the_language_asked_for(new_house):
    new_house(BOOK.replace("[board.callers]", '[board.callers]\ntitles = { ru = "Звонки за неделю" }'))
    db.session.rollback()
    titles = [boards.standings("callers", period=WEEK, me=None, language=language).title for language in ("ru", "zh")]
    assert titles == ["Звонки за неделю", "Callers of the week"]
    assert see().title == "Callers of the week"


def test_i_see_the_top_and_two_neighbours_on_each_side_with_the_gaps_between_us(new_house):
    house = new_house()
    calls(house, Alice=12, Bob=10, Carl=9, Dora=7, Emil=6, Fay=5, Gus=3, Hana=2, Ivo=1)
    view = see(me=house["Fay"])
    assert lines(view) == [
        *[(1, "Alice", 12), (2, "Bob", 10), (3, "Carl", 9)],
        *[(4, "Dora", 7), (5, "Emil", 6), (6, "Fay", 5), (7, "Gus", 3), (8, "Hana", 2)],
    ]
    assert [line.gap // 10_000 for line in view.lines] == [0, 2, 1, 2, 1, 1, 2, 1]
    assert [line.name for line in view.lines if line.me] == ["Fay"]
    assert view.size == 9


def test_nobody_else_sees_the_bottom(new_house):
    house = new_house()
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    assert [name for _, name, _ in lines(see(me=house["Alice"]))] == ["Alice", "Bob", "Carl"]
    assert [name for _, name, _ in lines(see())] == ["Alice", "Bob", "Carl"]


def test_who_has_nothing_or_less_is_not_on_the_board(new_house):
    house = new_house()
    house.did("Alice", "deal.won", amount=100)
    house.did("Bob", "deal.won", amount=-5)
    house.did("Carl", "deal.won", amount=0)
    view = see("sellers", "2026-03", me=house["Bob"])
    assert (lines(view), view.size) == ([(1, "Alice", 100)], 1)


def test_a_board_of_teams_shows_a_member_the_own_team(new_house):
    house = new_house(teams={"North": ("Alice", "Bob"), "South": ("Carl",), "Empty": ("Dora",)})
    calls(house, Alice=2, Bob=1, Carl=4)
    view = see("teams", me=house["Bob"])
    assert lines(view) == [(1, "South", 4), (2, "North", 3)]
    assert [line.name for line in view.lines if line.me] == ["North"]
    assert view.title == "Teams"
    assert not any(line.me for line in see("teams", me=house["Ivo"]).lines)
    assert not any(line.me for line in see("callers", me=house["North"]).lines)


def test_a_period_in_which_nothing_happened_is_an_empty_board(new_house):
    new_house()
    view = see(period="2026-W02")
    assert (view.lines, view.size) == ([], 0)


def test_a_board_before_the_first_activity_is_empty(new_house):
    new_house()
    assert boards.standings("callers", period=None, me=None).lines == []


def test_who_has_left_is_gone_from_the_running_period_and_stays_in_past_ones(new_house):
    house = new_house()
    leaver = house.person("Leo", left_on=date(2026, 3, 5))
    calls(house, Alice=1, Leo=2)
    with time_machine.travel(datetime(2026, 3, 4, 23, tzinfo=ZONE)):
        assert lines(see(period=None)) == [(1, "Leo", 2), (2, "Alice", 1)]
    with time_machine.travel(datetime(2026, 3, 5, 1, tzinfo=ZONE)):
        running = see(period=None, me=leaver)
        assert (lines(running), running.size) == ([(1, "Alice", 1)], 1)
    with time_machine.travel(datetime(2026, 3, 9, 1, tzinfo=ZONE)):
        assert lines(see()) == [(1, "Leo", 2), (2, "Alice", 1)]


def test_a_metric_that_changed_within_the_period_counts_by_each_definition_on_its_own_days(new_house):
    house = new_house()
    changed = BOOK.replace('counts = "call.completed"', 'counts = ["call.completed", "meeting.completed"]')
    house.publish(changed, since=MONDAY + timedelta(days=2))
    for on in (MONDAY, MONDAY + timedelta(days=3)):
        house.did("Alice", "call.completed", on=on)
        house.did("Alice", "meeting.completed", on=on)
    house.settle()
    assert lines(see()) == [(1, "Alice", 3)]


def test_an_incentive_on_the_same_metric_by_other_days_does_not_count_twice(new_house):
    incentive = """
        [reward.cake]
        kind = "voucher"
        [incentive.ten]
        metric = "calls"
        every = 10
        per = "week"
        at_most = 1
        earns = "cake"
        from = 2026-03-04
    """
    house = new_house(BOOK + incentive)
    calls(house, Alice=2)
    house.did("Alice", "call.completed", on=date(2026, 3, 5))
    assert lines(see()) == [(1, "Alice", 3)]


# --- what is refused


def test_an_unknown_board_is_not_found_and_the_answer_names_those_there_are(new_house):
    new_house()
    with pytest.raises(NotFoundError, match="no board 'nobody'; the book has callers, sellers, teams"):
        see("nobody")


@pytest.mark.parametrize("period", ["2026-03", "2026-03-02", "ever", "next week", ""])
def test_a_period_of_another_kind_is_refused(new_house, period):
    new_house()
    with pytest.raises(RefusedError):
        see(period=period)


# --- how it is read


@pytest.mark.usefixtures("small_limit")
def test_a_board_takes_as_many_queries_for_many_as_for_few(new_house):
    house = new_house()
    calls(house, Alice=1)
    see()
    few = count_queries(lambda: see(me=house["Alice"]))
    calls(house, Bob=2, Carl=3, Dora=4, Emil=5)
    see()
    assert count_queries(lambda: see(me=house["Alice"])) <= few


@pytest.mark.usefixtures("small_limit")
def test_a_large_board_is_read_from_a_snapshot_until_that_is_renewed(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4)
    before = see(me=house["Alice"])
    assert lines(before) == [(1, "Dora", 4), (2, "Carl", 3), (3, "Bob", 2), (4, "Alice", 1)]
    calls(house, Alice=9)
    assert see(me=house["Alice"]) == before
    db.session.rollback()
    db.session.execute(update(Snapshot).values(taken=Snapshot.taken - snapshots.LATE - 1))
    db.session.commit()
    after = see(me=house["Alice"])
    assert (lines(after)[0], after.size) == ((1, "Alice", 10), 4)
    assert after.as_of > before.as_of


@pytest.mark.usefixtures("small_limit")
def test_reading_a_large_board_commits_nothing_of_the_reader(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4)
    connection = begin_write()
    connection.execute(update(Participant).values(name="somebody"))
    assert boards.standings("callers", period=WEEK, me=None).size == 4  # no snapshot: that would wait for us
    db.session.rollback()
    assert see().lines[0].name == "Dora"


@pytest.mark.usefixtures("small_limit")
def test_the_job_renews_boards_that_changed_and_then_has_nothing_to_do(new_house):
    house = new_house()
    for name in CAST[:5]:
        house.did(name, "call.completed")
    house.did("Emil", "deal.won", amount=7)
    now = period.microseconds(datetime(2026, 3, 4, 12, tzinfo=ZONE))

    def work(moment):
        done = 0
        while boards.refresh_stale(moment):
            db.session.commit()
            done += 1
        db.session.rollback()
        return done

    def see_renewed():
        with time_machine.travel(datetime(2026, 3, 4, 12, 1, tzinfo=ZONE)):
            return see(period=None)

    assert work(now) == 1
    assert see_renewed().size == 5
    later = now + snapshots.REST
    db.session.execute(update(Batch).values(received=now - snapshots.SETTLED))
    db.session.commit()
    assert work(later) == 0
    house.did("Fay", "call.completed", at="12:00")
    db.session.execute(update(Batch).values(received=now - snapshots.SETTLED))
    db.session.commit()
    assert work(now + 1) == 0  # too young
    assert work(later) == 1
    assert see_renewed().size == 6


@pytest.mark.usefixtures("small_limit")
def test_a_snapshot_that_was_taken_while_a_batch_may_still_have_been_under_way_is_renewed(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4)
    see()
    db.session.rollback()
    row = db.session.execute(select(Snapshot.batch, Snapshot.taken)).one()
    newest = select(func.max(Batch.id)).scalar_subquery()
    db.session.execute(update(Batch).where(Batch.id == newest).values(received=row.taken - snapshots.SETTLED + 1))
    db.session.commit()
    ground = ground_of("callers")
    assert snapshots.behind(snapshots.find(db.session.connection(), ground), row.taken + snapshots.REST)


def ground_of(key):
    known = facts.current()
    today = known.today(time.time_ns() // 1000)
    board = known.book.boards[key]
    return ranking.ground_of(db.session.connection(), known, board, MONDAY.toordinal(), today)


@pytest.mark.usefixtures("small_limit")
def test_the_job_throws_away_snapshots_of_old_periods_after_a_day(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4)
    assert see().size == 4
    now = time.time_ns() // 1000
    db.session.rollback()
    assert not boards.refresh_stale(now)
    assert boards.refresh_stale(now + snapshots.KEPT + 1)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(SnapshotPlace)) == 0
    assert not boards.refresh_stale(now + snapshots.KEPT + 1)


@pytest.mark.usefixtures("small_limit")
def test_who_falls_off_a_large_board_leaves_no_line_behind(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3)
    lost = house.did("Dora", "call.completed")
    house.did("Emil", "call.completed")
    assert see().size == 5
    house.did("Dora", "call.completed", retracts=lost)
    db.session.rollback()
    db.session.execute(update(Snapshot).values(taken=Snapshot.taken - snapshots.LATE - 1))
    db.session.commit()
    assert see().size == 4
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SnapshotPlace)) == 4


def test_a_live_board_and_a_snapshot_show_what_the_rules_rank(new_house):
    """Whatever people have: the same ranks, order and neighbourhood as ``rules.standing`` gives for all of them."""
    house = new_house(since=date(1990, 1, 1))
    numbers = [house.person(name) for name in ("zoe", "Zora", "Zoë", "Ab", "A c", "ad")] + list(house.numbers.values())
    months = (date(1990 + month // 12, month % 12 + 1, 5) for month in itertools.count())
    everybody = {number: name for name, number in house.numbers.items()}
    house.settle()

    @settings(max_examples=40)
    @given(st.lists(st.integers(-1, 3), min_size=1, max_size=len(numbers)), st.sampled_from(numbers))
    def holds(made, viewer):
        day = next(months)  # a board of its own for each example
        tallies = {number: 10_000 * value for number, value in zip(numbers, made, strict=False)}
        house.send(*(house.event(everybody[n], "deal.won", on=day, amount=v // 10_000) for n, v in tallies.items()))
        ranked = standing.rank({n: value for n, value in tallies.items() if value > 0}, everybody)
        shown = {*ranked[:10], *standing.neighbourhood(ranked, viewer)}
        expected = standing.arrange(shown, me=viewer, shown_as=lambda place: place.name)
        written = day.isoformat()[:7]
        assert see("sellers", written, me=viewer).lines == expected
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ranking, "LARGE", 0)
            view = see("sellers", written, me=viewer)
            assert (view.lines, view.size) == (expected, len(ranked))
            assert not ranked or see("sellers", written, me=viewer) == view  # of the same moment

    holds()
