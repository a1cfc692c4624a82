"""The privacy pack and the switch, at a browser without one: what everybody may read, and what HR and admins decide."""

import csv
import io
import re

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert
from sqlalchemy import select

from adoption import disclosure
from adoption import jobs
from adoption import languages
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Base
from adoption.models import JournalEntry
from adoption.models import Signal
from adoption.models import StoredFlag
from adoption.models import Workbook
from adoption.pages import privacy_words
from rules.reliance import cycle
from rules.reliance import weights
from rules.wording import LANGUAGES
from tests import switching
from tests.staff import Staff
from tests.visitors import Visitor


@pytest.fixture
def staff(app):
    return Staff()


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def told(language="en"):
    with languages.speaking(language):
        return disclosure.pack(disclosure.configuration(), disclosure.latest(), 0)


def said(pack):
    found = []
    for section in pack.sections:
        found.append(section.title)
        for block in section.blocks:
            if isinstance(block, str):
                found.append(block)
            elif isinstance(block, list):
                found += block
            else:
                found += [block.caption, *block.headings, *(cell for row in block.rows for cell in row)]
    return found


# --- the pack


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_reads_in_their_language_what_is_processed(app, staff, language):
    page = Visitor(app, staff["Alice"], language=language).get("/privacy")
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    for section in told(language).sections:
        assert f'id="{section.key}"' in shown


def test_every_sentence_of_the_pack_is_said_in_every_language(app, staff):
    switching.turn_on()
    english = said(told("en"))
    for language in ("ru", "zh"):
        theirs = said(told(language))
        assert len(theirs) == len(english)
        same = {one for one in set(theirs) & set(english) if re.search(r"[a-z]{3,}", one)}
        assert {one for one in same if not re.fullmatch(r"[a-z_., ]+", one)} == set()  # names of tables and types


def test_the_pack_says_whether_individual_detection_is_on_and_that_people_were_told(app, staff):
    assert "Individual detection is off" in said(told())[1]
    switching.turn_on(days_ago=0)
    assert "Individual detection is on" in said(told())[1]
    assert "Shadow run" in said(told())[2]


def test_every_constant_of_the_evidence_is_read_from_the_code(app, monkeypatch):
    assert "62%" in "".join(said(told()))
    assert "8.5%" in "".join(said(told()))  # digit by digit as it is
    monkeypatch.setattr(weights, "LATE", 0.71)
    assert "71%" in "".join(said(told()))


def test_who_sees_which_state_is_read_from_the_one_table(app, monkeypatch):
    def row(pack, title):
        table = next(block for block in pack.sections[4].blocks if hasattr(block, "rows"))
        return next(row for row in table.rows if row[0] == title)

    assert row(told(), "could use a hand") == ("could use a hand", "yes", "yes", "yes")
    assert row(told(), "a private hint") == ("a private hint", "yes", "no", "no")
    monkeypatch.setattr(cycle, "READERS", {**cycle.READERS, "hint": ("person", "lead")})
    assert row(told(), "a private hint") == ("a private hint", "yes", "yes", "no")


def test_how_long_is_read_from_the_one_table_of_periods(app, monkeypatch):
    assert "14 days" in said(told())
    monkeypatch.setitem(privacy.PERIODS, "signals", privacy.Period(days=11))
    assert "11 days" in said(told())
    assert "14 days" not in said(told())


def test_registered_workbooks_are_told_by_number_and_never_by_name(app, staff):
    row = {
        "title": "Müller GmbH prices",
        "rule": "name",
        "value": "secret-name",
        "proposed": 1,
        "note": "",
        "reason": "",
    }
    begin_write().execute(
        insert(Workbook),
        [row | {"state": "registered"}, row | {"state": "registered"}, row | {"state": "proposed"}],
    )
    db.session.commit()
    numbers = db.session.scalars(select(Workbook.id).where(Workbook.state == "registered").order_by(Workbook.id)).all()
    everything = "\n".join(said(told()))
    assert "2 workbooks are registered (by a part of the name: 2)." in everything
    assert f"Their numbers in the register: {numbers[0]}, {numbers[1]}." in everything
    assert "secret-name" not in everything
    assert "Müller" not in everything


# --- files


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_of_the_pack_stands_alone(app, staff, language):
    got = Visitor(app, staff["Alice"], language=language).get("/privacy/spoonful-privacy.html")
    page = got.get_data(as_text=True)
    assert got.headers["Content-Disposition"] == f'attachment; filename="spoonful-privacy-{language}.html"'
    assert f'<html lang="{language}">' in page
    assert not re.search(r"(?:src|href)=", page)
    assert "<script" not in page
    for sentence in said(told(language)):
        assert sentence.split("&")[0].split("'")[0].split('"')[0].split("<")[0] in page


def test_as_text_every_table_keeps_its_columns(app):
    written = disclosure.written("md", told()).decode()
    for block in (line for line in written.splitlines() if line.startswith("|")):
        assert block.endswith("|")
    tables = re.findall(r"(?:^\|.*\n)+", written, re.MULTILINE)
    assert len(tables) == 5
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_the_table_of_processing_opens_in_a_spreadsheet(app):
    rows = list(csv.reader(io.StringIO(disclosure.written("csv", told()).decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(disclosure.written("xlsx", told()))).get_sheet_by_index(0)
    assert rows[0][0] == "What"
    assert len(rows) == len(disclosure.PROCESSING) + 1
    assert [[str(cell) for cell in row] for row in sheet.to_python()] == rows
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_an_unknown_kind_of_file_is_not_there(app, staff):
    assert Visitor(app, staff["Alice"]).get("/privacy/spoonful-privacy.exe").status_code == 404


@pytest.mark.parametrize(("name", "piece"), [("a.html", "<h1>"), ("b.MD", "# "), ("c.csv", ""), ("d.xlsx", "")])
def test_the_command_writes_the_pack_and_notes_its_version(runner, tmp_path, name, piece):
    out = tmp_path / name
    done = runner.invoke(args=["privacy", "pack", "--language", "ru", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "Version 1 (" in done.output
    if piece:
        assert piece in out.read_text(encoding="utf-8")
        assert "Версия 1," in out.read_text(encoding="utf-8")
    assert disclosure.latest().number == 1


def test_the_command_says_which_endings_it_knows(runner, tmp_path):
    done = runner.invoke(args=["privacy", "pack", "--out", str(tmp_path / "pack.pdf")])
    assert done.exit_code == 2
    assert ".html, .md, .csv, .xlsx" in done.output


# --- versions


def note():
    jobs.run("note-privacy", lambda _done, _total: None, scheduled=True)


def test_a_version_is_noted_when_something_changes_and_only_then(app, staff):
    note()
    note()
    assert [number for number, _ in disclosure.listed()] == [1]
    switching.turn_on()
    assert disclosure.needed()
    note()
    assert [number for number, _ in disclosure.listed()] == [2, 1]
    assert not disclosure.needed()


def test_the_page_says_which_version_it_is_and_that_the_next_is_on_its_way(app, staff):
    visitor = Visitor(app, staff["Alice"])
    assert "The first version will be noted" in text(visitor.get("/privacy"))
    note()
    assert "Version 1, of" in text(visitor.get("/privacy"))
    switching.turn_on()
    assert "It will be a new version in a few minutes" in text(visitor.get("/privacy"))


def test_a_works_council_sees_what_a_version_changed(app, staff, monkeypatch):
    note()
    switching.turn_on()
    monkeypatch.setitem(privacy.PERIODS, "evidence", privacy.Period(days=60))
    note()
    shown = text(Visitor(app, staff["Alice"]).get("/privacy/changes"))
    assert "From version 1" in shown
    assert re.search(r"Individual detection detection\.individual Before false After true", shown)
    assert re.search(r"For how long it is kept periods\.evidence\.days Before 90 After 60", shown)


def test_two_versions_are_compared_in_either_direction(app, staff):
    note()
    switching.turn_on()
    note()
    shown = text(Visitor(app, staff["Alice"]).get("/privacy/changes?from=2&to=1"))
    assert "detection.individual Before true After false" in shown
    assert "Nothing differs" in text(Visitor(app, staff["Alice"]).get("/privacy/changes?from=2&to=2"))


@pytest.mark.parametrize("number", ["9", "x", "-1", "99999999999999999999", "²"])
def test_a_version_that_is_not_there_is_not_found(app, staff, number):
    note()
    assert Visitor(app, staff["Alice"]).get("/privacy/changes", query_string={"to": number}).status_code == 404


# --- the whole of it


def naming():
    """Return every table that names a participant, by whatever column."""
    names = {"participant", "holder", "actor"}
    return {
        table.name
        for table in Base.metadata.sorted_tables
        if names & set(table.columns.keys())
        or any(key.column.table.name == "participant" for key in table.foreign_keys)
    }


def test_every_table_that_names_a_participant_is_in_the_pack():
    told_of = {name for one in disclosure.PROCESSING for name in one.tables}
    assert naming() - told_of == set()
    assert told_of - Base.metadata.tables.keys() == set()


def test_no_table_is_told_of_twice():
    names = [name for one in disclosure.PROCESSING for name in one.tables]
    assert len(names) == len(set(names))


# --- the switch


def test_hr_turns_individual_detection_on_and_sees_that_the_shadow_run_has_begun(app, staff):
    visitor = Visitor(app, staff["Hana"])
    day = visitor.get("/privacy/settings").get_data(as_text=True)
    assert "nobody has ever turned it on" in day
    until = re.search(r'name="until" type="date" value="([^"]+)"', day).group(1)
    done = visitor.post("/privacy/settings/on", {"told": "2026-01-01", "until": until, "why": "Agreed on 12 May"})
    assert done.status_code == 303
    assert privacy.individual()
    assert privacy.shadow()
    shown = text(visitor.get("/privacy/settings"))
    assert "on, shadow run" in shown
    assert "People were told on Thursday 1 January 2026" in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"told": ""}, "told"),
        ({"told": "2999-01-01"}, "told"),
        ({"told": "yesterday"}, "told"),
        ({"until": "2026-01-02"}, "until"),
        ({"until": ""}, "until"),
        ({"why": " "}, "why"),
        ({"why": "x" * 501}, "why"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(app, staff, change, field):
    today = privacy.holding.local_day(staff.now)
    given = {"told": "2026-01-01", "until": str(staff_day(today + 40)), "why": "Agreed"} | change
    answer = Visitor(app, staff["Ada"]).post("/privacy/settings/on", given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in page
    assert f'value="{given["told"]}"' in page
    assert not privacy.individual()


def staff_day(day):
    from datetime import date  # noqa: PLC0415

    return date.fromordinal(day)


def hold(staff, name="Alice"):
    connection = begin_write()
    who = staff[name]
    connection = begin_write()
    connection.execute(insert(Signal).values(feed="m365", id=name, participant=who, kind="edit", day=staff.today))
    flag = {"state": "hint", "since": staff.today, "waited": 0, "quiet": 0, "quiet_since": 0, "muted_until": 0}
    connection.execute(insert(StoredFlag).values(participant=who, confirmed=0, **flag))
    db.session.commit()


def test_before_it_is_turned_off_one_sees_what_goes_and_that_it_cannot_come_back(app, staff):
    switching.turn_on()
    hold(staff)
    shown = text(Visitor(app, staff["Ada"]).get("/privacy/settings"))
    assert "It cannot come back" in shown
    assert "Signals of office suites and CRMs fewer than 5" in shown  # else a single step could be watched
    assert "Open and past questions fewer than 5" in shown


@pytest.mark.parametrize(
    ("rows", "said"),
    [(0, "fewer than 5"), (4, "fewer than 5"), (5, "5 or more"), (97, "95 or more"), (1_234, "1,000 or more")],
)
def test_how_much_goes_is_said_roughly(app, rows, said):
    assert privacy_words._about(rows) == said


def test_how_old_something_is_is_told_of_five_people_or_more_alone(app, staff):
    switching.turn_on()
    names = ("Alice", "Bob", "Cora", "Dave", "Erin")
    for name in names[:4]:
        hold(staff, name)
    assert "signal" not in privacy.oldest()
    hold(staff, names[4])
    assert privacy.oldest()["signal"] == staff.today
    page = text(Visitor(app, staff["Alice"]).get("/privacy"))
    assert "Signals of office suites and CRMs" in page


def test_without_the_word_that_one_knows_nothing_is_deleted(app, staff):
    switching.turn_on()
    hold(staff)
    answer = Visitor(app, staff["Ada"]).post("/privacy/settings/off", {"why": "The pilot is over"})
    assert answer.status_code == 422
    assert "Tick this box" in answer.get_data(as_text=True)
    assert 'value="The pilot is over"' in answer.get_data(as_text=True)
    assert privacy.individual()
    assert sum(privacy.held().values()) == 2


def test_turning_it_off_deletes_what_is_personal_at_once(app, staff):
    switching.turn_on()
    hold(staff)
    done = Visitor(app, staff["Ada"]).post("/privacy/settings/off", {"sure": "yes", "why": "The pilot is over"})
    assert done.status_code == 303
    assert not privacy.individual()
    assert sum(privacy.held().values()) == 0
    row = db.session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc())).first()
    assert (row.action, row.participant, row.why) == ("turned off", staff["Ada"], "The pilot is over")


def test_two_who_turn_it_on_at_once_are_told_how_it_stands(app, staff):
    switching.turn_on()
    given = {"told": "2026-01-01", "until": str(staff_day(staff.today + 40)), "why": "Agreed"}
    answer = Visitor(app, staff["Hana"]).post("/privacy/settings/on", given)
    assert answer.status_code == 422
    assert "Somebody has changed this in the meantime" in answer.get_data(as_text=True)


def test_it_cannot_be_turned_on_while_something_of_the_time_before_is_left(app, staff):
    switching.turn_on()
    hold(staff)
    switching.turn_off()
    given = {"told": "2026-01-01", "until": str(staff_day(staff.today + 40)), "why": "Agreed"}
    visitor = Visitor(app, staff["Hana"])
    answer = visitor.post("/privacy/settings/on", given)
    assert answer.status_code == 422
    assert "still being deleted" in answer.get_data(as_text=True)
    jobs.run("forget-evidence", lambda _done, _total: None, scheduled=True)
    assert visitor.post("/privacy/settings/on", given).status_code == 303
    assert sum(privacy.held().values()) == 0


def test_the_switch_works_from_the_command_line(runner, staff):
    hold_not = runner.invoke(args=["privacy", "status"])
    assert "off" in hold_not.output
    on = runner.invoke(args=["privacy", "on", "--told", "2026-01-01", "--why", "Agreed"])
    assert on.exit_code == 0, on.output
    assert "the shadow run runs" in runner.invoke(args=["privacy", "status"]).output
    hold(staff)
    assert runner.invoke(args=["privacy", "off", "--why", "Over"], input="n\n").exit_code == 1
    assert privacy.individual()
    off = runner.invoke(args=["privacy", "off", "--why", "Over", "--yes"])
    assert "Off. 2 entries deleted." in off.output
    again = runner.invoke(args=["privacy", "on", "--told", "2999-01-01", "--why", "Agreed"])
    assert again.exit_code == 1
    assert "cannot lie ahead" in again.output
