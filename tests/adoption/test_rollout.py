"""The roll-out: vital signs of teams, where waves stand, whether the next may begin, goals and the diagnosis."""

import html
import re
import time
from datetime import date

import pytest
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import jobs
from adoption import ownership
from adoption import people_csv
from adoption import rollout
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Award
from adoption.models import JournalEntry
from adoption.models import VitalWeek
from adoption.rollout import signs
from adoption.rollout.goals import NoMetricError
from rules import period
from rules.value import UNIT
from tests.queries import asked
from tests.staff import BOOK
from tests.staff import NORTH
from tests.staff import SOUTH
from tests.staff import Staff
from tests.visitors import Visitor

HANA = By(None, "Hana")


@pytest.fixture
def staff(app):
    return Staff()


@pytest.fixture
def hana(app, staff):
    return Visitor(app, staff["Hana"])


def now():
    return time.time_ns() // 1000


def last_week(staff):
    return period.start("week", staff.today) - 7


def send(staff, who, numbers, *, needs=3, days=None):
    days = staff.today - last_week(staff) - 2 if days is None else days
    staff.send([one for number in numbers for one in staff.contact(who, number, needs=needs, days=days)])


def shown(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))))


def wave(staff, name, *teams, days):
    rows = tuple(people_csv.WaveRow(line, name, team, staff.today + days, None) for line, team in enumerate(teams, 2))
    directory.load_waves(people_csv.Waves(rows, ()))
    db.session.commit()


# --- vital signs


def test_records_that_were_carried_to_the_end_are_a_share_of_those_that_were_worked_on(staff):
    send(staff, "Alice", range(8))
    send(staff, "Bob", range(100, 104), needs=2)
    assert rollout.take(now()) == signs.KEPT
    north = next(number for number, name in facts.current().teams.items() if name == NORTH)
    found = rollout.series([north], staff.today)[north]
    assert [week.monday for week in found][-1] == last_week(staff)
    assert found[-1].counts["depth"] == (8, 12)
    assert found[-1].value("depth") == 667
    assert found[-2].value("depth") is None


def test_a_reward_that_was_used_is_a_share_of_those_that_could_be(staff):
    send(staff, "Alice", range(20))
    rollout.take(now())
    rows = db.session.execute(select(VitalWeek.part, VitalWeek.whole).where(VitalWeek.name == "rewards")).all()
    assert max(whole for _, whole in rows) <= 2
    assert all(part <= whole for part, whole in rows)


def test_what_is_had_at_once_is_no_reward_that_could_be_used(staff):
    deals = [staff.event("Alice", "deal.won", f"deal/{number}", amount=100) for number in range(2)]
    talks = [staff.event("Alice", "call.completed", f"contact/{number}", minutes=5) for number in range(5)]
    staff.send([*deals, *talks])
    assert db.session.scalars(select(Award.reward)).all(), "points and a badge"
    send(staff, "Alice", range(10, 20), days=0)
    staff.choose(staff.open_choices("Alice")[0])
    rollout.take(now() + 7 * 86_400 * period.SECOND)
    north = next(number for number, name in facts.current().teams.items() if name == NORTH)
    found = rollout.series([north], staff.today + 7)[north]
    assert found[-1].counts["rewards"] == (0, 1)


def test_taking_the_signs_twice_leaves_the_same_rows(staff):
    send(staff, "Alice", range(3))
    rollout.take(now())
    before = db.session.execute(select(VitalWeek.__table__)).all()
    assert rollout.take(now()) <= signs.KEPT
    db.session.rollback()
    assert db.session.execute(select(VitalWeek.__table__)).all() == before


def test_what_was_taken_back_is_no_record_that_was_worked_on(staff):
    send(staff, "Alice", range(4))
    days = staff.today - last_week(staff) - 2
    (mistaken,) = staff.send([staff.event("Alice", "contact.created", "contact/50", days=days)])
    staff.send([staff.event("Alice", "contact.corrected", "contact/50", days=days) | {"retracts": mistaken}])
    rollout.take(now())
    north = next(number for number, name in facts.current().teams.items() if name == NORTH)
    assert rollout.series([north], staff.today)[north][-1].counts["depth"] == (4, 4)


def test_what_somebody_left_behind_is_a_gap_of_the_team_they_left(staff):
    send(staff, "Alice", range(4), days=0)
    staff.leave_behind()
    rollout.take(now() + 7 * 86_400 * period.SECOND)
    teams = {name: number for number, name in facts.current().teams.items()}
    counted = ownership.counts(teams[NORTH]).total
    assert counted == 2
    found = rollout.series([teams[NORTH]], staff.today + 7)[teams[NORTH]]
    assert found[-1].counts["gaps"] == (counted, 4)


def test_a_record_of_another_team_is_none_of_this_one(staff):
    send(staff, "Alice", range(4))
    send(staff, "Иван", range(50, 53))
    rollout.take(now())
    teams = {name: number for number, name in facts.current().teams.items()}
    found = rollout.series(teams.values(), staff.today)
    assert found[teams[NORTH]][-1].counts["depth"] == (4, 4)
    assert found[teams[SOUTH]][-1].counts["depth"] == (3, 3)


def test_the_queries_do_not_grow_with_the_teams(staff):
    send(staff, "Alice", range(3))
    rollout.take(now())
    wave(staff, "one", NORTH, days=-30)
    few = asked(lambda: rollout.waves(now()))
    wave(staff, "two", SOUTH, days=10)
    assert asked(lambda: rollout.waves(now())) == few


# --- waves


def test_a_wave_is_planned_on_a_page_and_held_with_its_reason(staff, hana):
    teams = {name: number for number, name in facts.current().teams.items()}
    monday = date.fromordinal(last_week(staff) - 35).isoformat()
    first = {
        "was": "", "name": "First", "starts": monday, "team": teams[NORTH],
        "champion": staff["Alice"], "supporter": staff["Mei"],
    }  # fmt: skip
    assert hana.post("/rollout/wave", first).status_code == 303
    later = date.fromordinal(staff.today + 14).isoformat()
    second = {"was": "", "name": "Вторая", "starts": later, "team": teams[SOUTH]}
    assert hana.post("/rollout/wave", second).status_code == 303
    page = shown(hana.get("/rollout"))
    assert "advice: hold" in page
    assert "There is no champion yet" in page
    assert "Name a colleague of the teams whom everybody may ask." in page
    refused = hana.post("/rollout/wave/decision", {"name": "Вторая", "decision": "go", "why": " "})
    assert refused.status_code == 422
    assert "Say why" in shown(refused)
    assert (
        hana.post("/rollout/wave/decision", {"name": "Вторая", "decision": "go", "why": "they asked"}).status_code
        == 303
    )
    page = shown(hana.get("/rollout/wave?name=Вторая"))
    assert "decided: go" in page
    assert "they asked" in page
    written = db.session.execute(
        select(JournalEntry.action, JournalEntry.why).where(JournalEntry.thing == "wave/Вторая")
    )
    assert ("decided", "they asked") in [tuple(row) for row in written]


def test_a_wave_gets_another_name_and_keeps_its_teams_and_what_was_decided(staff, hana):
    teams = {name: number for number, name in facts.current().teams.items()}
    starts = date.fromordinal(staff.today + 9).isoformat()
    form = {"was": "", "name": "A", "starts": starts, "team": [teams[NORTH], teams[SOUTH]], "champion": staff["Bob"]}
    hana.post("/rollout/wave", form)
    hana.post("/rollout/wave/decision", {"name": "A", "decision": "hold", "why": "the fair"})
    assert hana.post("/rollout/wave", form | {"was": "A", "name": "B"}).status_code == 303
    (found,) = rollout.waves(now())
    assert (found.name, len(found.teams), found.care.why) == ("B", 2, "the fair")
    assert hana.post("/rollout/wave", form | {"was": "A", "name": "C"}).status_code in {404, 422}, (
        "it is called B by now"
    )


def test_a_plan_moves_the_first_day_and_keeps_what_is_over_and_who_joined_later(staff, hana):
    numbers = {name: number for number, name in facts.current().teams.items()}
    north, south, today = numbers[NORTH], numbers[SOUTH], staff.today
    rows = ((NORTH, today - 90, today - 60), (NORTH, today + 7, None), (SOUTH, today + 21, today + 99))
    listed = tuple(people_csv.WaveRow(line, "A", *row) for line, row in enumerate(rows, start=2))
    directory.load_waves(people_csv.Waves(listed, ()))
    db.session.commit()
    later = date.fromordinal(today + 14).isoformat()
    form = {"was": "A", "name": "A", "starts": later, "team": [north, south]}
    assert hana.post("/rollout/wave", form).status_code == 303
    assert spans(north) == [(today - 90, today - 60), (today + 14, period.FOREVER)]
    assert spans(south) == [(today + 21, today + 99)]
    assert hana.post("/rollout/wave", form | {"team": [south]}).status_code == 303
    assert spans(north) == [(today - 90, today - 60)]
    too_late = form | {"team": [south], "starts": date.fromordinal(today + 100).isoformat()}
    assert "leaves the wave before this day" in shown(hana.post("/rollout/wave", too_late))


def spans(team):
    found = sorted(one[:2] for one in facts.current().waves[team])
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "A wave needs a name"),
        ({"name": "x" * 101}, "A wave needs a name"),
        ({"team": ""}, "Choose at least one team."),
        ({"team": "999999"}, "Choose at least one team."),
        ({"starts": "soon"}, ""),
        ({"champion": "999999"}, "Choose somebody who works here."),
        ({"name": "There"}, "There is a wave of this name already."),
    ],
)
def test_a_mistaken_wave_stands_beside_its_field_and_keeps_what_was_typed(staff, hana, changed, said):
    wave(staff, "There", SOUTH, days=0)
    north = next(number for number, name in facts.current().teams.items() if name == NORTH)
    form = {"was": "", "name": "New", "starts": "2026-01-05", "team": north, **changed}
    page = hana.post("/rollout/wave", form)
    assert page.status_code == 422
    assert said in shown(page)
    assert 'role="alert"' in page.get_data(as_text=True)
    assert [one.name for one in rollout.waves(now())] == ["There"]


def test_nothing_is_decided_about_a_wave_that_has_begun_or_is_none(staff):
    wave(staff, "begun", NORTH, days=-3)
    for name in ("begun", "none"):
        with pytest.raises(NotFoundError):
            rollout.decide(begin_write(), name, "go", why="why not", by=HANA, now=now())
        db.session.rollback()


def test_managers_and_employees_do_not_plan(app, staff):
    for name in ("Mei", "Alice", "Carl"):
        assert Visitor(app, staff[name]).get("/rollout").status_code == 403
    assert Visitor(app, staff["Leo"]).get("/rollout").status_code == 200


# --- goals


def test_a_goal_is_chosen_seen_and_taken_away(staff, hana):
    send(staff, "Alice", range(15))
    form = {"title": "Никто не теряется", "metric": "developed-contacts", "target": "2,5", "until": "2027-03-01"}
    assert hana.post("/rollout/goals", form).status_code == 303
    page = shown(hana.get("/rollout/goals"))
    assert "Никто не теряется" in page
    assert "2.5" in page
    number = rollout.goals()[0].id
    assert hana.post(f"/rollout/goals/{number}/drop").status_code == 303
    assert rollout.goals() == []
    assert hana.post(f"/rollout/goals/{number}/drop").status_code == 404
    deeds = db.session.scalars(select(JournalEntry.action).where(JournalEntry.thing == f"rollout-goal/{number}"))
    assert list(deeds) == ["created", "removed"]


def test_a_goal_is_measured_by_those_who_work_in_teams(staff):
    send(staff, "Alice", range(11))
    known, sunday = facts.current(), last_week(staff) + 6
    here = [one for one, person in known.people.items() if person.here(sunday)]
    working = [one for one in here if known.team_of(one, sunday)]
    assert len(working) < len(here), "nobody at a counter"
    found = rollout.last_week({"developed-contacts"}, now())
    assert found == {"developed-contacts": round(11 * UNIT / len(working))}


def test_a_goal_is_measured_by_what_its_metric_was_in_that_week(staff):
    send(staff, "Alice", range(11))
    before = rollout.last_week({"developed-contacts"}, now())
    old = 'counts  = "contact.developed"\nmeasure = "distinct"'
    text = BOOK.read_text(encoding="utf-8")
    assert text.count(old) == 1
    staff.publish_from_today(text.replace(old, 'counts  = "note.created"\nmeasure = "distinct"'))
    assert rollout.last_week({"developed-contacts"}, now()) == before


@pytest.mark.parametrize(
    "changed", [{"title": " "}, {"metric": "none"}, {"target": "-1"}, {"target": "many"}, {"until": "soon"}]
)
def test_a_mistaken_goal_is_told_beside_its_field(hana, changed):
    form = {"title": "Goal", "metric": "developed-contacts", "target": "", "until": "", **changed}
    page = hana.post("/rollout/goals", form)
    assert page.status_code == 422
    assert 'role="alert"' in page.get_data(as_text=True)
    assert rollout.goals() == []


def test_a_goal_is_not_chosen_twice(hana):
    form = {"title": "Goal", "metric": "developed-contacts"}
    assert hana.post("/rollout/goals", form).status_code == 303
    again = hana.post("/rollout/goals", form)
    assert again.status_code == 422
    assert "There is a goal of these words already." in shown(again)
    assert len(rollout.goals()) == 1


def test_a_goal_without_a_metric_of_the_book_is_refused(staff):
    with pytest.raises(NoMetricError):
        rollout.choose(begin_write(), "Goal", "none", target=None, until=None, by=HANA, now=now())


# --- diagnosis


def test_answers_are_kept_and_the_data_speaks(staff, hana):
    customer = {"company": "Acme"}
    staff.send(
        [
            staff.event("Alice", "deal.created", "deal/1", days=300, stage="Offer", **customer),
            staff.event("Alice", "deal.won", "deal/1", days=290),
            staff.event("Alice", "deal.created", "deal/2", days=30, stage="Offer", **customer),
            staff.event("Alice", "deal.lost", "deal/2", days=20, lost_reason="nobody called <back>"),
            staff.event("Bob", "task.created", "task/7", days=20, due="2026-01-05", owner="bob"),
        ]
    )
    assert hana.post("/rollout/diagnosis", {"products": "Bicycles <b>", "audience": "Shops"}).status_code == 303
    assert "Look at the data" in shown(hana.get("/rollout/diagnosis"))
    assert hana.post("/rollout/diagnosis/data").status_code == 303
    assert "It is being counted." in shown(hana.get("/rollout/diagnosis"))
    assert rollout.findings() is None, "the scheduler does it: a page must not read a million activities"
    jobs.run("look-at-data", lambda _done, _all: None)
    page = hana.get("/rollout/diagnosis")
    said = shown(page)
    assert "It is being counted." not in said
    assert "2 of 11 questions are answered" in said
    assert "<b>" not in page.get_data(as_text=True).partition("Bicycles")[2][:10]
    assert "nobody called <back>" in said
    assert "1 bought once and not in the last half year." in said
    assert NORTH in said.partition("Overdue tasks by team")[2]
    found = rollout.findings()
    assert found.breaks[0] == ("Offer", 1, 0, 1)
    assert found.survey.owners == (("task", 1, 0),)
    answered = db.session.execute(select(JournalEntry.thing).where(JournalEntry.action == "answered")).scalars()
    assert sorted(answered) == ["diagnosis/audience", "diagnosis/products"]


def form_of(visitor):
    """Return the form of the diagnosis as a browser that has opened it would send it."""
    page = visitor.get("/rollout/diagnosis").get_data(as_text=True)
    fields = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', page))
    return fields | {
        name: html.unescape(text) for name, text in re.findall(r'name="(\w+)"[^>]*>([^<]*)</textarea', page)
    }


def test_two_who_answer_at_the_same_time_keep_each_others_answers(app, staff, hana):
    ada = Visitor(app, staff["Ada"])
    hana.post("/rollout/diagnosis", {"products": "Bicycles\r\nand bells"})
    one, other = form_of(hana), form_of(ada)
    hana.post("/rollout/diagnosis", one | {"audience": "Shops", "products": "Bicycles\nand bells"})
    ada.post("/rollout/diagnosis", other | {"deal": "By phone"})
    answers = {name: found.answer for name, found in rollout.answers().items()}
    assert (answers["audience"], answers["deal"]) == ("Shops", "By phone")
    db.session.rollback()
    answer = ada.post("/rollout/diagnosis", other | {"audience": "Hotels", "order": "By mail"})
    assert answer.status_code == 409
    assert "Somebody has answered this in the meantime, as below." in shown(answer)
    assert {"Hotels", "By mail"} <= set(re.findall(r">([^<]*)</textarea", answer.get_data(as_text=True)))
    assert rollout.answers()["audience"].answer == "Shops"
    db.session.rollback()
    ada.post("/rollout/diagnosis", form_of(ada) | {"audience": "Shops, hotels", "order": "By mail"})
    assert rollout.answers()["audience"].answer == "Shops, hotels"
    assert rollout.answers()["order"].answer == "By mail"


def test_a_deal_that_was_taken_back_is_none(staff):
    deal = staff.event("Alice", "deal.created", "deal/1", days=30, stage="Offer")
    (mistaken,) = staff.send([deal])
    staff.send([staff.event("Alice", "deal.corrected", "deal/1", days=20) | {"retracts": mistaken}])
    found = rollout.look(now())
    assert (found.deals, found.breaks) == (0, ())


def test_a_sentence_of_a_page_ends_as_its_language_ends_one(app, staff):
    page = shown(Visitor(app, staff["Hana"], language="zh").get("/rollout/diagnosis"))
    assert "共 11 题。" in page
    assert "共 11 题." not in page


def test_eight_answers_make_a_diagnosis(staff, hana):
    hana.post("/rollout/diagnosis", dict.fromkeys(rollout.QUESTIONS[:8], "known"))
    rollout.choose(begin_write(), "Goal", "developed-contacts", target=None, until=None, by=HANA, now=now())
    db.session.commit()
    wave(staff, "one", NORTH, days=5)
    assert rollout.waves(now())[0].stage.name == "plan"
