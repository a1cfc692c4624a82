"""What the CRM is worth: counted in bulk of groups alone, by assumptions that HR changes, told with its formulas."""

import csv
import html
import io
import re
import time
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import jobs
from adoption import people_csv
from adoption import rollout
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import JournalEntry
from adoption.models import ValueAssumption
from adoption.models import ValueFacts
from adoption.rollout import deeds
from rules.rollout import beside
from rules.rollout.assumptions import ASSUMPTIONS
from rules.rollout.assumptions import USUAL
from rules.rollout.assumptions import Assumed
from rules.value import UNIT
from tests.staff import NORTH
from tests.staff import SOUTH
from tests.staff import Staff
from tests.visitors import Visitor

HANA = By(None, "Hana")
BEGAN = 28  # days ago: four whole weeks, and four before
NORTHERN = ("Mei", "Alice", "Bob", "Cora", "Dave", "Erin")
SOUTHERN = ("Olga", "Иван", "王伟", "Finn", "Gwen")
NUMBERS = iter(range(1, 100_000))


@pytest.fixture
def staff(app):
    return Staff()


@pytest.fixture
def hana(app, staff):
    return Visitor(app, staff["Hana"])


def now():
    return time.time_ns() // 1000


def shown(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))))


def begin(staff, name, *teams, days):
    rows = tuple(people_csv.WaveRow(line, name, team, staff.today - days, None) for line, team in enumerate(teams, 2))
    directory.load_waves(people_csv.Waves(rows, ()))
    db.session.commit()


def records(staff, who, *, days, many=1, **data):
    """Let somebody record contacts by hand, so many a day."""
    return [
        staff.event(who, "contact.created", f"contact/{next(NUMBERS)}", days=back, name="Robin", **data)
        for back in days
        for _ in range(many)
    ]


def wins(staff, who, *, days, amount="100.00", **data):
    """Let somebody win a deal."""
    data = {"amount": amount, "currency": "EUR", "company": f"Firm {next(NUMBERS)}"} | data
    return staff.event(who, "deal.won", f"deal/{next(NUMBERS)}", days=days, **data)


def busy(staff, *, since=3, names=NORTHERN, others=SOUTHERN):
    """Let everybody record something every other day, those in the north more since their wave began."""
    before, after = range(BEGAN + 2, 2 * BEGAN + 1, 2), range(2, BEGAN + 1, 2)
    staff.send(
        [
            one
            for name in (*names, *others)
            for one in (
                *records(staff, name, days=before),
                *records(staff, name, days=after, many=since if name in names else 1),
            )
        ]
    )


def weigh():
    rollout.weigh(now())
    db.session.commit()
    return rollout.estimate(db.session.connection())


# --- counting


def test_hours_are_worked_out_from_what_people_recorded_by_hand(staff):
    """Six people recorded 14 things each before, on 14 days, and three times as many since on as many days.

    That is 252 since beside 84 at the pace before; 168 on top · 50 % · 1 minute = 84 minutes = 1.4 hours.
    """
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    found = weigh()
    assert found.facts.begun == (("First", staff.today - BEGAN, 4, 4),)
    assert found.facts.use.counts["entries"] == (252 * UNIT, 84 * UNIT)
    assert found.facts.use.counts["days"] == (84 * UNIT, 84 * UNIT)
    means = found.facts.use.means["entries"]
    assert (means.people, means.others) == (6, 5)
    assert means.before == means.others_before == means.others_after == 3.5 * UNIT
    line = found.hours.lines[0]
    assert (line.name, line.hours.middle) == ("double-entry", 14_000)
    assert (found.hours.verdict, found.hours.week.middle) == (beside.MORE, 3_500)
    assert found.hours.total.middle == (14_000 - 24 * UNIT), "six people have learned for four hours each"


def test_what_a_program_wrote_and_what_a_mail_server_told_is_not_typed(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    before = weigh()
    staff.send(
        [
            *records(staff, "Alice", days=(3, 5), many=4, channel="import"),
            *(staff.event("Alice", "email.sent", f"contact/{next(NUMBERS)}", days=back) for back in (3, 5)),
        ]
    )
    assert weigh().facts.use == before.facts.use


def test_won_deals_are_compared_with_teams_that_have_not_begun(staff):
    """Each of six won 400 euros in the four weeks before and 800 since, each of the five others 400 both times."""
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    sold = [wins(staff, name, days=back, amount="400.00") for name in (*NORTHERN, *SOUTHERN) for back in (40, 10)]
    sold += [wins(staff, name, days=12, amount="400.00") for name in NORTHERN]
    staff.send(sold)
    found = weigh()
    assert found.won.means == (6, 10_000, 20_000, 5, 10_000, 10_000)
    assert (found.won.verdict, found.won.low, found.won.high) == (beside.MORE, 10_000, 10_000)
    assert found.facts.money.told == 28


def test_other_currencies_and_deals_without_an_amount_are_told_and_not_added(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    staff.send(
        [
            wins(staff, "Alice", days=40, amount="400.00"),
            wins(staff, "Alice", days=10, amount="400.00", currency=None),
            wins(staff, "Bob", days=10, amount="9000", currency="JPY"),
            wins(staff, "Bob", days=10, amount=None),
        ]
    )
    found = weigh()
    money = found.facts.money
    assert (money.currency, money.told, money.unsaid, money.silent, money.others) == ("EUR", 2, 1, 1, (("JPY", 1),))
    assert found.won.means[:3] == (6, 1_667, 1_667)


def test_whoever_buys_again_is_counted_by_who_sold_to_them(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    rollout.assume(begin_write(), {"again": Assumed(*[7 * UNIT] * 3)}, by=HANA, now=now())
    db.session.commit()
    sold = []
    for number in range(6):
        sold += [
            wins(staff, "Alice", days=45, company=f"A{number}"),
            wins(staff, "Alice", days=26, company=f"B{number}"),
        ]
        sold += [wins(staff, "Bob", days=22, company=f"B{number}")] if number < 3 else []
    staff.send([*sold, wins(staff, "Alice", days=56, company="first of all")])
    found = weigh().again
    assert (found.days, found.before[:2], found.after[:2]) == (7, (0, 7), (3, 6))
    assert found.others_after is None


def test_groups_of_fewer_than_five_are_nowhere(staff):
    begin(staff, "Small", SOUTH, days=BEGAN)
    staff.leave("Gwen", ago=5)
    busy(staff, names=SOUTHERN[:-1], others=NORTHERN)
    found = weigh()
    assert (found.facts.begun, found.facts.left_out, found.facts.use) == ((), 1, None)
    assert (found.hours.verdict, found.won.verdict, found.again.verdict) == (beside.TOO_FEW,) * 3


def test_whoever_came_or_changed_between_is_with_nobody(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    staff.leave("Erin", ago=5)
    found = weigh()
    assert (found.facts.use.people, found.facts.use.counts["entries"].after) == (5, 210 * UNIT)


def test_it_is_too_early_before_three_whole_weeks(staff):
    begin(staff, "First", NORTH, days=20)
    busy(staff)
    assert weigh().hours.verdict == beside.TOO_EARLY


def test_without_weeks_before_nothing_is_measured(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    staff.send([one for name in NORTHERN for one in records(staff, name, days=range(2, BEGAN + 1, 2))])
    found = weigh()
    assert (found.hours.verdict, found.hours.total) == (beside.UNKNOWN, None)


@pytest.mark.parametrize("days", [None, -7])
def test_a_wave_without_a_first_day_or_still_to_come_has_nothing_to_compare_with(staff, days):
    starts = None if days is None else staff.today - days
    directory.load_waves(people_csv.Waves((people_csv.WaveRow(2, "First", NORTH, starts, None),), ()))
    db.session.commit()
    busy(staff)
    staff.send([wins(staff, "Alice", days=10)])
    found = weigh()
    why = beside.UNKNOWN if days is None else beside.TOO_EARLY
    assert (found.hours.verdict, found.won.verdict, found.again.verdict) == (why,) * 3
    assert found.facts.begun == ()


def test_nothing_is_kept_of_single_people(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    weigh()
    kept = db.session.scalar(select(ValueFacts.found))
    assert not any(f'"{name}"' in kept or name.lower() in kept for name in NORTHERN)
    assert len(kept) < 2_000


def test_the_queries_do_not_grow_with_the_people_and_the_waves(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    few = asked(lambda: rollout.weigh(now()))
    begin(staff, "Second", SOUTH, days=BEGAN - 4)
    assert asked(lambda: rollout.weigh(now())) == few
    weigh()
    assert asked(lambda: rollout.estimate(db.session.connection())) == 2


def asked(what):
    facts.current()
    found = []

    def note(*args):
        found.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        what()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
    return len(found)


def test_the_history_begins_on_the_first_day_on_which_five_recorded(staff):
    staff.send([one for name in NORTHERN[:4] for one in records(staff, name, days=(30, 20))])
    staff.send(records(staff, NORTHERN[4], days=(20,)))
    connection = db.session.connection()
    assert deeds.since(connection, staff.today - 60, staff.today) == staff.today - 20


def test_a_job_counts_by_night(staff):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    assert jobs.JOBS["weigh-value"].run(lambda _done, _all: None) == "1 waves counted, 0 left out"


# --- what is assumed


def test_an_assumption_is_changed_and_goes_back_and_the_journal_knows(staff):
    connection = begin_write()
    assert rollout.assume(connection, {"help": Assumed(0, 10, 20)}, by=HANA, why="timed", now=now()) == {"help"}
    assert rollout.assume(connection, {"help": Assumed(0, 10, 20)}, by=HANA, now=now()) == set()
    assert rollout.assumptions(connection)["help"] == (0, 10, 20)
    assert list(rollout.changes(connection)) == ["help"]
    assert rollout.assume(connection, {"help": USUAL["help"]}, by=HANA, now=now()) == {"help"}
    assert rollout.assumptions(connection) == USUAL
    assert connection.scalars(select(ValueAssumption.key)).all() == []
    written = connection.execute(
        select(JournalEntry.action, JournalEntry.why).where(JournalEntry.thing == "assumption/help")
    )
    assert [tuple(row) for row in written] == [("changed", "timed"), ("changed", "")]


def test_an_unknown_assumption_and_a_wrong_number_are_refused(staff):
    with pytest.raises(NotFoundError):
        rollout.assume(begin_write(), {"luck": Assumed(0, 1, 2)}, by=HANA, now=now())
    db.session.rollback()
    with pytest.raises(rollout.AssumptionError):
        rollout.assume(begin_write(), {"help": Assumed(3, 2, 1)}, by=HANA, now=now())


# --- the page


def count():
    """Do as the scheduler does when it looks."""
    for name in jobs.wanted():
        jobs.run(name, lambda _done, _all: None)
    db.session.rollback()


def typed(**changed):
    """Return the form as it stands before anything is changed."""
    fields = {}
    for one in ASSUMPTIONS:
        for part, value in zip(("low", "middle", "high"), one.usual, strict=True):
            if part == "middle" or not one.single:
                fields[f"{one.key}-{part}"] = str(value / UNIT)
    return fields | {key.replace("__", "-"): value for key, value in changed.items()}


def test_a_page_without_anything_counted_says_what_to_do(staff, hana):
    page = shown(hana.get("/rollout/value"))
    assert "Nothing is counted yet." in page
    assert hana.get("/rollout/value.csv").status_code == 404
    assert hana.post("/rollout/value/count", {}).status_code == 303
    page = shown(hana.get("/rollout/value"))
    assert "It is being counted." in page
    count()
    page = shown(hana.get("/rollout/value"))
    assert "It is being counted." not in page
    assert "Not measured" in page
    assert "0 hours" not in page


def test_the_page_spells_every_formula_out(staff, hana):
    begin(staff, "First <b>", NORTH, days=BEGAN)
    busy(staff)
    staff.send([wins(staff, name, days=back) for name in (*NORTHERN, *SOUTHERN) for back in (40, 10)])
    weigh()
    assert "See what it is worth" in shown(hana.get("/rollout"))
    answer = hana.get("/rollout/value")
    page = shown(answer)
    assert "First <b>" in page
    assert "<b>" not in answer.get_data(as_text=True)
    assert "( 258 things recorded by hand since − 90 at the pace before )" in page
    assert "× 25 \N{EN DASH} 50 \N{EN DASH} 75 %" in page
    assert "Less what those who have not begun gained in the same weeks: 0.4 hours a week (0.09 to 1.1)." in page
    assert "About 0.4 hours are saved a week: between 0.09 and 1.1." in page
    assert "No effect visible yet: between €0 and €0 of won deals for a person and week" in page
    assert "22 deals with an amount in EUR were added up." in page


def form_of(visitor):
    """Return the form as a browser that has opened it would send it."""
    page = visitor.get("/rollout/value").get_data(as_text=True)
    return dict(re.findall(r'name="(?!csrf)([\w-]+)"[^>]*? value="([^"]*)"', page.partition('id="assumed"')[2]))


def test_two_who_change_assumptions_keep_each_others_numbers(app, staff, hana):
    ada = Visitor(app, staff["Ada"])
    one, other = form_of(hana), form_of(ada)
    assert hana.post("/rollout/value/assumptions", one | {"help-high": "99"}).status_code == 303
    assert ada.post("/rollout/value/assumptions", other | {"again-middle": "7"}).status_code == 303
    assert rollout.assumptions(db.session.connection())["help"].high == 99 * UNIT
    db.session.rollback()
    answer = ada.post("/rollout/value/assumptions", other | {"help-high": "98"})
    assert answer.status_code == 422
    assert "Somebody has changed this in the meantime, to" in shown(answer)
    assert ada.post("/rollout/value/assumptions", form_of(ada) | {"help-high": "98"}).status_code == 303
    assert rollout.assumptions(db.session.connection())["help"].high == 98 * UNIT


def test_assumptions_are_saved_on_the_page_and_go_back_one_by_one(staff, hana):
    weigh()
    form = typed(**{"look-up-high": "7,5", "again-middle": "30", "why": "timed with a watch"})
    assert hana.post("/rollout/value/assumptions", form).status_code == 303
    found = rollout.estimate(db.session.connection())
    assert found.assumed["look-up"].high == 75_000
    assert found.again.days == 180, "to be counted anew"
    assert "It is being counted." in shown(hana.get("/rollout/value"))
    count()
    assert rollout.estimate(db.session.connection()).again.days == 30
    page = shown(hana.get("/rollout/value"))
    assert "It is being counted." not in page
    assert "Back to usual" in page
    assert "changed by Hana" in page
    assert hana.post("/rollout/value/assumptions/again/usual", {"why": ""}).status_code == 303
    count()
    assert rollout.estimate(db.session.connection()).again.days == 180
    assert hana.post("/rollout/value/assumptions/luck/usual", {}).status_code == 404
    whys = db.session.scalars(select(JournalEntry.why).where(JournalEntry.thing == "assumption/look-up"))
    assert list(whys) == ["timed with a watch"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("help-low", "", "Write a number from 0 to 2,400."),
        ("help-low", "-1", "Write a number from 0 to 2,400."),
        ("help-high", "1e9", "Write a number from 0 to 2,400."),
        ("help-high", "NaN", "Write a number from 0 to 2,400."),
        ("help-middle", "130", "each at least as large as the one before"),
        ("elsewhere-high", "101", "Write a number from 0 to 100."),
        ("again-middle", "7.5", "Write whole days."),
    ],
)
def test_a_mistaken_number_stands_beside_its_field_and_keeps_what_was_typed(staff, hana, field, value, said):
    page = hana.post("/rollout/value/assumptions", typed(**{field: value}))
    assert page.status_code == 422
    assert said in shown(page)
    text = page.get_data(as_text=True)
    assert text.count('role="alert"') == 1
    assert f'value="{value}"' in text
    db.session.rollback()
    assert rollout.assumptions(db.session.connection()) == USUAL


def test_the_file_has_every_figure_with_its_terms_and_no_formula(staff, hana):
    begin(staff, "=First", NORTH, days=BEGAN)
    busy(staff)
    weigh()
    answer = hana.get("/rollout/value.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\N{BYTE ORDER MARK}"))))
    assert rows[0] == ["figure", "part", "term", "unit", "source", "low", "middle", "high"]
    assert ["hours", "double-entry", "entries", "entries", "measured", "252", "252", "252"] in rows
    assert ["hours", "double-entry", "elsewhere", "percent", "assumption", "25", "50", "75"] in rows
    assert ["hours", "learning", "result", "hours", "worked out", "-48", "-24", "-12"] in rows
    assert ["buying again", "difference", "result", "percentage points", "not measured", "", "", ""] in rows
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_managers_and_employees_do_not_see_it(app, staff):
    for name in ("Mei", "Alice", "Carl"):
        visitor = Visitor(app, staff[name])
        assert visitor.get("/rollout/value").status_code == 403
        assert visitor.get("/rollout/value.csv").status_code == 403
    for name in ("Leo", "Ada"):
        assert Visitor(app, staff[name]).get("/rollout/value").status_code == 200


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_page_speaks(app, staff, hana, language):
    begin(staff, "First", NORTH, days=BEGAN)
    busy(staff)
    weigh()
    page = shown(hana.get("/rollout/value", headers={"Cookie": f"language={language}"}))
    assert date.fromordinal(staff.today).isoformat()[:4] in page
