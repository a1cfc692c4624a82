"""Files become activities, books take force, and everything can be written out again."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import files
from adoption import intake
from adoption import rescoring
from adoption.extensions import db
from adoption.files import source as sources
from adoption.models import JournalEntry
from adoption.models import StoredActivity

BOOK = """
[metric.calls]
counts = "call.completed"
[metric.minutes]
counts  = "call.completed"
measure = "sum"
of      = "minutes"
[reward.lunch]
kind  = "voucher"
title = "Lunch"
[reward.break]
kind  = "time_off"
title = "Break"
minutes = 10
[incentive.two-calls]
title  = "Two calls"
metric = "calls"
every  = 2
per    = "week"
earns  = ["lunch", "break"]
[incentive.three-calls]
title  = "Three calls"
metric = "calls"
reach  = 3
per    = "month"
earns  = "lunch"
[board.calls]
metric = "calls"
per    = "week"
"""
MAPPING = """
source = "sheet"
[activity]
id      = { path = "id" }
type    = { path = "what", table = { call = "call.completed", chat = "skip" } }
time    = { path = "when", zone = "Europe/Amsterdam" }
subject = { text = "contact/{contact}" }
actor   = { path = "who" }
[activity.data]
minutes = { path = "minutes" }
"""
PEOPLE = "email,name,team,identities\nalice@example.com,Alice,Sales,crm=a\nbob@example.com,Bob,Sales,crm=b\n"


def call(number, actor="a", day="2026-11-02", **more):
    event = {"source": "crm", "id": f"c{number}", "type": "call.completed", "time": f"{day}T10:00:00Z"}
    return event | {"subject": f"contact/{number}", "actor": actor, "data": {"minutes": 5}} | more


def lines(*events, end="\n"):
    return "".join(json.dumps(event) + end for event in events).encode()


@pytest.fixture
def flask(app, tmp_path, monkeypatch):
    """Run a command; files are named relative to a folder of the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, stdin=None):
        return app.test_cli_runner().invoke(args=[str(one) for one in arguments], input=stdin)

    return run


@pytest.fixture
def write(tmp_path):
    def put(name, content):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return put


@pytest.fixture
def sales(flask, write):
    """Alice and Bob in Sales, and a book in force since the summer."""
    assert flask("people", "load", write("people.csv", PEOPLE)).exit_code == 0
    assert flask("book", "load", write("book.toml", BOOK), "--from", "2026-06-01").exit_code == 0


def counts(result):
    return json.loads(result.stdout.splitlines()[-1])


def received(accepted=0, duplicates=0, refused=0):
    return {"accepted": accepted, "duplicates": duplicates, "refused": refused}


def exported(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def stored():
    found = db.session.scalar(select(func.count()).select_from(StoredActivity))
    db.session.rollback()
    return found


# --- loading


def test_each_line_of_a_file_is_an_activity(flask, write):
    result = flask("activities", "load", write("a.ndjson", lines(call(1), call(2), call(1))))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == '{"accepted":2,"duplicates":1,"refused":0}'


def test_loading_a_file_again_changes_nothing(flask, write):
    file = write("a.ndjson", lines(*map(call, range(10))))
    flask("activities", "load", file)
    assert counts(flask("activities", "load", file, "--batch", 3)) == received(duplicates=10)


def test_a_minus_reads_standard_input(flask):
    assert counts(flask("activities", "load", "-", stdin=lines(call(1)))) == received(accepted=1)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "content",
    [
        lines(call(1), call(2), end="\r\n"),
        b"\xef\xbb\xbf" + lines(call(1), call(2)),
        b"\n\n  \n" + lines(call(1)) + b"\t\n" + lines(call(2)) + b"\n\n",
        lines(call(1), call(2)).rstrip(b"\n"),
    ],
    ids=["windows line ends", "byte order mark", "blank lines", "no end of the last line"],
)
def test_files_of_any_habit_are_read(flask, write, content, packed):
    file = write("a.ndjson", gzip.compress(content) if packed else content)
    assert counts(flask("activities", "load", file)) == received(accepted=2)


def test_a_large_file_is_read_in_batches(flask, write):
    result = flask("activities", "load", write("a.ndjson", lines(*map(call, range(500)))), "--batch", 7)
    assert counts(result) == received(accepted=500)
    assert stored() == 500


@pytest.mark.usefixtures("sales")
def test_a_row_of_csv_becomes_an_activity(flask, write):
    text = "id;what;when;contact;who;minutes\r\n1;call;2026-11-02 09:00;7;alice@example.com;12,5\r\n2;chat;;;;\r\n"
    result = flask("activities", "load", write("a.csv", text), "--mapping", write("m.toml", MAPPING))
    assert counts(result) == received(accepted=1)
    assert exported(flask("tallies", "export", "--metric", "calls", "--per", "month")) == [
        {"metric": "calls", "holder": "alice@example.com", "period": "2026-11", "value": "1"},
        {"metric": "calls", "holder": "team:Sales", "period": "2026-11", "value": "1"},
    ]


def test_a_cell_may_hold_line_breaks_and_quotation_marks(flask, write):
    text = 'id,what,when,contact,who,minutes\n1,call,2026-11-02 09:00,"7\n""A""",a,\n2,call,2026-11-02 09:00,8,a,\n'
    result = flask("activities", "load", write("a.csv", text), "--mapping", write("m.toml", MAPPING))
    assert counts(result) == received(accepted=2)


def test_json_lines_of_anything_are_read_with_a_mapping(flask, write):
    rows = [{"id": n, "what": "call", "when": "2026-11-02T10:00:00+01:00", "contact": 1, "who": "a"} for n in (1, 2)]
    result = flask("activities", "load", write("a.ndjson", lines(*rows)), "--mapping", write("m.toml", MAPPING))
    assert counts(result) == received(accepted=2)


def test_refused_lines_are_kept_as_they_came(flask, write, tmp_path):
    bad = b'{"source":"crm","id":"x9","type":"call.completed","time":"yesterday","data":{"n":59.999999999999999999}}'
    write("a.ndjson", lines(call(1)) + bad + b"\nnonsense\n" + lines(call(1, actor="b"), call(2)))
    result = flask("activities", "load", "a.ndjson", "--refused", "refused.ndjson")
    assert result.exit_code == 0
    assert counts(result) == received(accepted=2, refused=3)
    kept = (tmp_path / "refused.ndjson").read_text()
    assert bad.decode() in kept
    told = [json.loads(line) for line in kept.splitlines()]
    assert [(one["line"], one["id"]) for one in told] == [(2, "x9"), (3, None), (4, "c1")]
    assert told[1]["item"] == "nonsense"
    assert "conflict" in told[2]["fault"]
    assert "line 2:" in result.stderr


def test_the_first_ten_refused_lines_are_shown(flask, write):
    result = flask("activities", "load", write("a.ndjson", b"nonsense\n" * 25))
    assert counts(result) == received(refused=25)
    assert sum(line.startswith("line ") for line in result.stderr.splitlines()) == 10
    assert "15 more" in result.stderr


def test_a_broken_archive_gives_what_it_holds(flask, write):
    whole = gzip.compress(lines(*map(call, range(2000))), mtime=0)
    result = flask("activities", "load", write("a.ndjson.gz", whole[: len(whole) // 2]))
    assert result.exit_code == 1
    assert "ends too early" in result.stderr
    assert "from line" in result.stderr
    assert 100 < counts(result)["accepted"] == stored()


def test_a_line_that_is_too_long_costs_only_itself(flask, write, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 1000)
    monkeypatch.setattr(sources, "LONGEST", 5000)
    content = lines(call(1)) + lines(call(2, data={"text": "x" * 20_000})) + lines(call(3))
    result = flask("activities", "load", write("a.ndjson", content))
    assert counts(result) == received(accepted=2, refused=1)
    assert "line 2:" in result.stderr


def test_text_that_is_not_utf_8_costs_only_its_own_line(flask, write):
    content = lines(call(1)) + lines(call(2, subject="contact/Zoe")).replace(b"Zoe", b"Zo\xeb") + lines(call(3))
    result = flask("activities", "load", write("a.ndjson", content), "--refused", "r.ndjson")
    assert counts(result) == received(accepted=2, refused=1)
    assert json.loads(Path("r.ndjson").read_text())["line"] == 2


HEAD = "id,what,when,contact,who,minutes\n"
ROW = "{},call,2026-11-02 09:00,7,a,1\n"


@pytest.mark.parametrize(
    ("middle", "fault"),
    [
        (b"2,call\n", "the row has 2 cells, but the headings name 6 columns"),
        (b"2,call,2026-11-02 09:00,7,a,1,8\n", "the row has 7 cells"),
        (b'2,"call,2026-11-02 09:00,7,a,1\n', "a quotation mark opens a cell and is never closed"),
        (b'2,"call"s,2026-11-02 09:00,7,a,1\n', "expected after"),
        (b"2,call,2026-11-02 09:00,Zo\xeb,a,1\n", "the text is not UTF-8"),
        (b"2,call,2026-11-02 09:00," + b"7" * 1_100_000 + b",a,1\n", "the line is longer than 1 MB"),
        (b"2,call,,7,a,1\n", "there is nothing"),
        (b"2,call,02.11.2026,7,a,1\n", "is no time"),
        (b"2,poke,2026-11-02 09:00,7,a,1\n", "'poke' is not in the table"),
        (b",call,2026-11-02 09:00,7,a,1\n", "there is nothing"),
        (b"2,call,2026-11-02 09:00,7\x00,a,1\n", "NUL"),
    ],
    ids=range(11),
)
def test_a_mistaken_row_costs_only_itself(flask, write, middle, fault):
    content = HEAD.encode() + ROW.format(1).encode() + middle + ROW.format(3).encode() + ROW.format(4).encode()
    result = flask("activities", "load", write("a.csv", content), "--mapping", write("m.toml", MAPPING))
    assert counts(result) == received(accepted=3, refused=1), result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("line ")]
    assert line.startswith("line 3:")
    assert fault in line


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.ndjson", None, "No such file"),
        (".", None, "directory"),
        ("a.csv", b"id,what\n1,call\n", "needs --mapping"),
        ("a.json", b'[{"source": "crm"}]', "is a JSON list; write one activity on each line"),
        ("a.ndjson", "{}\n".encode("utf-16"), "is UTF-16 text"),
        ("a.xlsx", b"PK\x03\x04rest", "a workbook"),
        ("a.ndjson.zst", b"\x28\xb5\x2f\xfdrest", "packed with zstd"),
        ("a.ndjson.bz2", b"BZh9rest", "packed with bzip2"),
        ("a.db", b"SQLite format 3\0rest", "is a database"),
        ("a.ndjson.gz", b"\x1f\x8b" + b"\0" * 20, "cannot be read from line 1"),
        ("a.ndjson.gz", gzip.compress(b"{}\n" * 9)[:-6] + b"\1\2\3\4\5\6", "CRC"),
    ],
    ids=range(11),
)
def test_a_file_that_cannot_be_read_says_why(flask, write, name, content, fault):
    if content is not None:
        write(name, content)
    result = flask("activities", "load", name)
    assert result.exit_code == 1
    assert fault in result.stderr
    assert "Traceback" not in result.output
    assert counts(result)["accepted"] == 0


@pytest.mark.parametrize(
    ("mapping", "content", "fault"),
    [
        (None, b"", "m.toml cannot be read"),
        ("[activity\n", b"", "no TOML"),
        ('source = "x"\n', b"", "activity: must be a table"),
        (MAPPING.replace('source = "sheet"', ""), b"", "a file does not say where it comes from"),
        (MAPPING.replace("subject", "object"), b"", "unknown key 'object'"),
        (b"source = '\xeb'", b"", "is not UTF-8"),
        (MAPPING, b"", "is empty; its first line must name the columns"),
        (MAPPING, b"id,what,what\n", "what more than once"),
        (MAPPING, b"id,,when\n", "not every column"),
        (MAPPING, b"\xeb,what\n", "the headings are not UTF-8"),
    ],
    ids=range(10),
)
def test_a_mapping_or_heading_that_is_wrong_says_why(flask, write, mapping, content, fault):
    if mapping is not None:
        write("m.toml", mapping)
    result = flask("activities", "load", write("a.csv", content), "--mapping", "m.toml")
    assert result.exit_code == 1
    assert fault in result.stderr
    assert stored() == 0


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--batch", "0"), "0 is not in the range"),
        (("--batch", "all"), "not a valid integer"),
        (("--refused", "no/such/folder"), "cannot be written"),
    ],
)
def test_an_option_that_is_wrong_says_why(flask, write, arguments, fault):
    result = flask("activities", "load", write("a.ndjson", lines(call(1))), *arguments)
    assert result.exit_code != 0
    assert fault in result.stderr
    assert stored() == 0


def test_without_tables_a_command_says_what_to_do(tmp_path):
    from tests.conftest import application  # noqa: PLC0415
    from tests.conftest import pushed  # noqa: PLC0415

    (tmp_path / "a.ndjson").write_bytes(lines(call(1)))
    with pushed(application(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "archive")) as app:
        for arguments in (
            ["activities", "load", str(tmp_path / "a.ndjson")],
            ["book", "show"],
            ["tallies", "export"],
            ["awards", "export"],
            ["jobs", "list"],
            ["scheduler"],
        ):
            result = app.test_cli_runner().invoke(args=arguments)
            assert result.exit_code == 1, arguments
            assert "flask db upgrade" in result.stderr


def test_a_reader_that_stops_early_leaves_no_thread_behind(monkeypatch, flask, write):
    def refuse(*_arguments, **_more):
        raise facts.WrongZoneError

    monkeypatch.setattr(intake, "commit", refuse)
    result = flask("activities", "load", write("a.ndjson", lines(*map(call, range(100)))), "--batch", 1)
    assert result.exit_code == 1
    assert "What comes after line 0 is not loaded" in result.stderr


def test_how_far_a_file_was_read_is_counted_in_packed_bytes(tmp_path):
    file = tmp_path / "a.gz"
    file.write_bytes(gzip.compress(lines(*map(call, range(3000)))))
    with files.opened(str(file), None) as source:
        batches = list(files.batches(source, 1000, None))
        assert [len(batch.items) for batch in batches] == [1000] * 3
        assert batches[-1].position == source.size == file.stat().st_size
        assert batches[-1].last == 3000


# --- books


def test_a_sound_book_is_called_so(flask, write):
    result = flask("book", "check", write("book.toml", BOOK))
    assert result.exit_code == 0
    assert "2 metrics" in result.stdout


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BOOK.replace("every  = 2", "every  = 0"), "incentive.two-calls.every"),
        (BOOK.replace('metric = "calls"\nevery', 'metric = "cals"\nevery'), "incentive.two-calls.metric"),
        (BOOK.replace("[metric.calls]", "[metrc.calls]"), "metrc"),
        (BOOK.replace('"lunch", "break"', '"lunch", "brake"'), "incentive.two-calls.earns"),
        ("[metric", "line 1"),
        (b"title = '\xeb'", "UTF-8"),
    ],
    ids=range(6),
)
def test_a_faulty_book_is_refused_with_the_place(flask, write, text, place):
    write("book.toml", text)
    for command in ("check", "load"):
        result = flask("book", command, "book.toml")
        assert result.exit_code == 1
        assert place in result.stderr
    assert facts.current().book.metrics == {}


def test_checking_a_book_needs_no_database(tmp_path):
    from tests.conftest import application  # noqa: PLC0415
    from tests.conftest import pushed  # noqa: PLC0415

    (tmp_path / "book.toml").write_text(BOOK)
    with pushed(application("postgresql://nobody@127.0.0.1:1/nothing", tmp_path / "archive")) as app:
        result = app.test_cli_runner().invoke(args=["book", "check", str(tmp_path / "book.toml")])
        assert result.exit_code == 0


@pytest.mark.parametrize(
    "arguments", [("check", "none.toml"), ("load", "none.toml"), ("load", "book.toml", "--from", "x")]
)
def test_a_command_on_a_book_that_is_mistyped_says_so(flask, write, arguments):
    write("book.toml", BOOK)
    result = flask("book", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("sales")
def test_loading_a_book_says_what_changes_when(flask, write):
    changed = BOOK.replace("every  = 2", "every  = 4").replace("[metric.minutes]", "[metric.talk]")
    result = flask("book", "load", write("book.toml", changed), "--from", "2026-11-09")
    assert result.exit_code == 0
    assert "incentive two-calls: changes on 2026-11-09" in result.stdout
    assert "metric minutes: ends on 2026-11-09" in result.stdout
    assert "metric talk: new on 2026-11-09" in result.stdout


@pytest.mark.usefixtures("sales")
def test_an_earlier_date_scores_again(flask, write):
    flask("activities", "load", write("a.ndjson", lines(*map(call, range(4)))))
    changed = BOOK.replace("every  = 2", "every  = 4")
    result = flask("book", "load", write("book.toml", changed), "--from", "2026-11-01")
    assert "scored again" in result.stdout
    standing = [
        one for one in exported(flask("awards", "export", "--incentive", "two-calls")) if one["status"] != "voided"
    ]
    assert [one["ordinal"] for one in standing] == [1]


@pytest.mark.usefixtures("sales")
def test_scoring_again_can_be_left_to_the_scheduler(flask, write):
    flask("activities", "load", write("a.ndjson", lines(*map(call, range(4)))))
    write("book.toml", BOOK.replace("every  = 2", "every  = 4"))
    assert "will score" in flask("book", "load", "book.toml", "--from", "2026-11-01", "--later").stdout
    assert rescoring.needed()
    assert "flask rescore" in flask("tallies", "export").stderr
    assert flask("rescore").exit_code == 0
    assert not rescoring.needed()
    assert flask("tallies", "export").stderr == ""


@pytest.mark.usefixtures("sales")
def test_the_book_in_force_is_shown_in_words(flask):
    for language in ("en", "ru", "zh"):
        result = flask("book", "show", "--language", language)
        assert "incentive two-calls (in force)" in result.stdout
    assert "incentive two-calls (from 2026-06-01)" in flask("book", "show", "--on", "2026-01-01").stdout


@pytest.mark.usefixtures("sales")
def test_what_a_newer_book_left_out_is_still_shown_in_words(flask, write):
    write("empty.toml", BOOK.partition("[reward.lunch]")[0])
    assert flask("book", "load", "empty.toml", "--from", "2027-01-01").exit_code == 0
    assert "incentive two-calls (until 2027-01-01)" in flask("book", "show", "--on", "2026-12-01").stdout


@pytest.mark.parametrize("command", ["load", "publish"])
@pytest.mark.parametrize(
    "raw", [BOOK.encode(), b"\xef\xbb\xbf" + BOOK.replace("\n", "\r\n").encode() + "# ключ ﻿ 午餐".encode()]
)
def test_a_book_is_exported_byte_for_byte_as_it_was_published(flask, write, command, raw):
    assert flask("book", command, write("book.toml", raw)).exit_code == 0
    assert flask("book", "export").stdout_bytes == raw
    write("again.toml", flask("book", "export").stdout_bytes)
    assert flask("book", "diff", "again.toml").stdout == "Nothing would change.\n"
    assert "changes nothing" in flask("book", "publish", "again.toml").stdout
    assert flask("book", "export", "--book", "1").stdout_bytes == raw


def test_before_the_first_book_there_is_nothing_to_export(flask):
    assert "no book is published yet" in flask("book", "export").stderr
    assert flask("book", "history").stdout == "No book is published yet.\n"
    assert "there is no book 7" in flask("book", "export", "--book", "7").stderr


@pytest.mark.usefixtures("sales")
def test_what_publishing_would_change_is_told_as_sentences_and_nothing_is_written(flask, write):
    changed = BOOK.replace("every  = 2", "every  = 4").replace('title = "Lunch"', 'title = "Soup"')
    changed += '[board.talks]\nmetric = "calls"\n'
    result = flask("book", "diff", write("new.toml", changed), "--from", "2026-12-01")
    assert result.exit_code == 0, result.output
    said = result.stdout
    assert "incentive two-calls: changes on 2026-12-01" in said
    assert "[-2-]{+4+}" in said
    assert "board talks: new at once\n  {+" in said
    assert "reward lunch: changes at once" in said
    assert flask("book", "export").stdout_bytes == BOOK.encode()
    gone = flask("book", "diff", write("gone.toml", BOOK.partition("[reward.lunch]")[0]), "--from", "2027-01-01").stdout
    assert "incentive two-calls: ends on 2027-01-01\n  [-" in gone
    faulty = flask("book", "diff", write("faulty.toml", BOOK.replace('"calls"', '"cals"')))
    assert (faulty.exit_code, faulty.stdout) == (1, "")
    assert "incentive.two-calls.metric" in faulty.stderr


@pytest.mark.usefixtures("sales")
def test_every_book_stands_in_the_history_with_who_when_and_what(flask, write):
    write("new.toml", BOOK.replace("every  = 2", "every  = 4"))
    assert flask("book", "publish", "new.toml", "--why", "harder").exit_code == 0
    told = flask("book", "history").stdout.splitlines()
    assert told[0].startswith("book 2  ")
    assert told[0].endswith("  flask book publish  new.toml")
    assert told[1] == "  changes incentive two-calls"
    assert told[2].endswith("  flask book load  book.toml")
    assert "  new incentive two-calls" in told[3:]
    assert flask("book", "history", "--last", "1").stdout.splitlines() == told[:2]
    rows = db.session.execute(select(JournalEntry.name, JournalEntry.thing, JournalEntry.why)).all()
    assert ("flask book publish", "incentive/two-calls", "harder") in rows


# --- exports


@pytest.fixture
def called(flask, write, sales):
    """Five calls of Alice (one of them on Sunday evening), two of Bob, one that was taken back, one of a stranger."""
    events = [call(n) for n in range(4)]
    events += [call(4, day="2026-11-08"), call(5, "b"), call(6, "b", data={"minutes": "2.50"}), call(7, "b")]
    events += [call(8, "nobody"), call("u", "b", type="call.corrected", retracts="c7")]
    assert counts(flask("activities", "load", write("a.ndjson", lines(*events))))["accepted"] == 10


@pytest.mark.usefixtures("called")
def test_tallies_are_written_by_metric_holder_and_period(flask):
    written = flask("tallies", "export").stdout.splitlines()
    assert written[:5] == [
        '{"metric":"calls","holder":"alice@example.com","period":"2026-W45","value":"5"}',
        '{"metric":"calls","holder":"alice@example.com","period":"2026-11","value":"5"}',
        '{"metric":"calls","holder":"bob@example.com","period":"2026-W45","value":"2"}',
        '{"metric":"calls","holder":"bob@example.com","period":"2026-11","value":"2"}',
        '{"metric":"calls","holder":"team:Sales","period":"2026-W45","value":"7"}',
    ]
    assert '{"metric":"minutes","holder":"bob@example.com","period":"2026-W45","value":"7.5"}' in written


@pytest.mark.parametrize(
    ("per", "period"), [("day", "2026-11-08"), ("quarter", "2026-Q4"), ("year", "2026"), ("ever", "ever")]
)
@pytest.mark.usefixtures("called")
def test_any_kind_of_period_can_be_asked_for(flask, per, period):
    found = exported(flask("tallies", "export", "--metric", "calls", "--per", per))
    expected = {"day": "1"}.get(per, "5")
    assert {"metric": "calls", "holder": "alice@example.com", "period": period, "value": expected} in found


@pytest.mark.usefixtures("called")
def test_kept_and_counted_tallies_come_in_one_order(flask):
    found = exported(flask("tallies", "export", "--per", "month"))
    assert [one["metric"] for one in found] == sorted(one["metric"] for one in found)
    assert {one["metric"] for one in found} == {"calls", "minutes"}


def test_a_week_in_which_an_incentive_begins_is_written_once(flask, write):
    flask("people", "load", write("people.csv", PEOPLE))
    late = BOOK.replace('earns  = ["lunch", "break"]', 'earns  = ["lunch", "break"]\nfrom = 2026-11-04')
    flask("book", "load", write("book.toml", late), "--from", "2026-06-01")
    flask("activities", "load", write("a.ndjson", lines(call(1), call(2, day="2026-11-05"))))
    (mine, _) = exported(flask("tallies", "export", "--metric", "calls", "--per", "week"))
    assert mine["value"] == "2"


@pytest.mark.usefixtures("sales")
def test_a_week_in_which_a_metric_changes_is_the_sum_of_both(flask, write):
    changed = BOOK.replace(
        'counts = "call.completed"\n[', 'counts = "call.completed"\nwhere = { field = "minutes", filled = true }\n['
    )
    assert flask("book", "load", write("book.toml", changed), "--from", "2026-11-04").exit_code == 0
    flask(
        "activities",
        "load",
        write("a.ndjson", lines(call(1), call(2, day="2026-11-05"), call(3, day="2026-11-05", data={}))),
    )
    (mine, _) = exported(flask("tallies", "export", "--metric", "calls", "--per", "week"))
    assert mine["value"] == "2"


@pytest.mark.usefixtures("called")
def test_awards_are_written_whatever_became_of_them(flask, write):
    flask(
        "activities",
        "load",
        write("b.ndjson", lines(call("v", type="call.corrected", retracts="c1"), call("w", type="x.y", retracts="c2"))),
    )
    found = [tuple(one.values()) for one in exported(flask("awards", "export"))]
    assert found == [
        ("three-calls", "alice@example.com", "2026-11", 1, "issued", "lunch"),
        ("two-calls", "alice@example.com", "2026-W45", 1, "choosing", None),
        ("two-calls", "alice@example.com", "2026-W45", 2, "voided", None),
        ("two-calls", "bob@example.com", "2026-W45", 1, "choosing", None),
    ]


@pytest.mark.usefixtures("called")
def test_an_award_of_a_replaced_version_keeps_its_period(flask, write):
    monthly = BOOK.replace('every  = 2\nper    = "week"', 'every  = 2\nper    = "month"')
    assert flask("book", "load", write("book.toml", monthly), "--from", "2026-06-01").exit_code == 0
    found = exported(flask("awards", "export", "--incentive", "two-calls"))
    assert {(one["period"], one["status"]) for one in found} == {("2026-W45", "voided"), ("2026-11", "choosing")}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("tallies", "export", "--metric", "cals"), "there is no metric 'cals'; there are calls, minutes"),
        (("tallies", "export", "--per", "fortnight"), "is not one of"),
        (("awards", "export", "--incentive", "x"), "there is no incentive 'x'"),
    ],
)
@pytest.mark.usefixtures("sales")
def test_what_is_not_there_cannot_be_exported(flask, arguments, fault):
    result = flask(*arguments)
    assert result.exit_code != 0
    assert fault in result.stderr


@pytest.mark.usefixtures("sales")
def test_exports_take_a_constant_number_of_queries(flask, write, queries):
    flask("activities", "load", write("a.ndjson", lines(call(1), call(2))))
    few = queries(lambda: (flask("tallies", "export"), flask("awards", "export")))
    flask(
        "activities",
        "load",
        write("b.ndjson", lines(*(call(n, "ab"[n % 2], f"2026-10-{n % 28 + 1:02}") for n in range(3, 300)))),
    )
    assert queries(lambda: (flask("tallies", "export"), flask("awards", "export"))) == few


@pytest.fixture
def queries(app):
    from sqlalchemy import event  # noqa: PLC0415

    def count(work):
        seen = []
        listen = lambda *arguments: seen.append(arguments[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            work()
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    return count


@pytest.mark.usefixtures("sales")
def test_days_are_those_of_the_organisation(flask, write):
    flask("activities", "load", write("a.ndjson", lines(call(1, time="2026-11-01T23:30:00Z"))))
    (mine, _) = exported(flask("tallies", "export", "--metric", "calls", "--per", "day"))
    assert mine["period"] == date(2026, 11, 2).isoformat()
