"""The journal's page: in words, with what differs, found by person, thing, deed and days, below the chain's state."""

import csv
import html
import io
import re
import time

import pytest
from sqlalchemy import update

from adoption import journal
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal.differences import Difference
from adoption.journal.differences import differences
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.pages import journal_pages
from adoption.pages import journal_words
from tests.adoption.test_journal import unguarded
from tests.visitors import Visitor

DAY = 86_400 * 1_000_000


@pytest.fixture
def people(app):
    """Hana is HR, Ann approves, Ada administers, Alice works here."""
    roles = {"Hana": "hr", "Ann": "approver", "Ada": "admin", "Alice": "employee"}
    rows = {
        name: Participant(email=f"{name.lower()}@example.com", name=f"{name} Novak", role=role)
        for name, role in roles.items()
    }
    db.session.add_all(rows.values())
    db.session.commit()
    numbers = {name: row.id for name, row in rows.items()}
    db.session.rollback()
    return numbers


@pytest.fixture
def hana(app, people):
    return Visitor(app, people["Hana"])


def wrote(action="changed", thing="reward/free-lunch", *, by=None, name="flask book publish", days=0, **more):
    now = time.time_ns() // 1000 - days * DAY
    number = journal.write(begin_write(), journal.By(by, name), action, thing, now=now, **more)
    db.session.commit()
    return number


def page(visitor, query="", status=200):
    answer = visitor.get(f"/hr/journal{query}")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


THINGS = (
    *("participant/{Alice}", "token/1", "letter/1", "source/crm", "feed/office", "channel/1", "role/1", "device/1"),
    *("budget/lunch", "plan/sales", "bonus-run/sales/2026-10", "statement/sales/2026-10/{Alice}", "draft/1"),
    *("reward/free-lunch", "workbook/1", "help/1", "book/1", "privacy/1", "people/1"),
)


@pytest.mark.parametrize("name", ["Hana", "Ann", "Ada"])
def test_no_entry_leads_whoever_reads_it_to_a_page_that_is_closed_to_them(app, people, name):
    for thing in THINGS:
        wrote(thing=thing.format(**people))
    visitor = Visitor(app, people[name])
    links = {html.unescape(link) for link in re.findall(r'<a class="tap strong" href="([^"]+)"', page(visitor))}
    assert "/hr/book/drafts/1" in links
    assert (f"/hr/people/{people['Alice']}" in links) == (name != "Ann")
    assert [link for link in sorted(links) if visitor.get(link).status_code == 403] == []


# --- what it says


def test_an_entry_says_who_did_what_when_and_why_and_what_differs(hana, people):
    wrote(
        "changed", "reward/free-lunch", by=people["Ada"], name="ada@example.com",
        before={"title": "Lunch", "stock": 10, "valid": 30}, after={"title": "Lunch", "stock": 25, "valid": 30},
        why="more people than we thought",
    )  # fmt: skip
    told = page(hana)
    for word in ("Ada Novak", "Reward", "free-lunch", "was changed", "more people than we thought", "No. 1"):
        assert word in told
    assert '<dt class="wrap" translate="no">stock</dt>' in told
    assert "<del>10</del> → <ins>25</ins>" in told
    assert '<dt class="wrap" translate="no">title</dt>' not in told, "what is the same is not told"


def test_a_person_is_called_as_they_are_called_now_and_a_command_by_its_name(hana, people):
    wrote("granted", f"participant/{people['Alice']}", after={"role": "hr"}, name="flask roles grant")
    told = page(hana)
    assert "Person: " in told
    assert "Alice Novak" in told
    assert "flask roles grant" in told


def test_what_has_no_words_yet_is_shown_as_it_is(hana):
    wrote("juggled", "circus/7 balls", after=[1, {"a": None}], before="{")
    told = page(hana)
    assert "juggled" in told
    assert 'circus: <bdi class="wrap" translate="no">7 balls</bdi>' in told


@pytest.mark.parametrize(("language", "words"), [("ru", "изменено"), ("zh", "已更改")])
def test_it_speaks_three_languages(app, people, language, words):
    wrote()
    visitor = Visitor(app, people["Hana"], language=language)
    assert words in page(visitor)


def test_every_word_of_the_tables_is_said_in_every_language(app):
    from adoption import languages  # noqa: PLC0415

    for table in (journal_words.ACTIONS, journal_words.KINDS, journal_words.PAGES):
        for code in table:
            english = journal_words.said(table, code)
            for language in ("ru", "zh"):
                with languages.speaking(language):
                    assert journal_words.said(table, code) != english, (code, language)


def test_nothing_in_an_entry_becomes_part_of_the_page(hana):
    evil = "<script>alert(1)</script>"
    wrote(evil, f"{evil}/{evil}", name=evil, before={evil: evil}, after={evil: f"{evil}!"}, why=evil)
    told = page(hana)
    assert evil not in told
    assert "&lt;script&gt;" in told


def test_an_empty_journal_says_what_will_be_there(hana):
    assert "Nothing is in the journal yet." in page(hana)


def test_an_entry_with_much_that_differs_shows_some_and_keeps_the_rest_at_hand(hana):
    wrote(after={f"place{number:02}": number for number in range(20)})
    told = page(hana)
    assert "14 more" in told
    assert "place19" in told


# --- what is looked for


@pytest.fixture
def five(people):
    """Write five entries, the oldest first, a day apart."""
    wrote("published", "incentive/ten-contacts", by=people["Hana"], name="hana@example.com", days=4)
    wrote("changed", "reward/free-lunch", by=people["Ada"], name="ada@example.com", days=3)
    wrote("changed", "reward/free-coffee", name="flask book load", days=2)
    wrote("granted", f"participant/{people['Alice']}", by=people["Ada"], name="ada@example.com", days=1)
    wrote("read", f"participant/{people['Alice']}", by=people["Hana"], name="hana@example.com", after={"page": "x"})
    return time.time_ns() // 1000


def day(now, back):
    return journal_pages.period.moment(now - back * DAY).date().isoformat()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("?who=ada", [4, 2]),
        ("?who=ADA@example.com", [4, 2]),
        ("?who=Ada+Novak", [4, 2]),
        ("?who=flask", [3]),
        ("?who=%25", []),
        ("?about=reward/free-lunch", [2]),
        ("?about=reward/", [3, 2]),
        ("?about=reward", [3, 2]),
        ("?about=Reward", [3, 2]),
        ("?about=alice", [5, 4]),
        ("?about=alice@example.com", [5, 4]),
        ("?action=changed", [3, 2]),
        ("?action=changes", [4, 3, 2, 1]),
        ("?action=read", [5]),
        ("?action=nothing", []),
        ("?who=ada&action=granted", [4]),
        ("?before=4", [3, 2, 1]),
        ("?before=-1", [5, 4, 3, 2, 1]),
        ("?before=99999999999999999999999", [5, 4, 3, 2, 1]),
        ("?before=x", [5, 4, 3, 2, 1]),
        ("?since=0001-01-01&until=9999-12-31", [5, 4, 3, 2, 1]),
    ],
)
def test_entries_are_found(hana, five, query, found):
    assert numbers(page(hana, query)) == found


def numbers(told):
    return [int(part.partition("<")[0]) for part in told.split("· No. ")[1:]]


def test_entries_are_found_by_their_days(hana, five):
    zone_day = lambda back: hana_day(five, back)  # noqa: E731
    assert numbers(page(hana, f"?since={zone_day(3)}&until={zone_day(2)}")) == [3, 2]
    assert numbers(page(hana, f"?until={zone_day(3)}")) == [2, 1]


def hana_day(now, back):
    from flask import current_app  # noqa: PLC0415

    zone = current_app.extensions["settings"].organisation_zone
    return journal_pages.period.moment(now - back * DAY).astimezone(zone).date().isoformat()


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", "2026-02-30", "'"])
def test_a_day_that_is_none_is_said_beside_the_field_and_kept(hana, typed):
    told = page(hana, f"?since={typed}&who=ada", status=422)
    assert "Write the day as year-month-day" in told
    assert 'aria-describedby="since-fault"' in told
    assert 'value="ada"' in told


def test_it_is_read_a_page_at_a_time_by_number(hana, monkeypatch):
    for _ in range(7):
        wrote()
    monkeypatch.setattr(journal_pages, "PAGE", 3)
    first = page(hana)
    assert numbers(first) == [7, 6, 5]
    assert "before=5" in first
    assert numbers(page(hana, "?before=5")) == [4, 3, 2]
    last = page(hana, "?before=2")
    assert numbers(last) == [1]
    assert "Older entries" not in last


# --- the table


def test_it_can_be_taken_along_as_a_table_that_runs_nothing(hana, people):
    wrote(
        "changed", "reward/x", by=people["Ada"], name="ada", before={"a": 1}, after={"a": 2}, why="=cmd|' /C calc'!A0"
    )
    wrote("read", f"participant/{people['Alice']}", name="@evil", why="+1")
    answer = hana.get("/hr/journal/journal.csv?action=changes")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\N{BYTE ORDER MARK}"))))
    assert rows[0] == list(journal_pages.COLUMNS)
    assert len(rows) == 2
    assert rows[1][2:8] == [
        "Ada Novak <ada@example.com>",
        "changed",
        "reward/x",
        '{"a":1}',
        '{"a":2}',
        "'=cmd|' /C calc'!A0",
    ]
    every = hana.get("/hr/journal/journal.csv").get_data(as_text=True)
    assert "'@evil" in every
    assert "'+1" in every


def test_a_table_is_read_piece_by_piece(hana, monkeypatch):
    for _ in range(7):
        wrote()
    monkeypatch.setattr("adoption.journal.reading.FETCH", 2)
    lines = hana.get("/hr/journal/journal.csv").get_data(as_text=True).splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["7", "6", "5", "4", "3", "2", "1"]


# --- the chain


def test_the_state_of_the_chain_comes_first(hana):
    wrote()
    assert "The chain was not verified yet." in page(hana)
    done = hana.post("/hr/journal/check", follow_redirects=True).get_data(as_text=True)
    assert "The chain is whole: 1 entry." in done
    assert "Chain verified" in done
    assert done.index("Chain verified") < done.index("free-lunch")


def test_a_broken_chain_is_said_with_the_place(hana):
    for _ in range(3):
        wrote()
    unguarded().execute(update(JournalEntry).where(JournalEntry.number == 2).values(why="never mind"))
    db.session.commit()
    told = hana.post("/hr/journal/check", follow_redirects=True).get_data(as_text=True)
    assert "The chain is broken." in told
    assert "Entry 2 was changed after it was written." in told
    assert "Chain verified" not in told


@pytest.mark.parametrize("kind", journal.chain.SAID)
def test_every_kind_of_flaw_is_said(app, kind):
    assert "7" in journal_pages._flaw(journal.Flaw(7, kind, 9))
    assert "7" in journal.Flaw(7, kind, 9).said or kind in {"moved", "changed", "other", "end"}


def test_the_end_of_the_chain_can_be_kept(hana, runner):
    wrote()
    kept = hana.get("/hr/journal/head.txt").get_data(as_text=True)
    assert kept == runner.invoke(args=["journal", "head"]).output
    wrote()
    assert runner.invoke(args=["journal", "verify", "--head", kept.strip()]).exit_code == 0


# --- what differs


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, None, []),
        (None, '"x"', [("", None, "x")]),
        ('{"a":1,"b":2}', '{"a":1,"b":3}', [("b", "2", "3")]),
        ('{"a":{"b":[1,2]}}', '{"a":{"b":[1,3]}}', [("a.b", "1, 2", "1, 3")]),
        ('{"a":[{"b":1},{"b":2}]}', '{"a":[{"b":1},{"b":5}]}', [("a[2].b", "2", "5")]),
        ('{"a":true}', "{}", [("a", "true", None)]),
        ('{"a":null}', '{"a":[]}', []),
        ('"one\\ntwo\\nthree"', '"one\\n2\\nthree"', [("", "two", "2")]),
        ('"one\\ntwo"', '"one\\ntwo\\nthree"', [("", None, "three")]),
        ("no json", "no json either", [("", "no json", "no json either")]),
        ("1.50", "1.5", [("", "1.50", "1.5")]),
    ],
)
def test_only_what_differs_is_told(before, after, found):
    assert differences(before, after) == [Difference(*one) for one in found]
