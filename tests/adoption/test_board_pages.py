"""The page of a board: the gap in words, nobody of the lower half, everybody as they chose, and politely up to date."""

import csv
import io
import re
from datetime import datetime
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import update

from adoption import auth
from adoption import explain
from adoption import facts
from adoption import preferences
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.pages import comparing
from tests.house import MONDAY
from tests.house import ZONE
from tests.house import House
from tests.leading import let_lead
from tests.visitors import Visitor

BOOK = """
[metric.calls]
title = "Calls"
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[reward.cake]
kind = "voucher"
[incentive.two-calls]
metric = "calls"
reach = 2
per = "week"
earns = "cake"
from = 2026-01-05

[board.teams]
metric = "calls"
per = "month"
holder = "team"
[board.callers]
title = "Callers"
metric = "calls"
per = "week"
top = 3
[board.sellers]
metric = "revenue"
per = "month"
[board.always]
metric = "calls"
per = "ever"
"""
CAST = ("Alice", "Bob", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Mei")
TEAMS = {"North": CAST[:6], "South": CAST[6:9]}
WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=ZONE)
BEFORE = MONDAY - timedelta(days=7)
MADE = {"Alice": 12, "Bob": 10, "Carl": 9, "Dora": 7, "Emil": 6, "Fay": 5, "Gus": 3, "Hana": 2, "Ivo": 1}
ROW = re.compile(r'<tr[^>]*>\s*<td class="rank num">(\d+)</td>\s*<th[^>]*><span>(.*?)</span>', re.DOTALL)


@pytest.fixture
def wednesday():
    """Let it be the Wednesday of the week in which everything happens."""
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def house(app, wednesday):
    """Return a house on both databases in which nothing has happened; Mei leads the North."""
    return furnished()


def furnished(people=CAST):
    made = House(BOOK, people=people, teams=TEAMS)
    connection = begin_write()
    facts.changed(connection, rescore=True)
    let_lead(connection, made["Mei"], *(made[name] for name in CAST[:6]))
    connection.execute(update(Participant).where(Participant.id == made["Mei"]).values(role="manager"))
    db.session.commit()
    made.settle()
    return made


def calls(house, *, on=MONDAY, **made):
    house.send(*(house.event(name, "call.completed", on=on) for name, number in made.items() for _ in range(number)))


def choose(who, **choices):
    preferences.choose(who, **choices)
    db.session.commit()


def text(response):
    db.session.rollback()
    assert response.status_code == 200, (response.status_code, response.get_data(as_text=True)[:800])
    return response.get_data(as_text=True)


def status(response):
    db.session.rollback()
    return response.status_code


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL).group(1).strip()


def rows(page):
    return [(int(rank), re.sub(r"<[^>]+>", "", name).split()[0]) for rank, name in ROW.findall(page)]


def tag(page):
    return re.search(r'data-etag="(.*?)"', page).group(1).replace("&#34;", '"')


# --- what is said


def test_the_heading_is_the_gap_to_who_is_next(house, app):
    calls(house, **MADE)
    page = text(Visitor(app, house["Gus"]).get("/boards/callers"))
    assert heading(page) == "2 behind Fay"
    assert rows(page) == [(1, "Alice"), (2, "Bob"), (3, "Carl"), (5, "Emil"), (6, "Fay"), (7, "You")]
    assert page.count('<tr aria-current="true">') == 1
    assert "7 <small>of 9</small>" in page
    assert "1 more place between" in page


@pytest.mark.parametrize(
    ("made", "who", "said"),
    [
        (MADE, "Alice", "You are in front"),
        (MADE | {"Bob": 12}, "Bob", "You share the first place"),
        (MADE | {"Bob": 12}, "Carl", "3 behind Bob"),
        ({"Alice": 3, "Bob": 2, "Carl": 1}, "Dora", "6 together"),
        ({"Alice": 3, "Bob": 2}, "Alice", "You have 3"),
        ({"Alice": 3}, "Bob", "Callers"),
        (MADE, "Mei", "Not on the board yet: the first one counts"),
        ({}, "Alice", "Not on the board yet: the first one counts"),
    ],
)
def test_the_heading_says_how_it_stands(house, app, made, who, said):
    calls(house, **made)
    assert heading(text(Visitor(app, house[who]).get("/boards/callers"))) == said


def test_a_team_is_told_how_its_team_stands(house, app):
    calls(house, **MADE)
    visitor = Visitor(app, house["Gus"])
    page = text(visitor.get("/boards/teams"))
    assert heading(page) == "Your team is 43 behind North"
    assert rows(page) == [(1, "North"), (2, "South")]
    assert "your team" in page
    assert heading(text(visitor.get("/boards/teams?period=2026-02"))) == "Teams"


def test_the_place_is_compared_with_the_end_of_the_week_before_and_the_number_with_the_same_weekday(house, app):
    calls(house, on=BEFORE, **(MADE | {"Gus": 30}))
    calls(house, **MADE)
    page = text(Visitor(app, house["Gus"]).get("/boards/callers"))
    assert page.count("down 6 places") == 2  # in the row and beside the table
    assert "Place 1 of 9 at the end of last week" in page
    assert "last week up to this day: 30" in page


def test_a_month_is_compared_with_all_of_the_one_before(house, app):
    for name in CAST[:5]:
        house.did(name, "deal.won", amount=1000)
        house.did(name, "deal.won", amount=500, on=BEFORE)
    page = text(Visitor(app, house["Alice"]).get("/boards/sellers"))
    assert "All of last month: 500" in page
    assert ">1,000<" in page


def test_a_week_in_which_nothing_happened_yet_shows_the_podium_of_the_last_one(house, app):
    calls(house, on=BEFORE, **MADE)
    page = text(Visitor(app, house["Ivo"]).get("/boards/callers"))
    assert heading(page) == "Not on the board yet: the first one counts"
    assert "A new week began at 00:00 on Monday 2 March." in page
    assert rows(page) == [(1, "Alice"), (2, "Bob"), (3, "Carl")]
    assert "Last week</h2>" in page


def test_a_week_that_is_over_can_be_looked_at_and_does_not_ask_for_news(house, app):
    calls(house, on=BEFORE, **MADE)
    page = text(Visitor(app, house["Bob"]).get("/boards/callers?period=2026-W09"))
    assert (heading(page), "data-refresh" in page) == ("2 behind Alice", False)
    assert 'aria-current="true">Last week</a>' in page
    older = text(Visitor(app, house["Bob"]).get("/boards/callers?period=2026-W02"))
    assert "Nothing was counted in this period." in older
    assert 'aria-current="true">Week 2 of 2026</a>' in older


def test_who_is_absent_today_is_away(house, app):
    calls(house, **MADE)
    house.absent("Bob", WEDNESDAY.date(), WEDNESDAY.date() + timedelta(days=2))
    house.settle()
    page = text(Visitor(app, house["Alice"]).get("/boards/callers"))
    assert re.search(r"<bdi>Bob</bdi>\s*<span class=\"chip\">away</span>", page)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_every_kind_of_board_is_there_in_every_language(house, app, language):
    calls(house, on=BEFORE, **MADE)
    calls(house, Alice=1)
    visitor = Visitor(app, house["Alice"], language=language)
    for path in ("callers", "teams", "sellers", "always", "callers?period=2026-W09", "callers?scope=team"):
        assert f'<html lang="{language}"' in text(visitor.get(f"/boards/{path}"))


# --- where it is


def test_one_comes_to_the_main_board_or_the_one_asked_for(house, app):
    visitor = Visitor(app, house["Alice"])
    assert visitor.get("/boards").headers["Location"] == "/boards/callers"
    assert visitor.get("/boards?board=teams").headers["Location"] == "/boards/teams"


def test_a_book_without_boards_says_so(app, wednesday):
    house = House('[metric.calls]\ncounts = "call.completed"\n', people=("Alice",))
    assert heading(text(Visitor(app, house["Alice"]).get("/boards"))) == "There is no board yet"


@pytest.mark.parametrize(
    ("path", "code"),
    [("nobody", 404), ("callers?period=2026-03", 422), ("callers?period=soon", 422), ("teams?scope=team:South", 200)],
)
def test_what_there_is_not_is_a_kind_page(house, app, path, code):
    assert status(Visitor(app, house["Alice"]).get(f"/boards/{path}")) == code


def test_a_stranger_is_asked_to_sign_in(house, app):
    answer = Visitor(app).get("/boards/callers?period=2026-W09")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/boards/callers?period%3D2026-W09")


# --- who is shown


def test_nobody_of_the_lower_half_is_on_the_page_of_somebody_ahead_of_them(house, app):
    calls(house, **MADE)
    order = list(MADE)
    for at, name in enumerate(order):
        page = text(Visitor(app, house[name]).get("/boards/callers"))
        for other in order[5:]:
            if other != name and order.index(other) not in {at - 1, at - 2}:
                assert f"<bdi>{other}</bdi>" not in page, (name, other)


def test_bob_hides_keeps_his_award_and_sees_himself(house, app):
    calls(house, **MADE)
    choose(house["Bob"], shown="hidden")
    others = text(Visitor(app, house["Alice"]).get("/boards/callers"))
    assert "Bob" not in others
    assert "1 colleague prefers not to be shown here." in others
    own = text(Visitor(app, house["Bob"]).get("/boards/callers"))
    assert (heading(own), rows(own)[1]) == ("2 behind Alice", (2, "You"))
    assert "You are not shown to colleagues. Your place and every reward stay yours." in own
    db.session.rollback()
    assert [award.incentive for award in explain.awards_of(house["Bob"])] == ["two-calls"]


def test_an_alias_is_shown_everywhere_instead_of_the_name(house, app):
    calls(house, **MADE)
    choose(house["Bob"], shown="alias", alias="Night Owl")
    carl = Visitor(app, house["Carl"])
    page = text(carl.get("/boards/callers"))
    assert heading(page) == "1 behind Night Owl"
    assert re.search(r"<bdi>Night Owl</bdi>\s*<span class=\"chip\">alias</span>", page)
    assert "Bob" not in page
    made = auth.create_token("carl", ("boards:read",), email="carl@example.com", now=1)
    db.session.commit()
    api = app.test_client().get("/api/v1/boards/callers", headers={"Authorization": f"Bearer {made}"}).get_json()
    assert [(line["name"], line["alias"]) for line in api["lines"]][:2] == [("Alice", False), ("Night Owl", True)]
    assert "Bob" not in str(api)
    db.session.rollback()
    with app.test_request_context():
        now = int(WEDNESDAY.timestamp() * 1_000_000)
        told = comparing.of(facts.current(), house["Carl"], WEDNESDAY.toordinal(), now)
    assert told.neighbour.name == "Night Owl"


def test_hostile_names_stay_text(app, wednesday):
    name = "<script>alert(1)</script>"
    house = furnished(people=(*CAST, name))
    calls(house, **MADE)
    house.send(*(house.event(name, "call.completed") for _ in range(20)))
    page = text(Visitor(app, house["Alice"]).get("/boards/callers"))
    assert name not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- among whom


def test_i_may_look_at_my_own_teams_alone(house, app):
    calls(house, **MADE)
    alice = Visitor(app, house["Alice"])
    page = text(alice.get("/boards/callers?scope=team"))
    assert "1 <small>of 6</small>" in page
    assert text(alice.get("/boards/callers?scope=team:North")).count("Carl") == page.count("Carl")
    for scope in ("team:South", "team:Nowhere", "bob@example.com", "everything"):
        assert status(alice.get(f"/boards/callers?scope={scope}")) == 403, scope


def test_a_manager_may_look_at_the_teams_they_lead_and_hr_at_all(house, app):
    calls(house, **MADE)
    mei = Visitor(app, house["Mei"])
    page = text(mei.get("/boards/callers?scope=team:North"))
    assert (heading(page), rows(page)) == ("Callers", [(1, "Alice"), (2, "Bob"), (3, "Carl")])
    assert status(mei.get("/boards/callers?scope=team:South")) == 403
    connection = begin_write()
    facts.changed(connection, rescore=False)
    let_lead(connection, None, house["Mei"])
    connection.execute(update(Participant).where(Participant.id == house["Mei"]).values(role="hr"))
    db.session.commit()
    few = text(mei.get("/boards/callers?scope=team:South"))
    assert heading(few) == "6 together"
    assert not {"Gus", "Hana", "Ivo"} & {name for name in MADE if name in few}
    assert status(mei.get("/boards/callers?scope=team:Nowhere")) == 403


# --- a table for those who lead


def test_those_who_lead_may_take_the_visible_lines_along(app, wednesday):
    house = furnished(people=(*CAST, "=1+1"))
    calls(house, **MADE)
    house.send(*(house.event("=1+1", "call.completed") for _ in range(20)))
    choose(house["Alice"], shown="alias", alias="Night Owl")
    choose(house["Bob"], shown="hidden")
    answer = Visitor(app, house["Mei"]).get("/boards/callers/lines.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="callers-2026-W10.csv"'
    assert answer.content_type == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(text(answer).removeprefix("\N{BYTE ORDER MARK}"))))
    assert table == [["Place", "Name", "Alias", "Calls"], ["1", "'=1+1", "no", "20"], ["2", "Night Owl", "yes", "12"]]


def test_employees_are_not_offered_the_table(house, app):
    calls(house, **MADE)
    alice = Visitor(app, house["Alice"])
    assert "lines.csv" not in text(alice.get("/boards/callers"))
    assert status(alice.get("/boards/callers/lines.csv")) == 403
    assert "lines.csv" in text(Visitor(app, house["Mei"]).get("/boards/callers"))


# --- up to date, politely


def test_a_page_asks_for_its_lines_and_is_told_that_nothing_has_changed(house, app, wednesday):
    calls(house, **MADE)
    visitor = Visitor(app, house["Alice"])
    page = text(visitor.get("/boards/callers"))
    assert "data-polite" in page
    assert re.search(r'<div role="status"[^>]*><p class="banner" data-announce hidden>', page)
    wednesday.shift(timedelta(seconds=50))
    same = visitor.get("/boards/callers", headers={"X-Fragment": "1", "If-None-Match": tag(page)})
    assert (same.status_code, same.data, same.headers["Cache-Control"]) == (304, b"", "private, no-store")
    fresh = text(visitor.get("/boards/callers", headers={"X-Fragment": "1"}))
    assert (tag(fresh), "<html" in fresh, rows(fresh) == rows(page)) == (tag(page), False, True)


def test_the_lines_have_another_tag_whenever_they_differ(house, app):
    calls(house, **MADE)
    seen = [tag(text(Visitor(app, house["Alice"]).get("/boards/callers")))]

    def differs(visitor, path="/boards/callers"):
        found = visitor.get(path, headers={"X-Fragment": "1", "If-None-Match": seen[0]})
        seen.append(tag(text(found)))
        return len(set(seen)) == len(seen)

    assert differs(Visitor(app, house["Bob"]))
    assert differs(Visitor(app, house["Alice"], language="ru"))
    assert differs(Visitor(app, house["Alice"]), "/boards/callers?scope=team")
    choose(house["Bob"], shown="alias", alias="Night Owl")
    assert differs(Visitor(app, house["Alice"]))
    choose(house["Bob"], shown="hidden")
    assert differs(Visitor(app, house["Alice"]))
    calls(house, Carl=1)
    assert differs(Visitor(app, house["Alice"]))


# --- how it is read


def test_a_page_takes_as_many_queries_for_many_as_for_few(house, app):
    visitor = Visitor(app, house["Alice"])

    def queries():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        text(visitor.get("/boards/callers"))
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    calls(house, on=BEFORE, **dict.fromkeys(MADE, 1))
    calls(house, Alice=1, Bob=1, Carl=1, Dora=1, Emil=1)
    queries()
    few = queries()
    calls(house, on=BEFORE, **MADE)
    calls(house, **MADE)
    assert queries() == few
