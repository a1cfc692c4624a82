"""No award, rank, bonus, statement or export depends on a flag, on evidence, on a signal or on a score.

The import contract in pyproject.toml forbids modules to reach others; here tables, SQL and answers are asked the same.
"""

import ast
import io
import json
import random
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy import text

from adoption import exports
from adoption import held
from adoption import rescoring
from adoption.bonuses import payroll
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Base
from adoption.models import BonusLine
from adoption.models import BonusStatement
from adoption.models import LedgerEntry
from adoption.models import SnapshotPlace
from adoption.models import Tally
from adoption.models import Voucher
from adoption.privacy import holding
from rules.reliance import cycle
from tests import private
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.places import FACES
from tests.places import FILES
from tests.places import PLACES
from tests.staff import Staff
from tests.staff import zone_at_noon

ROOT = Path(__file__).parent.parent.parent
CONTRACT = "no sanctions: nothing that counts, awards, ranks or pays reaches flags, evidence or scores"
# Everything that counts, awards, ranks, pays or writes rules.
COUNTING = {
    *("activity", "award", "ledger_entry", "tally", "distinct_key", "record_progress", "series", "edition", "track"),
    *("snapshot", "snapshot_place", "voucher", "redemption", "unscored", "batch"),
    *("bonus_run", "bonus_input", "bonus_statement", "bonus_line", "bonus_adjustment", "dispute", "figure", "weight"),
    *("payroll_export", "payroll_columns", "book", "definition", "version", "draft", "draft_part", "draft_author"),
    *("budget_alert", "budget_decision", "incentive_stop", "trial"),
}
ABOUT_PEOPLE = re.compile(r"flag|evidence|reliance|adoption_score|suspect|signal|contest")
# Words that tables are called by, and people speak with as well: they only count in SQL, or where a table is named.
# What people asked and answered is kept away from what counts as well; the bar of the desk alone counts what waits.
ASKED = "adoption.models.question"
QUESTIONS = {
    one.class_.__name__: one.local_table.name for one in Base.registry.mappers if one.class_.__module__ == ASKED
}
APART = private.TABLES | set(QUESTIONS.values())
CLASSES, MODULES = private.CLASSES.keys() | QUESTIONS.keys(), {*private.MODULES, ASKED}
SPOKEN = {name for name in APART if "_" not in name}
IN_SQL = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY)\s+\"?(\w+)", re.IGNORECASE)


def counting_modules():
    """Return the files of all modules that the contract names."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    modules = next(one["source_modules"] for one in contracts if one["name"] == CONTRACT)
    for module in modules:
        path = ROOT / module.replace(".", "/")
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


# --- tables


def test_the_tables_that_count_and_those_about_people_are_all_there():
    assert Base.metadata.tables.keys() >= COUNTING
    assert not COUNTING & APART
    assert {"flag", "flag_step", "contest", "help", "evidence_day", "adoption_score", "signal"} <= private.TABLES
    assert {"question", "question_word", "help_entry", "help_vote"} <= APART


def test_no_foreign_key_leads_from_what_counts_to_what_is_about_people_nor_back(app):
    seen = db.inspect(db.engine)
    for table in seen.get_table_names():
        for key in seen.get_foreign_keys(table):
            pair = {table, key["referred_table"]}
            assert not (pair & APART and pair & COUNTING), (table, key)


def test_what_is_about_people_leads_to_people_teams_and_its_own_alone(app):
    seen = db.inspect(db.engine)
    found = {key["referred_table"] for table in APART for key in seen.get_foreign_keys(table)}
    assert found - APART <= {"participant", "team"}


def test_no_column_of_what_counts_is_called_like_something_about_people(app):
    seen = db.inspect(db.engine)
    for table in COUNTING:
        for column in seen.get_columns(table):
            assert not ABOUT_PEOPLE.search(column["name"]), (table, column["name"])


def test_no_view_and_no_trigger_joins_them(app):
    if db.engine.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
    else:
        query = (
            "SELECT definition FROM pg_views WHERE schemaname = 'public' UNION ALL"
            " SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
            " SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
    for (made,) in db.session.execute(text(query)):
        assert not APART & set(re.findall(r"\w+", made.lower())), made


# --- code


def reaches(source):
    """Return what a module's code says of the tables about people: their classes, their names in SQL or as a table."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("adoption.models"):
            found |= {one.name for one in node.names if one.name in CLASSES or one.name == "*"}
            found |= {node.module} & MODULES
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names} & MODULES
        elif isinstance(node, ast.Attribute) and node.attr in CLASSES:
            found |= {node.attr} if isinstance(node.value, ast.Name) and node.value.id == "models" else set()
        elif isinstance(node, ast.Call | ast.Subscript):
            found |= set(_named(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found |= {name for name in IN_SQL.findall(node.value) if name in APART}
            found |= {node.value} & (APART - SPOKEN)
    return found


def _named(node):
    """Yield tables that are named as a table: in a call of ``statements`` or ``Table``, or as one of the metadata's."""
    called = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
    if called.startswith("statements.") or called.endswith(("metadata.tables", "Table", "table", "text", "sql")):
        given = node.args if isinstance(node, ast.Call) else [node.slice]
        for one in given:
            if isinstance(one, ast.Constant) and one.value in APART:
                yield one.value


@pytest.mark.parametrize("file", list(counting_modules()), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_code_that_counts_awards_ranks_or_pays_names_a_table_about_people(file):
    assert reaches(file.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from adoption.models import StoredFlag", "StoredFlag"),
        ("from adoption.models.flag import *", "*"),
        ("import adoption.models.evidence", "adoption.models.evidence"),
        ("from adoption import models\nmodels.AdoptionScore.value", "AdoptionScore"),
        ("text('SELECT 1 FROM award a JOIN flag f ON f.participant = a.holder')", "flag"),
        ("sql = f'UPDATE tally SET x = 1' + ' FROM adoption_score'", "adoption_score"),
        ("statements.find(connection, 'signal', ('feed',), ('day',), rows)", "signal"),
        ("Base.metadata.tables['contest']", "contest"),
        ("name = 'evidence_day'", "evidence_day"),
        ("from adoption.models import Question", "Question"),
        ("text('SELECT count(*) FROM question WHERE asker = 1')", "question"),
    ],
)
def test_the_walk_over_the_code_finds_what_it_looks_for(source, found):
    assert found in reaches(source)


def test_words_that_people_speak_with_are_no_tables():
    assert reaches('"""Read FROM flag."""\ngettext("A flag waits for help from a champion.")') == set()


# --- what is sent to the database, and what comes out of it


CALM = re.compile(
    r'name="csrf_token" value="[^"]*"|\d+ (?:seconds?|minutes?) ago|just now|\d\d:\d\d(?::\d\d)?'
    r'|"written": ?"[^"]*"|nonce-\w+|<path fill="#1d1519" d="[^"]*"/>'
    r'|data-etag="[^"]*"|name="once" value="[^"]*"'
)  # what the clock alone changes; a code to scan is another one each minute, and so is the fingerprint of its card
COUNTED = {"home", "why", "board", "rewards", "bonus", "bonus_plans", "bonus_runs", "bonus_figures", "bonus_by_hand",
           "bonus_payroll", "book", "budgets", "dry_run", "effect", "stops", "about", "packs"}  # fmt: skip
NOTICED = {"what one contests", "workbooks that wait"}  # faces that are about what was noticed, and about nothing else
HOME = ("home, the first time", "home of a cashier")  # faces of it
BAR = re.compile(r'<nav class="tabs desk".*?</nav>', re.DOTALL)  # Leo's counts how many questions wait for him
ROWS = (Tally, Award, LedgerEntry, Voucher, SnapshotPlace, BonusStatement, BonusLine)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(request, databases, tmp_path_factory):
    """Give everybody after weeks of work: with awards, vouchers, boards, statements, and bonuses at payroll."""
    for url in fresh(databases, request.param):
        app = application(url, tmp_path_factory.mktemp("archive"), ORGANISATION_ZONE=zone_at_noon())
        with pushed(app):
            staff = Staff()
            has = staff.live()
            private.feed()
            yield app, staff, has


def places(but=()):
    """Return the pages of what is counted, and every face but those about what was noticed; without some."""
    faces = {name: one for name, one in FACES.items() if name not in NOTICED}
    pages = {name: one for name, one in (PLACES | FILES).items() if name.partition(".")[0] in COUNTED}
    return {name: one for name, one in (pages | faces).items() if name.partition(".")[0] not in but}


def answers(app, staff, has, but=()):
    """Return what everybody is shown and can download of what is counted, without what the clock alone changes."""
    found = {}
    for name, place in places(but).items():
        got = place.visitor(app, staff).get(place.path(has))
        db.session.rollback()
        if "spreadsheet" in (got.content_type or ""):
            with zipfile.ZipFile(io.BytesIO(got.get_data())) as packed:
                body = b"".join(packed.read(one) for one in sorted(packed.namelist()) if "docProps" not in one)
        else:
            told = got.get_data(as_text=True)
            body = CALM.sub("", BAR.sub("", told) if place.who == "Leo" else told).encode()
        found[name] = got.status_code, body
    return found


def stored(has):
    """Return every row of what is counted, all exports, and the file that payroll has."""
    db.session.rollback()
    rows = [db.session.execute(select(one.__table__).order_by(*one.__table__.primary_key)).all() for one in ROWS]
    lines = [*exports.tallies(set(exports.kept()), None)], [*exports.awards(None)]
    files = payroll.as_csv(has.batch), payroll.totals(has.batch)
    db.session.rollback()
    return *rows, *lines, *files


def disturb(staff, chance):
    """Give everybody some flag, some score, some evidence, signals, contests and help, other ones than before."""
    people = [staff[name] for name in ("Alice", "Bob", "Cora", "Mei", "Olga", "Иван", "Hana", "Leo")]
    connection = begin_write()
    for one in private.ONCE:
        connection.execute(delete(holding.table(one)))
    db.session.commit()
    for who in people:
        for one in private.ONCE:
            given = {}
            if one.table == "flag":
                given = {"state": chance.choice(cycle.STATES), "waited": chance.randrange(30)}
            if one.table == "adoption_score":
                given = {"value": chance.randrange(1000)}
            private.put(one, who, **given)


def test_every_flag_and_score_may_change_and_nothing_that_is_counted_awarded_ranked_or_paid_does(lived):
    app, staff, has = lived
    rescoring.run_to_end()
    answers(app, staff, has)  # who looks for the first time is noted here and there
    before = stored(has), answers(app, staff, has)
    chance = random.Random(7)  # noqa: S311  # an example
    for _ in range(2):
        disturb(staff, chance)
        rescoring.run_to_end()
        after = stored(has), answers(app, staff, has)
        for one, other in zip(before[0], after[0], strict=True):
            assert other == one
        for name, (status, body) in before[1].items():
            assert after[1][name] == (status, body), name


def test_nothing_that_is_counted_awarded_ranked_or_paid_asks_the_database_for_them(lived):
    app, staff, has = lived
    asked = []

    def note(_connection, _cursor, statement, _given, _context, _many):
        asks = set(re.findall(r"\b(?:from|join|into|update)\s+\"?(\w+)", statement.lower()))
        if (
            private.TABLES - {"workbook"}
        ) & asks:  # how many workbooks are proposed stands in the bar: files, not people
            asked.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        stored(has)
        # Home asks whether the neutral question about low use is open, and Leo's bar how many wait for him; what they
        # show is compared above.
        leads = {name for name, one in FACES.items() if one.who == "Leo"}
        answers(app, staff, has, but={"home", *HOME, *leads})
        rescoring.run_to_end()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert asked == []


# --- what one may take along is one's own


def test_the_copy_of_ones_data_has_ones_own_evidence_and_nobody_elses(lived):
    _, staff, _ = lived
    connection = begin_write()
    for one in private.ONCE:
        connection.execute(delete(holding.table(one)))
    db.session.commit()
    for name in ("Alice", "Bob"):
        for one in private.ONCE:
            private.put(one, staff[name], f'"only about {name}"')
    copies = {name: "".join(held.document(staff[name], "", staff.now)) for name in ("Alice", "Bob")}
    assert "only about Alice" in copies["Alice"]
    assert "only about Bob" not in copies["Alice"]
    assert "only about Alice" not in copies["Bob"]
    parts = json.loads(copies["Alice"])
    named = ("signals", "flag", "steps_of_the_flag", "contests", "help", "answers_to_check_ins")
    assert [name for name in named if len(parts[name]) != 1] == []


def test_no_file_that_anybody_can_download_says_anything_of_a_flag_but_ones_own(lived):
    app, staff, has = lived
    disturb(staff, random.Random(11))  # noqa: S311  # an example
    words = re.compile(rb"\bflag|reliance|adoption.score|suspected|\bevidence", re.IGNORECASE)
    for name, place in FILES.items():
        # One's own; what is told of processing; letters to managers, with figures of five people and more together.
        if name not in {"me.data", "privacy.download"} and not name.startswith(
            ("digest.", "directors.", "letters_out.")
        ):
            got = place.visitor(app, staff).get(place.path(has)).get_data()
            db.session.rollback()
            if got.startswith(b"PK"):  # a workbook
                with zipfile.ZipFile(io.BytesIO(got)) as packed:
                    got = b"".join(map(packed.read, packed.namelist()))
            assert not words.search(got), name
