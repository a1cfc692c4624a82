"""Files of what office suites tell: of any size and shape, whatever is broken in them."""

import gzip
import json
from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import files
from adoption import signals
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.files import FileError
from adoption.journal import By
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Signal
from adoption.signals import days
from adoption.signals import feeds
from adoption.signals import register
from tests import switching
from tests.adoption.test_offices import MICROSOFT

BY = By(None, "test")
THEN = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=5)
DAY = THEN.toordinal()


def record(number=1, **changes):
    when = {"CreationTime": THEN.replace(tzinfo=None).isoformat(), "Id": f"r{number}", "UserId": "alice@example.com"}
    return MICROSOFT | when | changes


@pytest.fixture
def file(tmp_path):
    def write(content, name="audit.json"):
        path = tmp_path / name
        raw = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


def documents(path):
    with files.opened(str(path), None) as source:
        return [(one.line, one.value, one.fault) for one in files.documents(source)]


# --- documents


@pytest.mark.parametrize("name", ["audit.json", "audit.json.gz"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"a":1}\n\n{"a":2}', [(1, {"a": 1}, ""), (3, {"a": 2}, "")]),
        ('[{"a":1},{"a":2}]', [(1, {"a": 1}, ""), (1, {"a": 2}, "")]),
        ('\n [\n {"a":1}\n ,\n\n {"a": [2, "]"]}\n]\n', [(3, {"a": 1}, ""), (6, {"a": [2, "]"]}, "")]),
        ('{\n  "a": 1,\n  "b": {}\n}\n{\n  "a": 2\n}\n', [(1, {"a": 1, "b": {}}, ""), (5, {"a": 2}, "")]),
        ("[]", []),
        ("", []),
        ("[1, 23]", [(1, 1, ""), (1, 23, "")]),
        ("\ufeff[{}]", [(1, {}, "")]),
        ('<134>Nov  2 host o365: {"a":1}\n', [(1, {"a": 1}, "")]),
    ],
)
def test_a_file_of_json_is_read_document_by_document_with_its_line(file, name, content, expected):
    assert documents(file(content, name)) == expected


def test_a_line_that_cannot_be_read_is_told_and_the_next_one_is_read(file):
    found = documents(file('{"a":1}\n{"a":\nnothing\n' + '{"x":' * 3000 + "\n" + '{"a":2}\n'))
    assert [line for line, _, fault in found if fault] == [2, 3, 4]
    assert [value for _, value, fault in found if not fault] == [{"a": 1}, {"a": 2}]


def test_a_line_without_end_is_told(file):
    found = documents(file('{"a":1}\n{"a":"' + "x" * 2_000_000 + '"}\n{"a":2}\n'))
    assert [(line, bool(fault)) for line, _, fault in found] == [(1, False), (2, True), (3, False)]


@pytest.mark.parametrize(
    ("content", "line"),
    [('[{"a":1},\n{"a":2},\n{"a":', 3), ('[{"a":1}\n', 2), ('[{"a":1},\n nonsense]', 2), ("[" + "[" * 100_000, 1)],
)
def test_a_list_that_breaks_off_is_told_with_its_line_and_what_came_before_was_read(file, content, line):
    found = []
    with files.opened(str(file(content)), None) as source, pytest.raises(FileError, match=f"line {line}"):
        found.extend(files.documents(source))
    assert all(one.value in ({"a": 1}, {"a": 2}) for one in found)


def test_a_list_of_many_megabytes_on_one_line_is_read_in_pieces(file, monkeypatch):
    content = json.dumps([{"number": number, "text": "x" * 200} for number in range(20_000)])
    assert len(content) > 4_000_000
    values = [value["number"] for _, value, _ in documents(file(content, "audit.json.gz"))]
    assert values == list(range(20_000))


OBJECT = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=9))


@given(st.lists(OBJECT, max_size=5), st.integers(0, 3))
def test_however_a_list_is_written_it_is_read_as_it_was_meant(tmp_path_factory, values, indent):
    path = tmp_path_factory.mktemp("lists") / "audit.json"
    path.write_text(json.dumps(values, indent=indent or None, ensure_ascii=bool(indent % 2)))
    assert [value for _, value, _ in documents(path)] == values


# --- the command


@pytest.fixture
def office(app):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(insert(Participant).values(email="alice@example.com", name="Alice", role="employee"))
    db.session.commit()
    switching.turn_on()
    feeds.connect("office", "file", "Office", {}, by=BY, now=1)
    db.session.commit()
    register.enrol("Contacts Q4", "name", "Contacts Q4*", by=BY, now=1)
    db.session.commit()
    return app


@pytest.fixture
def run(office):
    def command(*arguments):
        db.session.rollback()
        return office.test_cli_runner().invoke(args=["signals", *map(str, arguments)])

    return command


def daily(day=DAY):
    db.session.rollback()
    return signals.daily(db.session.connection(), day).edited


def iso(day):
    return datetime.fromordinal(day).date().isoformat()


@pytest.mark.parametrize("written", [json.dumps, lambda all_: "\n".join(map(json.dumps, all_))])
def test_a_file_is_loaded_and_its_whole_days_are_known(run, file, written):
    path = file(written([record(1), record(1), record(2, SourceFileName="Diary.xlsx")]), "audit.json.gz")
    result = run("load", path, "--feed", "office", "--whole", f"{iso(DAY)}..{iso(DAY + 1)}")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"records": 3, "signals": 2, "unreadable": 0}
    assert db.session.scalar(select(func.count()).select_from(Signal)) == 1
    assert (daily(), daily(DAY + 1), daily(DAY + 2)) == ({1: True}, {1: False}, {})


def test_without_a_word_about_whole_days_they_stay_missing(run, file):
    assert run("load", file(json.dumps([record()])), "--feed", "office").exit_code == 0
    assert daily() == {}
    assert days.states("office", DAY, DAY) == {DAY: "part"}


def test_every_record_that_cannot_be_read_is_told_with_its_line(run, file, tmp_path):
    lines = [json.dumps(record(1)), "{", json.dumps({"a": 1}), json.dumps(record(2, CreationTime="soon"))]
    lines.append(json.dumps(record(3, CreationTime="2126-01-01T00:00:00")))
    note = tmp_path / "unreadable.ndjson"
    result = run("load", file("\n".join(lines)), "--feed", "office", "--unreadable", note)
    assert json.loads(result.stdout) == {"records": 1, "signals": 1, "unreadable": 4}
    assert [json.loads(line)["line"] for line in note.read_text().splitlines()] == [2, 3, 4, 5]
    assert "line 4: there is no time - at `CreationTime`" in result.stderr
    assert "line 5: the time lies in the future" in result.stderr


def test_many_unreadable_lines_are_counted_and_the_first_ones_shown(run, file):
    result = run("load", file("x\n" * 30), "--feed", "office")
    assert result.stderr.count("there is no JSON object on this line") == 10
    assert "… and 20 more; --unreadable FILE keeps them all" in result.stderr


@pytest.mark.parametrize("content", ['[{"Id": ', b"\x1f\x8b\x08\x00broken"])
def test_of_a_file_that_breaks_off_no_day_is_whole(run, file, content):
    whole = ("--whole", iso(DAY))
    result = run("load", file(content), "--feed", "office", *whole)
    assert result.exit_code == 1
    assert "no day is whole by that" in result.stderr
    assert days.states("office", DAY, DAY) == {DAY: "missing"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--feed", "nobody"], "There is no such feed"),
        (["--feed", "office", "--whole", "2026-02-30"], "2026-02-30"),
        (["--feed", "office", "--whole", "2026-02-03..2026-02-01"], "two dots"),
        (["--feed", "office", "--whole", "2020-01-01..2026-02-01"], "at most 400 days"),
        (["--feed", "office", "--whole", "2026-11-01..2199-01-01"], "two dots"),
        (["--feed", "office", "--whole", f"{iso(DAY)}..{iso(DAY + 5)}"], "is not over yet"),
        ([], "--feed"),
    ],
)
def test_the_command_says_what_is_wrong_with_what_it_is_told(run, file, arguments, said):
    result = run("load", file("[]"), *arguments)
    assert result.exit_code
    assert said in result.stderr


def test_a_file_that_is_not_there_is_told(run):
    result = run("load", "/nowhere/audit.json", "--feed", "office")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_feeds_are_connected_and_listed_by_command(run, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"tenant": "t", "client": "c", "secret": "top secret"}))
    assert run("connect", "suite", "--kind", "m365", "--title", "Suite", "--settings", settings).exit_code == 0
    listed = run("list").stdout
    assert "suite  m365  .............." in listed
    assert feeds.settings("suite") == {"tenant": "t", "client": "c", "secret": "top secret"}
    assert "top secret" not in str(db.session.scalars(select(JournalEntry.after)).all())
    assert run("connect", "suite", "--title", "Again").exit_code == 1
    assert "secret: is missing" in run("connect", "third", "--kind", "m365", "--title", "Third").stderr
    settings.write_text("[]")
    assert "object of texts" in run("connect", "third", "--title", "T", "--settings", settings).stderr
