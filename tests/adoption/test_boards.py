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
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import boards
from adoption import facts
from adoption import preferences
from adoption.boards import ranking
from adoption.boards import snapshots
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Membership
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


def see(key="callers", period=WEEK, me=None, team=None):
    db.session.rollback()
    return boards.standings(key, period=period, me=me, team=team)


def choose(who, **choices):
    preferences.choose(who, **choices)
    db.session.commit()


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
    calls(house, Carl=1, Bob=3, Alice=5, Dora=3, Emil=1)
    view = see()
    assert lines(view) == [(1, "Alice", 5), (2, "Bob", 3), (2, "Dora", 3)]
    assert (view.key, view.title, view.period, view.size) == ("callers", "Callers of the week", WEEK, 5)


def test_a_board_has_its_title_in_the_language_asked_for(new_house):
    new_house(BOOK.replace("[board.callers]", '[board.callers]\ntitles = { ru = "Звонки за неделю" }'))
    db.session.rollback()
    titles = [boards.standings("callers", period=WEEK, me=None, language=language).title for language in ("ru", "zh")]
    assert titles == ["Звонки за неделю", "Callers of the week"]
    assert see().title == "Callers of the week"


def test_i_see_the_top_and_my_neighbours_with_the_gaps_between_us(new_house):
    house = new_house()
    calls(house, Alice=12, Bob=10, Carl=9, Dora=7, Emil=6, Fay=5, Gus=3, Hana=2, Ivo=1)
    view = see(me=house["Gus"])
    assert lines(view) == [
        *[(1, "Alice", 12), (2, "Bob", 10), (3, "Carl", 9)],
        *[(5, "Emil", 6), (6, "Fay", 5), (7, "Gus", 3)],
    ]
    assert [line.gap // 10_000 for line in view.lines] == [0, 2, 1, 3, 1, 2]
    assert (view.mine.name, view.ahead.name, view.size) == ("Gus", "Fay", 9)
    above = see(me=house["Carl"])
    assert [name for _, name, _ in lines(above)] == ["Alice", "Bob", "Carl", "Dora", "Emil"]


def test_nobody_else_sees_the_lower_half(new_house):
    house = new_house()
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    assert [name for _, name, _ in lines(see(me=house["Alice"]))] == ["Alice", "Bob", "Carl"]
    assert [name for _, name, _ in lines(see())] == ["Alice", "Bob", "Carl"]
    assert [name for _, name, _ in lines(see(me=house["Dora"]))] == ["Alice", "Bob", "Carl", "Dora"]


def test_fewer_than_five_are_shown_what_they_have_together_and_everybody_the_own_line(new_house):
    house = new_house()
    calls(house, Alice=4, Bob=3, Carl=2, Dora=1)
    view = see(me=house["Carl"])
    assert (lines(view), view.size, view.small, view.total) == ([(3, "Carl", 2)], 4, True, 100_000)
    assert (see().lines, see().total) == ([], 100_000)
    calls(house, Emil=1)
    assert (see().small, see().total, len(see().lines)) == (False, None, 3)


def test_what_two_have_together_would_tell_each_of_the_other(new_house):
    house = new_house()
    calls(house, Alice=4, Bob=3)
    assert [see(me=house[name]).total for name in ("Alice", "Bob")] == [None, None]
    assert see(me=house["Carl"]).total == 70_000


def test_who_has_nothing_or_less_is_not_on_the_board(new_house):
    house = new_house()
    for name, amount in {"Alice": 100, "Bob": -5, "Carl": 0}.items():
        house.did(name, "deal.won", amount=amount)
    views = [see("sellers", "2026-03", me=house[name]) for name in ("Alice", "Bob", "Carl")]
    assert [(lines(view), view.size) for view in views] == [([(1, "Alice", 100)], 1), ([], 1), ([], 1)]


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
    calls(house, Alice=1, Bob=1, Carl=1, Dora=1, Emil=1, Leo=2)
    with time_machine.travel(datetime(2026, 3, 4, 23, tzinfo=ZONE)):
        assert lines(see(period=None)) == [(1, "Leo", 2), (2, "Alice", 1), (2, "Bob", 1)]
    with time_machine.travel(datetime(2026, 3, 5, 1, tzinfo=ZONE)):
        running = see(period=None, me=leaver)
        assert (lines(running), running.size) == ([(1, "Alice", 1), (1, "Bob", 1), (1, "Carl", 1)], 5)
    with time_machine.travel(datetime(2026, 3, 9, 1, tzinfo=ZONE)):
        assert lines(see())[0] == (1, "Leo", 2)


def test_a_metric_that_changed_within_the_period_counts_by_each_definition_on_its_own_days(new_house):
    house = new_house()
    changed = BOOK.replace('counts = "call.completed"', 'counts = ["call.completed", "meeting.completed"]')
    house.publish(changed, since=MONDAY + timedelta(days=2))
    for on in (MONDAY, MONDAY + timedelta(days=3)):
        house.did("Alice", "call.completed", on=on)
        house.did("Alice", "meeting.completed", on=on)
    house.settle()
    assert lines(see(me=house["Alice"])) == [(1, "Alice", 3)]


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
    assert lines(see(me=house["Alice"])) == [(1, "Alice", 3)]


# --- as what somebody is shown


def test_who_hides_has_no_line_for_others_keeps_the_place_and_sees_themselves(new_house):
    house = new_house()
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    choose(house["Bob"], shown="hidden")
    view = see(me=house["Dora"])
    assert (lines(view), view.unseen, view.size) == ([(1, "Alice", 9), (3, "Carl", 7), (4, "Dora", 6)], 1, 5)
    mine = see(me=house["Bob"])
    assert (mine.mine.rank, mine.mine.name, mine.unseen) == (2, "Bob", 0)
    choose(house["Bob"], shown="name")
    assert (lines(see())[1], see().unseen) == ((2, "Bob", 8), 0)


def test_an_alias_stands_in_for_the_name_and_says_that_it_is_one(new_house):
    house = new_house()
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    choose(house["Bob"], shown="alias", alias="Night Owl")
    assert [(line.name, line.alias) for line in see().lines] == [("Alice", False), ("Night Owl", True), ("Carl", False)]
    assert (see(me=house["Bob"]).mine.name, see(me=house["Carl"]).ahead.name) == ("Bob", "Night Owl")


def test_who_hid_before_an_alias_was_chosen_is_not_shown_by_it(new_house):
    house = new_house()
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    choose(house["Bob"], shown="alias", alias="Night Owl")
    choose(house["Bob"], shown="hidden")
    assert [line.name for line in see().lines] == ["Alice", "Carl"]


def test_who_is_absent_today_is_away_but_not_in_a_period_that_is_over_and_not_under_an_alias(new_house):
    house = new_house()
    for name in ("Alice", "Bob"):
        house.absent(name, date(2026, 3, 4), date(2026, 3, 6))
    calls(house, Alice=9, Bob=8, Carl=7, Dora=6, Emil=5)
    choose(house["Bob"], shown="alias", alias="Night Owl")
    house.settle()
    with time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=ZONE)):
        assert [line.away for line in see().lines] == [True, False, False]
    with time_machine.travel(datetime(2026, 3, 6, 12, tzinfo=ZONE)):
        assert not any(line.away for line in see().lines)
    with time_machine.travel(datetime(2026, 3, 12, 12, tzinfo=ZONE)):
        house.absent("Carl", date(2026, 3, 12), date(2026, 3, 14))
        assert not any(line.away for line in see().lines)


# --- among the members of a team


TEAMS = {"North": CAST[:6], "South": CAST[6:]}


def test_my_team_is_ranked_among_its_present_members(new_house):
    house = new_house(teams=TEAMS)
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4, Emil=5, Gus=9, Hana=8, Ivo=7)
    north, south = -house["North"], -house["South"]
    view = see(me=house["Bob"], team=north)
    assert lines(view) == [(1, "Emil", 5), (2, "Dora", 4), (3, "Carl", 3), (4, "Bob", 2)]
    assert view.size == 5
    few = see(me=house["Gus"], team=south)
    assert (lines(few), few.small, few.total) == ([(1, "Gus", 9)], True, 240_000)
    assert (see(me=house["Gus"], team=north).mine, see(team=99).size) == (None, 0)


def test_who_left_the_team_or_the_company_is_not_among_its_members(new_house):
    house = new_house(teams=TEAMS)
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4, Emil=5, Fay=6)
    leo = house.person("Leo", left_on=date(2026, 3, 5))
    house.send(house.event("Leo", "call.completed"))
    connection = begin_write()
    facts.changed(connection, rescore=True)
    row = {"participant": leo, "team": -house["North"], "starts": 1, "ends": period.FOREVER}
    connection.execute(insert(Membership).values(row))
    gone = update(Membership).where(Membership.participant == house["Fay"])
    connection.execute(gone.values(ends=date(2026, 3, 4).toordinal()))
    db.session.commit()
    house.settle()
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=ZONE)):
        assert see(team=-house["North"]).size == 7
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=ZONE)):
        assert (see(team=-house["North"]).size, lines(see(team=-house["North"]))[0]) == (5, (1, "Emil", 5))


def test_a_board_of_teams_is_not_narrowed_to_one(new_house):
    house = new_house(teams=TEAMS)
    with pytest.raises(RefusedError, match="is one of teams"):
        see("teams", team=-house["North"])


@pytest.mark.usefixtures("small_limit")
def test_a_team_costs_as_many_queries_on_a_large_board_with_many_members_as_with_few(new_house):
    house = new_house(teams=TEAMS)
    calls(house, Alice=1)
    north = -house["North"]
    see(team=north)
    few = count_queries(lambda: see(me=house["Alice"], team=north))
    calls(house, Bob=2, Carl=3, Dora=4, Emil=5, Fay=6)
    see(team=north)
    assert count_queries(lambda: see(me=house["Alice"], team=north)) <= few + 1  # who chose how to be shown


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
    assert count_queries(lambda: see(me=house["Alice"])) <= few + 1  # who chose how to be shown


@pytest.mark.usefixtures("small_limit")
def test_a_large_board_is_read_from_a_snapshot_until_that_is_renewed(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4, Emil=5)
    before = see(me=house["Alice"])
    assert lines(before) == [(1, "Emil", 5), (2, "Dora", 4), (3, "Carl", 3), (4, "Bob", 2), (5, "Alice", 1)]
    calls(house, Alice=9)
    assert see(me=house["Alice"]) == before
    db.session.rollback()
    db.session.execute(update(Snapshot).values(taken=Snapshot.taken - snapshots.LATE - 1))
    db.session.commit()
    after = see(me=house["Alice"])
    assert (lines(after)[0], after.size) == ((1, "Alice", 10), 5)
    assert after.as_of > before.as_of


@pytest.mark.usefixtures("small_limit")
def test_reading_a_large_board_commits_nothing_of_the_reader(new_house):
    house = new_house()
    calls(house, Alice=1, Bob=2, Carl=3, Dora=4, Emil=5)
    connection = begin_write()
    connection.execute(update(Participant).values(name="somebody"))
    assert boards.standings("callers", period=WEEK, me=None).size == 5  # no snapshot: that would wait for us
    db.session.rollback()
    assert see().lines[0].name == "Emil"


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
        shown = standing.visible(ranked, size=len(ranked), top=10, me=viewer)
        expected = standing.arrange(shown, me=viewer, shown_as=lambda place: standing.Shown(place.name))
        written = day.isoformat()[:7]
        assert see("sellers", written, me=viewer).lines == expected
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ranking, "LARGE", 0)
            view = see("sellers", written, me=viewer)
            assert (view.lines, view.size) == (expected, len(ranked))
            assert not ranked or see("sellers", written, me=viewer) == view  # of the same moment

    holds()
