"""The second road: the archive, conditions as expressions, and what a verification finds."""

import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import current_app
from hypothesis import Phase
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlglot import exp
from sqlglot import select as expression

from adoption import facts
from adoption import history
from adoption.extensions import db
from adoption.history import archive
from adoption.history import conditions
from adoption.history import engine
from adoption.history import expressions
from adoption.history import manifest
from adoption.history import merging
from adoption.history import normal
from adoption.history import questions
from adoption.history import relations
from adoption.models import ArchiveFile
from adoption.models import Award
from adoption.models import LedgerEntry
from adoption.models import RecordProgress
from adoption.models import Series
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import Unscored
from adoption.models import Wave
from adoption.models.base import bucket_of
from rules import condition as rule
from rules import period
from rules import value as values
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import Who
from rules.metric import Metric
from tests import reference
from tests.adoption.test_same_answer import histories
from tests.adoption.test_same_answer import live
from tests.house import MONDAY
from tests.house import House

BOOK = """
[milestone."contact.developed"]
title = "Developed contact"
record = "contact"
undone_by = ["contact.deleted"]
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail"
on = ["contact.created", "contact.updated"]
where = { field = "email", filled = true }
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
on = ["call.completed"]

[metric.developed]
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[reward.points]
title = "Points"
kind = "points"
points = 50
[reward.lunch]
title = "Lunch"
kind = "voucher"

[incentive.callers]
metric = "calls"
every = 2
per = "week"
at_most = 3
earns = "points"
[incentive.developers]
metric = "developed"
reach = 1
per = "month"
earns = "lunch"
[incentive.daily]
metric = "calls"
in_a_row = 2
per = "month"
at_most = 5
earns = "lunch"
"""


@pytest.fixture
def house(app):  # the house stands in it
    house = House(BOOK, teams={"north": ["Alice", "Bob"]})
    house.did("Alice", "contact.created", "contact/1", email="x@y.z")
    house.did("Alice", "call.completed", "contact/1", id="a-call")
    house.did("Bob", "call.completed", "contact/2")
    house.did("Alice", "call.completed", "contact/2", on=MONDAY + timedelta(days=1))
    house.did("Bob", "deal.won", "deal/1", amount="12.34565")
    house.settle()
    return house


def change(statement):
    db.session.execute(statement)
    db.session.commit()


def found():
    return "\n".join(history.verify().lines())


# --- conditions


VALUES = [
    *("", " ", "\u2003\n", "10", "10.0", "010", "-0", "1e3", "1" * 12, "1" * 13, "1." + "1" * 12, "1." + "1" * 13),
    *(
        "0.1" * 4,
        "٣",
        "+1",
        " 1",
        "true",
        "Ten",
        "ten",
        "it's",
        "\0",
        "a\0b",
        "ß",
        "x" * 300,
        "text:10",
        "%_",
        "number:10",
    ),
    *(0, 10, -10, 10**12 - 1, 10**12, -(10**12), 10**30, True, False),
    *map(Decimal, ("10.0", "1E+1", "1e3", "0.000000000001", "1e-13", "999999999999.999999999999", "1E+400", "-0.0")),
    *([], {}, [None], ["a", "10"], [10], [True], [[10]], [""], ["x" * 300], {"a": None}, {"10": 10}),
]
BOOK_VALUES = [
    *("", "10", "10.0", "true", "ten", "it's", "\0", "x" * 300, "a", "b", "%", "10'", True, False),
    *(0, 10, -10, 10**12 - 1, 10**12, 10**15),
    *map(Decimal, ("10.0", "10.000000000000", "1e-13", "-1e-13", "999999999999.9999999999999", "1000", "0.1")),
]
FIELDS = ("f", "g", "g.h", "g.h.i", "a.b", "owner")

json_values = st.recursive(
    st.sampled_from([*VALUES, None])
    | st.integers(-(10**14), 10**14)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["h", "i", "b", "h.i"]), inner, max_size=3)
    ),
    max_leaves=5,
)
datas = st.dictionaries(st.sampled_from([*FIELDS, "a", "g.h.i.j"]), json_values, max_size=4)
scalars = st.sampled_from(BOOK_VALUES) | st.text(max_size=4) | st.integers(-(10**13), 10**13)
numbers = st.sampled_from([one for one in BOOK_VALUES if type(one) in {int, Decimal}]) | st.decimals(
    -1000, 1000, places=3
)
taken = {
    "scalar": scalars,
    "number": numbers,
    "list": st.lists(scalars, min_size=1, max_size=3).map(tuple),
    "flag": st.booleans(),
}


@st.composite
def comparisons(draw):
    name = draw(st.sampled_from(sorted(conditions.OPERATORS)))
    return Compare(draw(st.sampled_from(FIELDS)), name, draw(taken[rule.OPERATORS[name].takes]))


trees = st.recursive(
    comparisons(),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def duck(tmp_path_factory):
    with engine.opened(tmp_path_factory.mktemp("duck")) as opened:
        yield opened


def answers(duck, datas, *columns):
    """Return what expressions say about each of these data."""
    rows = ((number, normal.fields(data)) for number, data in enumerate(datas))
    duck.feed("asked", {"n": "INTEGER", "data": normal.DATA_TYPE}, rows)
    named = [exp.alias_(column, f"c{index}") for index, column in enumerate(columns)]
    answered = duck.all(expression("n", *named).from_("asked").order_by("n"))
    duck.drop("asked")
    return [row[1:] for row in answered]


def test_every_operator_of_the_rules_has_an_expression():
    assert conditions.OPERATORS.keys() == rule.OPERATORS.keys()


@pytest.mark.parametrize("operator", sorted(conditions.OPERATORS))
def test_every_operator_says_of_every_nasty_value_what_python_says(duck, operator):
    takes = rule.OPERATORS[operator].takes
    wanted = {
        "flag": [True, False],
        "number": [one for one in BOOK_VALUES if type(one) in {int, Decimal}],
        "list": [(one, "zz", 7) for one in BOOK_VALUES] + [(False, "Ten"), ()],
        "scalar": BOOK_VALUES,
    }[takes]
    asked = [Compare("f", operator, one) for one in wanted]
    asked += [Not(one) for one in asked]
    given_data = [{}, {"f": None}, *({"f": value} for value in VALUES)]
    said = answers(duck, given_data, *map(conditions.expression, asked))
    assert said == [tuple(one.holds(data) for one in asked) for data in given_data]


@settings(max_examples=60)
@given(st.lists(datas, min_size=1, max_size=8), st.lists(trees, min_size=1, max_size=4))
def test_conditions_say_what_python_says(duck, given_data, asked):
    said = answers(duck, given_data, *map(conditions.expression, asked))
    assert said == [tuple(one.holds(data) for one in asked) for data in given_data]


@settings(max_examples=60)
@given(st.lists(datas, min_size=1, max_size=8))
def test_values_are_told_apart_as_python_tells_them_apart(duck, given_data):
    keys = [conditions.key(Metric(key="m", counts=("x",), measure="distinct", of=name)) for name in FIELDS]
    said = answers(duck, given_data, *keys)
    for index, name in enumerate(FIELDS):
        wanted = [values.text(values.field(data, name)) for data in given_data]
        assert [row[index] is None for row in said] == [one is None for one in wanted]
        pairs = {(row[index], one) for row, one in zip(said, wanted, strict=True)}
        assert len(pairs) == len({key for key, _ in pairs}) == len({one for _, one in pairs})


def test_an_owner_is_kept_in_full_however_long(duck):
    said = answers(duck, [{"owner": "o" * 300}, {"owner": 17}], conditions.key_of("owner"))
    assert said == [("o" * 300,), ("17",)]


@settings(max_examples=100)
@given(st.lists(json_values, min_size=1, max_size=30))
@example([Decimal("0.00005"), Decimal("-0.00005"), Decimal("-0.000049999999"), "999999999999.99995", "0.00015", True])
def test_amounts_round_half_away_from_zero(duck, given_values):
    metric = Metric(key="m", counts=("x",), measure="sum", of="f")
    said = answers(duck, [{"f": value} for value in given_values], conditions.units(metric))
    assert said == [(values.units(value),) for value in given_values]


def test_long_lists_of_conditions_are_no_trouble(duck):
    many = AnyOf(tuple(Compare("f", "is", f"{number}") for number in range(3_000)))
    few = Compare("f", "in", tuple(f"{number}" for number in range(3_000)))
    said = answers(duck, [{"f": "2999"}, {"f": "3000"}], conditions.expression(many), conditions.expression(few))
    assert said == [(True, True), (False, False)]


def test_hostile_nesting_stays_small():
    data = inner = {}
    for _ in range(900):
        inner["k" * 200] = inner = {}
    assert len(str(normal.fields(data))) < 1_000_000


def test_a_milestone_counts_under_the_source_of_its_closing_activity_whoever_knows_the_actor(duck):
    columns = ("subject", "time", "source", "id", "actor_source", "actor", "day")
    rows = [("contact/1", 1, "crm", "a", "mail", "bob", 5), ("contact/2", 2, "crm", "b", None, None, 5)]
    duck.feed("reached", dict.fromkeys(columns, "VARCHAR") | {"time": "BIGINT", "day": "INTEGER"}, rows)
    duck.feed("live", archive.COLUMNS, ())
    metric = Metric(key="m", counts=("contact.developed",), measure="distinct", of="source")
    counted = duck.all(expressions.counted(metric, [], {"contact.developed": "reached"}))
    duck.drop("reached", "live")
    assert sorted(counted) == [("crm", None, 5, "crm"), ("mail", "bob", 5, "crm")]


# --- who is offered what


@pytest.mark.usefixtures("sqlite_app")
def test_an_offer_holds_on_days_on_which_team_and_wave_meet():
    house = House(BOOK, teams={"north": ["Alice"], "south": ["Alice", "Bob"]})
    day = MONDAY.toordinal()
    change(insert(Wave).values(name="first", team=-house["south"], starts=day, ends=day + 7))
    connection = db.session.connection()
    facts.changed(connection, rescore=True)
    db.session.commit()
    known = facts.current()
    alice, bob, north, south = (house[name] for name in ("Alice", "Bob", "north", "south"))

    def offered(**who):
        return {holder: (starts, ends) for holder, starts, ends in relations.offers(known, Who(**who))}

    assert offered(team=("north",)) == {alice: relations.ALWAYS, north: relations.ALWAYS}
    assert offered(wave=("first",)) == dict.fromkeys((alice, bob, south), (day, day + 7))
    assert offered(team=("north",), wave=("first",)) == {alice: (day, day + 7)}
    assert offered(role=("employee",)) == dict.fromkeys((alice, bob), relations.ALWAYS)
    assert offered(role=("manager",)) == {}


# --- the archive


def files():
    return sorted(path.name for path in folder().iterdir() if path.suffix in {".parquet", ".part"})


def folder():
    return Path(current_app.extensions["settings"].archive_folder)


def archived():
    with questions.opened() as opened:
        return sorted(row[0] for row in opened.engine.all(expression("id").from_("activity")))


def test_the_archive_grows_by_what_is_new_and_old_files_stay_as_they_are(house):
    history.bring_up_to_date()
    before = {name: (folder() / name).read_bytes() for name in files()}
    assert history.bring_up_to_date().rows == 5
    assert files() == sorted(before)
    house.did("Bob", "call.completed", id="late")
    grown = history.bring_up_to_date()
    assert (grown.rows, len(files())) == (6, len(before) + 1)
    assert {name: (folder() / name).read_bytes() for name in before} == before
    assert "late" in archived()


def test_a_batch_of_many_becomes_several_files_and_is_archived_once(house, monkeypatch):
    monkeypatch.setattr(archive, "ROWS", 2)
    house.send(*(house.event("Bob", "note.added", id=f"n{number}") for number in range(9)))
    assert history.bring_up_to_date().rows == history.bring_up_to_date().rows == 14
    assert len(archived()) == len(set(archived())) == 14
    assert history.verify().clean


def test_large_activities_close_a_file_early(house, monkeypatch):
    monkeypatch.setattr(archive, "BYTES", 500)
    house.send(*(house.event("Bob", "note.added", id=f"n{number}", text="x" * 400) for number in range(4)))
    history.bring_up_to_date()
    assert len(files()) > 3
    assert len(archived()) == 9


def hourly(house, count):
    """Let something happen and be archived, so many times."""
    for _ in range(count):
        house.did("Bob", "note.added")
        history.bring_up_to_date()


def test_many_small_files_become_one_with_the_same_activities(house, monkeypatch):
    monkeypatch.setattr(merging, "MANY", 4)
    hourly(house, 4)
    before = archived()
    assert history.merge() == 3
    assert len(manifest.files()) == 1
    assert archived() == before
    assert history.verify().clean
    assert history.merge() == 0
    hourly(house, 1)
    assert len(manifest.files()) == 2, "and the archive goes on after them"
    assert history.verify().clean


def test_few_small_files_and_full_ones_are_left_alone(house, monkeypatch):
    hourly(house, 3)
    before = manifest.files()
    assert history.merge() == 0
    monkeypatch.setattr(merging, "MANY", 2)
    monkeypatch.setattr(merging, "SMALL", 1)
    assert history.merge() == 0
    assert manifest.files() == before


def test_merged_files_are_cut_where_one_is_full(house, monkeypatch):
    hourly(house, 6)
    monkeypatch.setattr(merging, "MANY", 4)
    monkeypatch.setattr(archive, "ROWS", 6)
    history.merge()
    assert [file.rows for file in manifest.files()] == [6, 5]
    assert history.verify().clean


def test_a_question_that_reads_the_old_files_is_answered_and_they_go_later(house, monkeypatch):
    monkeypatch.setattr(merging, "MANY", 4)
    hourly(house, 4)
    with questions.opened() as opened:
        history.merge()
        history.bring_up_to_date()
        query = expression("id").from_("activity")
        assert len(opened.engine.all(query)) == 9, "it still finds the files it began with"
    assert len(files()) > 1
    monkeypatch.setattr(archive, "STAYS", -1)
    history.bring_up_to_date()
    assert files() == [file.path for file in manifest.files()]
    assert not list(folder().glob(f"{archive.REPLACED}*"))
    assert history.verify().clean


def test_a_crash_while_files_are_merged_loses_nothing(house, monkeypatch):
    monkeypatch.setattr(merging, "MANY", 4)
    hourly(house, 4)
    before = manifest.files()

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            history.merge()
    history.bring_up_to_date()
    assert manifest.files() == before
    assert files() == [file.path for file in before], "what was half done is swept away"
    assert history.verify().clean


def test_a_damaged_file_is_not_merged(house, monkeypatch):
    monkeypatch.setattr(merging, "MANY", 4)
    hourly(house, 4)
    path = folder() / files()[1]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(manifest.DamagedArchiveError):
        history.merge()
    assert len(manifest.files()) == 4


def test_a_retraction_that_came_first_is_archived_and_its_target_when_it_comes(house):
    house.did("Alice", "call.deleted", id="r", retracts="later")
    assert history.bring_up_to_date().rows == 6
    house.did("Alice", "call.completed", id="later")
    assert history.bring_up_to_date().rows == 7
    assert history.verify().clean


@pytest.mark.parametrize("moment", ["adoption.history.archive._make_durable", "adoption.history.manifest.enter"])
@pytest.mark.usefixtures("house")
def test_a_crash_before_the_manifest_leaves_nothing_in_the_archive(monkeypatch, moment):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moment, crash)
        with pytest.raises(KeyboardInterrupt):
            history.bring_up_to_date()
    assert files()
    assert db.session.scalar(select(func.count()).select_from(ArchiveFile)) == 0
    db.session.rollback()
    (folder() / "somebody-elses.parquet").write_text("left alone")
    assert history.bring_up_to_date().rows == 5
    named = [file.path for file in manifest.files()]
    assert files() == sorted([*named, "somebody-elses.parquet"])
    assert history.verify().clean


@pytest.mark.usefixtures("house")
def test_what_a_killed_process_left_behind_is_swept_away():
    history.bring_up_to_date()
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = folder() / f"{engine.WORK}{int(dead.stdout)}-x"
    mine = folder() / f"{engine.WORK}{os.getpid()}-x"
    gone.mkdir()
    mine.mkdir()
    (folder() / "activities-1-2-0.parquet.part").write_text("half")
    history.bring_up_to_date()
    assert (gone.exists(), mine.exists(), "activities-1-2-0.parquet.part" in files()) == (False, True, False)


@pytest.mark.usefixtures("house")
def test_two_archivists_never_archive_the_same_twice(monkeypatch):
    enter = manifest.enter

    def late(made, after):
        enter(made, after)  # somebody else was quicker
        enter([manifest.ArchivedFile("activities-1-1-9.parquet", "", 1, 1, 1)], after)

    monkeypatch.setattr(manifest, "enter", late)
    with pytest.raises(manifest.RacedArchiveError):
        history.bring_up_to_date()
    assert len(manifest.files()) == 1


@pytest.mark.usefixtures("house")
def test_a_missing_or_changed_file_is_told_and_the_archive_can_be_written_anew(runner):
    history.bring_up_to_date()
    path = folder() / files()[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = runner.invoke(args=["verify"])
    assert result.exit_code == 1
    assert f"{path} is not what was written" in result.output
    path.unlink()
    assert f"{path} is missing" in runner.invoke(args=["verify"]).output
    assert "Everything agrees" in runner.invoke(args=["verify", "--new-archive"]).output


def test_the_archive_holds_fields_as_python_reads_them(house):
    text = "59.999999999999999999"
    house.did("Bob", "deal.won", "deal/2", id="odd", amount=text, nested={"deep": {"x": "\0"}}, gone=None)
    with questions.opened() as opened:
        query = expression("data").from_("activity").where(exp.column("id").eq(exp.Literal.string("odd")))
        ((data,),) = opened.engine.all(query)
    assert sorted(data) == ["amount", "nested", "nested.deep", "nested.deep.x"]
    assert (data["amount"]["text"], data["amount"]["number"]) == (text, None)
    assert data["nested.deep.x"]["text"] == "\0"


# --- verification


@pytest.mark.usefixtures("app")
def test_an_empty_database_agrees(runner):
    result = runner.invoke(args=["verify"])
    assert (result.exit_code, "Everything agrees" in result.output) == (0, True), result.output


@pytest.mark.usefixtures("house")
def test_what_happened_agrees_and_the_command_says_how_much_was_compared(runner):
    result = runner.invoke(args=["verify"])
    assert result.exit_code == 0, result.output
    assert "5 activities" in result.stdout
    assert "1 milestones" in result.stdout
    assert "comparing tallies" in result.stderr


def test_a_tampered_tally_is_found(house, runner):
    whole = select(Series.id).where(Series.metric == "calls", Series.per == "week")
    change(update(Tally).where(Tally.holder == house["Alice"], Tally.series.in_(whole)).values(value=70_000))
    assert "tally calls of alice@example.com in 2026-W10 is 7, should be 2" in found()
    assert runner.invoke(args=["verify"]).exit_code == 1


def test_a_tally_that_vanished_and_one_of_nobody_are_found(house):
    whole = select(Series.id).where(Series.metric == "calls", Series.per == "week")
    change(delete(Tally).where(Tally.holder == house["north"], Tally.series.in_(whole)))
    row = {"holder": 99, "series": db.session.scalar(whole), "period": MONDAY.toordinal(), "value": 5_000}
    change(insert(Tally).values(bucket=bucket_of(99), **row))
    said = found()
    assert "tally calls of team:north in 2026-W10 is 0, should be 3" in said
    assert "tally calls of holder 99 in 2026-W10 is 0.5, should be 0" in said


@pytest.mark.usefixtures("house")
def test_zero_tallies_equal_absent_ones():
    whole = select(Series.id).where(Series.metric == "calls", Series.per == "week")
    row = {"holder": 99, "series": db.session.scalar(whole), "period": MONDAY.toordinal(), "value": 0}
    change(insert(Tally).values(bucket=bucket_of(99), **row))
    assert history.verify().clean


def test_a_missing_award_and_an_undue_one_are_found(house):
    change(delete(Award).where(Award.holder == house["Alice"], Award.reward == "points"))
    row = {"holder": house["Bob"], "ordinal": 1, "status": "issued", "reward": "lunch", "granted": 0, "changed": 0}
    version = db.session.scalar(select(Award.version).where(Award.reward == "lunch").limit(1))
    change(insert(Award).values(bucket=bucket_of(house["Bob"]), version=version, period=1, **row))
    said = found()
    assert "awards of callers to alice@example.com in 2026-W10 are 0, should be 1" in said
    assert "to bob@example.com in" in said
    assert "are 1, should be 0" in said


def test_an_award_with_another_number_is_found(house):
    change(update(Award).where(Award.holder == house["Alice"], Award.reward == "points").values(ordinal=2))
    assert "awards of callers to alice@example.com in 2026-W10 have gaps (the highest is number 2)" in found()


def test_a_voided_award_that_is_due_is_found_and_so_is_what_it_left_in_the_ledger(house):
    change(update(Award).where(Award.holder == house["Alice"], Award.reward == "points").values(status="voided"))
    said = found()
    assert "awards of callers to alice@example.com in 2026-W10 are 0, should be 1" in said
    assert "ledger entries are not what their award is worth" in said


def test_a_missing_and_a_wrong_ledger_entry_are_found(house):
    change(update(LedgerEntry).where(LedgerEntry.holder == house["Alice"]).values(amount=LedgerEntry.amount + 1))
    said = found()
    assert "has 50.0001 points" in said
    change(delete(LedgerEntry).where(LedgerEntry.holder == house["Alice"]))
    assert "awards have no ledger entry" in found()


@pytest.mark.usefixtures("house")
def test_an_extra_milestone_and_a_lost_one_are_found():
    (row,) = db.session.execute(select(RecordProgress.__table__).where(RecordProgress.day.is_not(None))).all()
    other = {**row._asdict(), "record": "contact/9", "bucket": bucket_of("contact/9")}
    change(insert(RecordProgress).values(other))
    change(update(RecordProgress).where(RecordProgress.record == "contact/1").values(state="", day=None))
    said = found()
    assert "1 records should have reached contact.developed:\n  contact/1 at 2026-03-02 09:00:00 UTC" in said
    assert "1 records should not have reached contact.developed, or not so:\n  contact/9" in said


@pytest.mark.usefixtures("house")
def test_a_milestone_credited_to_somebody_else_is_found():
    row = db.session.execute(select(RecordProgress).where(RecordProgress.day.is_not(None))).scalar_one()
    change(update(RecordProgress).where(RecordProgress.day.is_not(None)).values(state=row.state[:-7] + 'bob"]]'))
    assert "credited to alice (crm)" in found()


@pytest.mark.usefixtures("house")
def test_a_deleted_activity_is_found_and_named():
    history.bring_up_to_date()
    change(delete(StoredActivity).where(StoredActivity.id == "a-call"))
    assert "1 archived activities are no longer in the database:\n  activity a-call of crm" in found()


@pytest.mark.usefixtures("house")
def test_an_activity_put_under_an_old_batch_is_found():
    history.bring_up_to_date()
    row = db.session.execute(select(StoredActivity.__table__).where(StoredActivity.id == "a-call")).one()._asdict()
    change(insert(StoredActivity).values(**{**row, "id": "smuggled", "bucket": bucket_of("crm", "smuggled")}))
    assert "1 stored activities are not in the archive:\n  activity smuggled of crm" in found()


@pytest.mark.usefixtures("house")
def test_an_unscored_activity_is_told():
    row = {"bucket": 1, "source": "crm", "id": "a1", "reason": "ZeroDivisionError", "since": 0, "tries": 0}
    change(insert(Unscored).values(row))
    assert "activity a1 of crm: ZeroDivisionError" in found()


def test_nothing_derived_is_compared_while_rescoring_is_not_finished(house, runner):
    house.team("south", "Bob")
    assert "re-scoring is not finished" in found()
    assert runner.invoke(args=["verify"]).exit_code == 1
    house.settle()
    assert history.verify().clean


def test_only_some_of_many_differences_are_named(house):
    house.send(*(house.event("Bob", "call.completed", on=MONDAY + timedelta(days=7 * n)) for n in range(20)))
    change(update(Tally).values(value=Tally.value + 10_000))
    kind = history.verify().found["tallies differ"]
    assert kind.count > len(kind.examples) == 10


def test_activities_that_come_in_while_verifying_do_not_disturb(house, monkeypatch):
    extend = archive.extend

    def slowly(connection, horizon, progress=archive.nothing):
        house.did("Bob", "call.completed", "contact/1")
        return extend(connection, horizon, progress)

    monkeypatch.setattr(archive, "extend", slowly)
    differences = history.verify()
    assert differences.clean, found()
    assert differences.compared["activities"] == 5


# --- questions


@pytest.mark.usefixtures("house")
def test_a_metric_is_tallied_by_any_kind_of_period():
    known = facts.current()
    names = {
        known.holder_name(holder): (first, value) for holder, first, value in history.tallies("revenue", "quarter")
    }
    first = period.start("quarter", MONDAY.toordinal())
    assert names == dict.fromkeys(("bob@example.com", "team:north"), (first, 123_457))
    with pytest.raises(ValueError, match="no kind of period"):
        list(history.tallies("revenue", "fortnight"))
    assert list(history.tallies("no such metric", "day")) == []


def test_awards_and_milestones_can_be_asked_for(house):
    ((version, holder, first, due),) = history.awards("callers")
    assert (version.incentive.key, holder, first, due) == ("callers", house["Alice"], MONDAY.toordinal(), 1)
    (reached,) = history.milestones("contact.developed")
    assert (reached.record, reached.day, reached.actor) == ("contact/1", MONDAY.toordinal(), "alice")


@settings(max_examples=8, phases=(Phase.generate,))
@given(drawn=histories())
def test_history_answers_as_the_reference_does(new_app, database, drawn):
    world, steps = drawn
    with new_app(database):
        live(world, steps)
        differences = history.verify()
        assert differences.clean, differences.lines()
        known = facts.current()
        with questions.opened() as opened:
            for metric in known.timelines.metrics:
                for per in period.KINDS:
                    rows = opened.engine.all(opened.metric_tallies(metric, per))
                    said = {
                        (metric, known.holder_name(holder), period.text(per, first)): Decimal(int(value)) / 10_000
                        for holder, first, value in rows
                    }
                    assert said == {key: one for key, one in reference.tallies(world, per, metric).items() if one}
        db.session.rollback()
