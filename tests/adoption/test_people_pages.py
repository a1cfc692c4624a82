"""HR runs the directory at a browser: lists with a preview, a person over time, teams, calendar, unknown names."""

# ruff: noqa: RUF001  # Cyrillic is meant

import io
import json
import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import directory
from adoption import facts
from adoption import intake
from adoption import journal
from adoption import people_csv
from adoption import rescoring
from adoption import rulebook
from adoption import uploads
from adoption.directory import calendar
from adoption.directory import outcome
from adoption.directory import stored as storage
from adoption.directory import strangers
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import Award
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import Stranger
from adoption.models import Team
from adoption.models import Upload
from rules.period import FOREVER
from tests.adoption.test_page_budgets import counted
from tests.racing import at_once
from tests.visitors import Visitor

HANA, ADA, MEI, ALICE, BOB = (f"{name}@example.com" for name in ("hana", "ada", "mei", "alice", "bob"))
CAST = (
    "email,name,team,manager,role,identities,employee_no\n"
    f"{HANA},Hana,,,hr,,\n"
    f"{ADA},Ada,,,admin,,\n"
    f"{MEI},Mei,Sales,,manager,crm=mei,\n"
    f"{ALICE},Alice,Sales,{MEI},employee,crm=alice,0017\n"
    f"{BOB},Bob,Care,{MEI},employee,crm=bob,\n"
)
KEPT = re.compile(r'name="kept" value="([^"]+)"')
UPLOAD = "/hr/people/upload/people"


def load(text, **more):
    loaded = directory.load_people(people_csv.read(text.encode()), on=today(), **more)
    assert not loaded.faults, loaded.faults
    db.session.commit()
    return loaded


def today():
    found = facts.current().today(time.time_ns() // 1000)
    db.session.rollback()
    return found


def iso(day):
    return date.fromordinal(day).isoformat()


@pytest.fixture
def cast(app):
    load(CAST)
    app.number = lambda email: fresh(lambda: facts.current().holder_of(email))
    app.visitor = lambda email, **more: Visitor(app, app.number(email), **more)
    return app


def fresh(ask):
    """Return what the database says now."""
    db.session.rollback()
    found = ask()
    db.session.rollback()
    return found


def text(answer, status=200):
    said = answer.get_data(as_text=True)
    assert answer.status_code == status, said
    return said


def upload(visitor, raw, kind="people", status=200, **form):
    raw = raw if isinstance(raw, bytes) else raw.encode()
    fields = {"file": (io.BytesIO(raw), "list.csv"), **form}
    answer = visitor.post(f"/hr/people/upload/{kind}", fields, content_type="multipart/form-data")
    return text(answer, status)


def confirm(visitor, page, kind="people", status=303, **form):
    kept = KEPT.search(page)
    return text(
        visitor.post(f"/hr/people/upload/{kind}/confirm", {"kept": kept.group(1) if kept else "", **form}), status
    )


def state():
    """Return all rows of the directory, people by address."""

    def read():
        known = facts.current()
        day = known.today(time.time_ns() // 1000)

        def led(number):
            return emails.get(known.manager_on(number, day))

        emails = dict(db.session.execute(select(Participant.id, Participant.email)).all())
        teams = dict(db.session.execute(select(Team.id, Team.name)).all())
        people = [
            (one.email, one.name, one.role, led(one.id), one.hired_on, one.left_on, one.employee_no)
            for one in db.session.execute(select(Participant.__table__))
        ]
        held = db.session.execute(select(Membership.participant, Membership.team, Membership.starts, Membership.ends))
        called = db.session.execute(select(Identity.source, Identity.id, Identity.participant))
        return (
            sorted(people, key=repr),
            sorted((emails[who], teams[team], *days) for who, team, *days in held),
            sorted((source, name, emails[who]) for source, name, who in called),
        )

    return fresh(read)


def entries(thing=None):
    query = select(JournalEntry.__table__).order_by(JournalEntry.number)
    rows = fresh(lambda: db.session.execute(query).all())
    return [row for row in rows if thing is None or row.thing == thing]


# --- everybody


def test_an_empty_directory_says_what_to_do(app):
    db.session.execute(insert(Participant).values(email=HANA, name="Hana", role="hr"))
    db.session.commit()
    hana = Visitor(app, fresh(lambda: facts.current().holder_of(HANA)))
    assert "Upload a list" in text(hana.get("/hr/people"))


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("q=ali", "Alice", "Bob"),
        ("q=care", "Bob", "Alice"),
        ("team=Sales", "Alice", "Bob"),
        ("role=hr", "Hana</a>", "Alice"),
        ("show=left", "Nobody is like that", "Alice"),
        ("show=unmatched", "Hana</a>", "Alice"),
        ("q=alice+sales+mei", "Alice", "Bob"),
    ],
)
def test_people_are_found(cast, query, there, not_there):
    page = text(cast.visitor(HANA).get(f"/hr/people?{query}"))
    assert there in page
    assert not_there not in page.partition("<table")[2]


def test_a_list_of_thousands_comes_in_pages(cast):
    load("email,name\n" + "".join(f"p{number}@example.com,Person {number:04}\n" for number in range(120)))
    hana = cast.visitor(HANA)
    pages = [text(hana.get(f"/hr/people?page={number}")) for number in ("1", "2", "3", "99", "-1", "x")]
    shown = [re.findall(r">Person (\d+)</a>", page) for page in pages]
    assert len(set().union(*shown[:3])) == sum(map(len, shown[:3])) == 120
    assert shown[3] == shown[2], "a page that is not there is the last one"
    assert shown[4] == shown[5] == shown[0]


@pytest.mark.parametrize("who", [MEI, ALICE])
def test_who_is_not_hr_opens_nobodys_page(cast, who):
    visitor = cast.visitor(who)
    for path in ("/hr/people", f"/hr/people/{cast.number(ALICE)}", "/hr/people/999999", UPLOAD, "/hr/teams"):
        assert visitor.get(path).status_code == 403
    before = state()
    for form in ("details", "move", "stay", "absences", "identities", "membership", "return"):
        assert visitor.post(f"/hr/people/{cast.number(ALICE)}/{form}", {"name": "X"}).status_code == 403
    assert upload(visitor, "email\nx@example.com\n", status=403)
    assert state() == before


# --- lists


def test_a_list_is_shown_field_by_field_and_stored_only_when_that_is_said(cast):
    hana, before = cast.visitor(HANA), state()
    page = upload(hana, f"email,name,team,employee_no\n{ALICE},Alice B,Care,0017\nnew@example.com,Nell,Care,\n")
    assert "1 person is new" in page
    assert "1 person changes" in page
    assert '<del translate="no">Alice</del>' in page
    assert '<span translate="no">Alice B</span>' in page
    assert "0017" not in page, "what stays as it is is no change"
    assert state() == before, "nothing is written yet"
    confirm(hana, page)
    assert ("new@example.com", "Nell", "employee", None, None, None, None) in state()[0]
    assert (ALICE, "Care", today(), FOREVER) in state()[1]
    told = entries(f"participant/{cast.number(ALICE)}")[-1]
    assert json.loads(told.before) == {"name": "Alice", "team": "Sales"}
    assert json.loads(told.after) == {"email": ALICE, "name": "Alice B", "team": "Care"}
    assert told.why.startswith("list.csv sha256:")
    assert told.participant == cast.number(HANA)
    assert fresh(lambda: list(journal.verify())) == []
    assert fresh(lambda: db.session.scalar(select(func.count()).select_from(Upload))) == 0


@pytest.mark.parametrize(
    "raw",
    [
        "email;name\nanna@example.com;Иван\n".encode("utf-8-sig"),
        "email\tname\nanna@example.com\tИван\n".encode("utf-16"),
        "Эл. почта;ФИО\nanna@example.com;Иван\n".encode(),
        "邮箱,姓名\nanna@example.com,Иван\n".encode(),
    ],
)
def test_lists_are_read_as_spreadsheets_write_them(cast, raw):
    hana = cast.visitor(HANA)
    confirm(hana, upload(hana, raw))
    assert ("anna@example.com", "Иван") in [row[:2] for row in state()[0]]


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"email,manager\nx@example.com,y@example.com\n", "2", "nobody is called y@example.com"),
        (f"email,manager\n{MEI},{ALICE}\n".encode(), "2", "a circle"),
        (b"email\nx@example.com\nX@example.com\n", "3", "x@example.com is already on line 2"),
        (b"email,hired_on\nx@example.com,11/23/2026\n", "2", "is no date"),
        (b"email,identities\nx@example.com,crm=alice\n", "2", f"belongs to {ALICE}"),
        (b"name\nX\n", "1", "this column is missing"),
        (b"email,name\nx@example.com,\xff\n", "2", "is not UTF-8"),
        (b"PK\x03\x04rest", "the file", "The workbook is damaged"),
        (b"\x00" * 100, None, None),
        (b"", None, "the file is empty; its first line must name the columns"),
        (b"\xef\xbb\xbf", None, "the file is empty; its first line must name the columns"),
        (b'email\n"x', None, "never closed"),
        (f"email,role\n{HANA},admin\n".encode(), "2", "nobody changes their own role"),
        (b"email,role\nx@example.com,admin\n", "2", "only an administrator"),
    ],
)
def test_a_mistake_stands_beside_its_line_and_nothing_is_stored(cast, raw, line, said):
    hana, before = cast.visitor(HANA), state()
    page = upload(hana, raw, status=422)
    assert "Store this list" not in page
    if said:
        assert said in page.replace("&#39;", "'")
    if line:
        assert f'<th scope="row" class="n">{line}</th>' in page
    confirm(hana, page, status=409)
    assert state() == before


def test_without_a_file_the_page_asks_for_one(cast):
    nothing = {"file": (io.BytesIO(b""), "")}
    answer = cast.visitor(HANA).post("/hr/people/upload/people", nothing, content_type="multipart/form-data")
    assert "Choose a file first." in text(answer, 422)


def test_cells_that_a_spreadsheet_would_run_are_names_and_nothing_else(cast):
    hana = cast.visitor(HANA)
    page = upload(hana, 'email,name,team\nx@example.com,"=HYPERLINK(""http://evil"")",<script>alert(1)</script>\n')
    assert "<script>alert" not in page
    confirm(hana, page)
    assert '=HYPERLINK("http://evil")' in [row[1] for row in state()[0]]
    page = text(hana.get(f"/hr/people/{cast.number('x@example.com')}"))
    assert "<script>alert" not in page


def test_a_huge_file_is_refused_and_told_what_to_do(cast):
    page = upload(cast.visitor(HANA), b"email\n" + b"x" * (10 * 1024 * 1024), status=413)
    assert "too large" in page
    page = upload(cast.visitor(HANA), b"email\n" + b"x" * (9 * 1024 * 1024), status=422)
    assert "is longer than 131072 characters" in page


def test_200000_rows_in_one_file_are_told_about_and_no_failure(cast):
    page = upload(cast.visitor(HANA), "email\n" + "x\n" * 200_000, status=422)
    assert "is no e-mail address" in page
    assert "and 801 more" in page


def test_a_preview_is_for_whoever_saw_it_and_for_once(cast):
    hana, ada = cast.visitor(HANA), cast.visitor(ADA)
    page = upload(hana, "email\nx@example.com\n")
    assert "This preview is over" in confirm(ada, page, status=409)
    confirm(hana, page)
    before = state()
    assert "This preview is over" in confirm(hana, page, status=409)
    assert "This preview is over" in text(hana.post(f"{UPLOAD}/confirm", {"kept": "made up"}), 409)
    assert state() == before


def test_a_preview_that_is_too_old_is_over(cast):
    hana = cast.visitor(HANA)
    page = upload(hana, "email\nx@example.com\n")
    begin_write().execute(update(Upload).values(created=Upload.created - uploads.LIVES - 1))
    db.session.commit()
    assert "This preview is over" in confirm(hana, page, status=409)
    assert uploads.sweep(time.time_ns() // 1000) == 1
    db.session.commit()


def test_a_kept_file_that_was_changed_in_the_database_is_not_stored(cast):
    hana = cast.visitor(HANA)
    page = upload(hana, "email\nx@example.com\n")
    other = upload(cast.visitor(ADA), "email\ny@example.com\n")
    body = fresh(lambda: db.session.scalar(select(Upload.body).where(Upload.id == KEPT.search(other).group(1))))
    begin_write().execute(update(Upload).where(Upload.id == KEPT.search(page).group(1)).values(body=body))
    db.session.commit()
    assert "This preview is over" in confirm(hana, page, status=409)


def test_a_directory_that_changed_meanwhile_is_noticed_and_what_would_change_now_is_shown(cast):
    hana = cast.visitor(HANA)
    page = upload(hana, f"email,team\n{ALICE},Care\n")
    load(f"email,team\n{ALICE},Board\n")
    now = confirm(hana, page, status=409)
    assert "The directory has changed in the meantime" in now
    assert '<del translate="no">Board</del>' in now
    confirm(hana, now)
    assert (ALICE, "Care", today(), FOREVER) in state()[1]


SPANS = ({"first": "2026-08-03", "last": "2026-08-14"}, {"first": "2026-09-07", "last": "2026-09-08"})
NAMES = ({"source": "crm", "identity": "al"}, {"source": "shop", "identity": "a1"})
DAYS = ({"day": "2028-12-25", "name": "Christmas"}, {"day": "2028-12-26", "name": "Boxing day"})
TEAMS = ({"wave": "first", "team": "Sales"}, {"wave": "first", "team": "Care"})
ACTORS = ({"source": "crm", "actor": "u17", "who": ALICE}, {"source": "crm", "actor": "u18", "who": ALICE})


@pytest.mark.parametrize(
    ("path", "forms", "stored"),
    [
        ("/hr/people/{}/absences", SPANS, lambda known, who: len(known.absences[who])),
        ("/hr/people/{}/identities", NAMES, lambda known, who: list(known.identities.values()).count(who)),
        ("/hr/calendar/2028", DAYS, lambda _known, _who: len(calendar.holidays(2028))),
        ("/hr/waves", TEAMS, lambda known, _who: len(known.waves)),
        ("/hr/people/unmatched", ACTORS, lambda known, who: list(known.identities.values()).count(who)),
    ],
)
def test_what_two_people_add_at_the_same_moment_is_both_there(cast, monkeypatch, path, forms, stored):
    load(f"email,team\n{ALICE},Sales\n{HANA},Care\n")
    facts.changed(begin_write(), rescore=False)
    for form in ACTORS:
        row = {"source": "crm", "actor": form["actor"], "seen": 1}
        db.session.connection().execute(insert(Stranger).values(row))
    db.session.commit()
    alice, one, other = cast.number(ALICE), cast.visitor(HANA), cast.visitor(ADA)
    before = fresh(lambda: _before(stored, alice))
    begin, path = outcome.begin, path.format(alice)

    def second(*given):
        """Let somebody else be quicker, once the page has looked and before it stores."""
        monkeypatch.undo()
        text(other.post(path, forms[1]), 303)
        return begin(*given)

    monkeypatch.setattr(outcome, "begin", second)
    text(one.post(path, forms[0]), 303)
    assert fresh(lambda: stored(facts.current(), alice)) == before + 2


def _before(stored, who):
    try:
        return stored(facts.current(), who)
    except KeyError:  # nothing of theirs yet
        return 0


def test_two_who_confirm_at_once_store_one_after_the_other_what_each_of_them_saw(cast):
    pages = {who: upload(cast.visitor(who), f"email,team\n{ALICE},{who[:3]}\n") for who in (HANA, ADA)}
    visitors = {who: cast.visitor(who) for who in pages}
    kept = {who: {"kept": KEPT.search(page).group(1)} for who, page in pages.items()}
    proofs = {who: visitors[who].proof() for who in pages}

    def send(who):
        form = kept[who] | {"csrf_token": proofs[who]}
        return lambda: (
            visitors[who].client.post(f"{UPLOAD}/confirm", data=form, headers=visitors[who].headers).status_code
        )

    assert sorted(at_once(*(send(who) for who in pages))) == [303, 409]


def test_a_list_is_compared_also_while_another_one_brings_a_team(cast, monkeypatch):
    ada = cast.visitor(ADA)
    kept = KEPT.search(upload(ada, f"email,team\n{ALICE},Newcomers\n")).group(1)
    spans = storage._spans

    def meanwhile(*given):
        monkeypatch.undo()
        assert at_once(lambda: ada.post(f"{UPLOAD}/confirm", {"kept": kept}).status_code) == [303]
        return spans(*given)

    monkeypatch.setattr(storage, "_spans", meanwhile)
    assert "Others" in upload(cast.visitor(HANA), f"email,team\n{ALICE},Others\n")


def test_whoever_is_not_in_the_file_stays_unless_it_is_said_that_they_left(cast):
    hana = cast.visitor(HANA)
    page = upload(hana, f"email\n{HANA}\n{ADA}\n{MEI}\n{ALICE}\n")
    assert "there is nothing to store" in page
    page = upload(hana, f"email\n{HANA}\n{ADA}\n{MEI}\n{ALICE}\n", absent="leave")
    assert "1 person leaves" in page
    confirm(hana, page)
    assert [row[5] for row in state()[0] if row[0] == BOB] == [today()]
    assert cast.visitor(BOB).get("/").status_code == 303, "whoever left is out"


def test_nobody_leaves_by_their_own_file(cast):
    page = upload(cast.visitor(HANA), f"email\n{ADA}\n{MEI}\n{ALICE}\n{BOB}\n", absent="leave", status=422)
    assert "you would leave yourself" in page


def test_a_file_by_which_many_would_leave_has_to_be_confirmed_twice(cast):
    load("email\n" + "".join(f"p{number}@example.com\n" for number in range(20)))
    hana, before = cast.visitor(HANA), state()
    page = upload(hana, f"email\n{HANA}\n{ADA}\n", absent="leave")
    assert "is this really the list of everybody?" in page
    again = confirm(hana, page, status=422)
    assert "Tick this to store the list" in again
    assert state() == before
    confirm(hana, again, sure="1")
    assert sum(row[5] == today() for row in state()[0]) == 23


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("absences", f"email,from,until\n{ALICE},2026-08-03,2026-08-17\n", "2026-08-03/2026-08-17"),
        ("holidays", "day,name\n2027-12-25,Christmas\n", "Christmas"),
        ("waves", "wave,team,from,until\nfirst,Sales,2026-09-01,\n", "Sales 2026-09-01/.."),
    ],
)
def test_other_lists_are_shown_before_they_are_stored_too(cast, kind, raw, said):
    hana = cast.visitor(HANA)
    page = upload(hana, raw, kind)
    assert said in page
    confirm(hana, page, kind)
    assert "there is nothing to store" in upload(hana, raw, kind)
    assert len(entries()) == 1


ROWS = st.lists(
    st.tuples(
        st.sampled_from([ALICE, BOB, MEI, "new@example.com", "other@example.com"]),
        st.sampled_from(["", "Sales", "Care", "Board; Care"]),
        st.sampled_from(["", MEI, ADA]),
        st.sampled_from(["", "2026-01-05", "2026-11-01"]),
    ),
    unique_by=lambda row: row[0],
)


@settings(max_examples=25)
@given(rows=ROWS, leave=st.booleans())
def test_what_is_shown_is_what_happens(new_app, database, rows, leave):
    with new_app(database):
        load(CAST)
        head = "email,team,manager,hired_on\n"
        people = people_csv.read((head + "".join(",".join(row) + "\n" for row in rows)).encode())
        missing = today() if leave else None
        shown = fresh(lambda: directory.compare_people(people, on=today(), missing=missing))
        before = {row[0]: row for row in state()[0]}
        stored = directory.load_people(people, on=today(), missing=missing, seen=None if shown.faults else shown.mark)
        db.session.commit() if not stored.faults else db.session.rollback()
        assert [one[2:] for one in stored.changes] == [one[2:] for one in shown.changes]
        after = {row[0]: row for row in state()[0]}
        assert {one.email for one in shown.changes if one.kind == "new"} == after.keys() - before.keys()
        columns = ("email", "name", "role", "manager", "hired_on", "left_on", "employee_no")
        told = {(one.email, name): after for one in shown.changes for name, _, after in one.fields}
        for email, row in after.items():
            for name, value in zip(columns[1:], row[1:], strict=True):
                if email in before and before[email][columns.index(name)] != value:
                    written = iso(value) if name in {"hired_on", "left_on"} and value else value
                    assert told[email, name] == written
        again = fresh(lambda: directory.compare_people(people, on=today(), missing=missing))
        assert shown.faults or not again.changes, "the same list changes nothing again"


def test_20000_rows_are_shown_in_seconds_with_as_many_queries_as_two(cast):
    hana = cast.visitor(HANA)
    row = "p{0}@example.com,Person {0},Team {1},mei@example.com,2026-01-05,crm=u{0},{0}\n"
    head = "email,name,team,manager,hired_on,identities,employee_no\n"
    spent = []
    for rows in (2, 20_000):
        raw = head + "".join(row.format(number, number % 200) for number in range(rows))
        hana.get(UPLOAD)  # the first visit notes that there was one
        started = time.monotonic()
        with counted(db.engine) as sent:
            page = upload(hana, raw)
        spent.append((len(sent), time.monotonic() - started))
    assert "20,000 people are new" in page
    assert spent[0][0] == spent[1][0], "a query per row"
    assert spent[1][1] < 10
    confirm(hana, page)
    assert len(state()[0]) == 20_005


# --- one person


def person(app, email=ALICE):
    return f"/hr/people/{app.number(email)}"


def change(app, form, status=303, whose=ALICE, **fields):
    return text(app.visitor(HANA).post(f"{person(app, whose)}/{form}", fields), status)


def test_a_person_moves_from_a_day_on_and_the_former_team_stays_in_the_past(cast):
    day = today() + 7
    change(cast, "move", team="Care", on=iso(day), why="asked for it")
    assert [row[1:] for row in state()[1] if row[0] == ALICE] == [
        ("Care", day, FOREVER),
        ("Sales", 1, day),
    ]
    assert entries()[-1].why == "asked for it"
    assert "asked for it" in text(cast.visitor(HANA).get(person(cast)))


def test_the_days_of_a_membership_are_corrected_or_taken_away(cast):
    (team,) = fresh(lambda: facts.current().teams_on(cast.number(ALICE), today()))
    change(cast, "membership", team=team, starts=1, first="2026-03-01", last="2026-03-31")
    starts, ends = date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal()
    assert [row[1:] for row in state()[1] if row[0] == ALICE] == [("Sales", starts, ends)]
    page = change(cast, "membership", 422, team=team, starts=starts, first="2026-05-01", last="2026-04-01")
    assert "No day is left" in page
    assert 'value="2026-05-01"' in page, "what was typed is kept"
    change(cast, "membership", team=team, starts=starts, remove="1")
    assert [row for row in state()[1] if row[0] == ALICE] == []
    change(cast, "membership", 404, team=team, starts=starts, remove="1")


def test_absences_are_added_changed_and_taken_away(cast):
    def away():
        return fresh(lambda: [tuple(row) for row in db.session.execute(select(Absence.starts, Absence.ends))])

    change(cast, "absences", first="2026-08-03", last="2026-08-14")
    (span,) = away()
    assert span == (date(2026, 8, 3).toordinal(), date(2026, 8, 15).toordinal())
    page = change(cast, "absences", 422, first="2026-08-03", last="2026-08-01")
    assert "The last day is before the first." in page
    change(cast, "absences", starts=span[0], ends=span[1], first="2026-08-10", last="2026-08-14")
    (span,) = away()
    assert span[0] == date(2026, 8, 10).toordinal()
    change(cast, "absences", starts=span[0], ends=span[1], remove="1")
    assert away() == []
    change(cast, "absences", 404, starts=span[0], ends=span[1], remove="1")


def test_details_are_changed_with_before_and_after(cast):
    form = {"name": "Alice B", "email": ALICE, "employee_no": "0018", "language": "ru"}
    change(cast, "details", **form)
    told = [json.loads(one.after) for one in entries(f"participant/{cast.number(ALICE)}")]
    assert told == [
        {"email": ALICE, "name": "Alice B", "employee_no": "0018"},
        {"language": "ru"},
    ]
    page = change(cast, "details", 422, **(form | {"email": BOB}))
    assert "Somebody here has this address already." in page
    page = change(cast, "details", 422, whose=MEI, **form)
    assert "Somebody here" in page
    change(cast, "details", **(form | {"email": "Alice.B@example.com"}))
    assert cast.number("alice.b@example.com")
    assert "Nothing was different" not in text(
        cast.visitor(HANA).get(f"/hr/people/{cast.number('alice.b@example.com')}")
    )


def test_identities_come_and_go_and_are_not_taken_from_somebody_else(cast):
    change(cast, "identities", source="office", identity="al;ice=1")
    assert ("office", "al;ice=1", ALICE) in state()[2]
    page = change(cast, "identities", 422, source="crm", identity="bob")
    assert "This is Bob" in page
    change(cast, "identities", source="office", identity="al;ice=1", remove="1")
    assert ("office", "al;ice=1", ALICE) not in state()[2]


def test_whoever_leaves_is_out_and_all_history_stays_and_whoever_returns_has_both_times(cast):
    alice, yesterday = cast.visitor(ALICE), today() - 1
    assert alice.get("/").status_code == 200
    change(cast, "stay", first="", last=iso(yesterday), why="new job")
    assert alice.get("/").status_code == 303
    assert (ALICE, "Sales", 1, today()) in state()[1]
    change(cast, "return", 422, first=iso(yesterday), team="Care")
    change(cast, "return", first=iso(today()), team="Care")
    assert [row[1:] for row in state()[1] if row[0] == ALICE] == [
        ("Care", today(), FOREVER),
        ("Sales", 1, today()),
    ]
    assert cast.visitor(ALICE).get("/").status_code == 200


def test_nobody_locks_themselves_out(cast):
    page = text(cast.visitor(HANA).post(f"{person(cast, HANA)}/stay", {"first": "", "last": iso(today() - 1)}), 422)
    assert "That would be you" in page


def test_somebody_new_is_entered_by_a_form(cast):
    form = {"email": "New@example.com", "name": "Nell", "team": "Sales; Lab", "manager": MEI, "hired_on": "2026-01-05"}
    hana = cast.visitor(HANA)
    text(hana.post("/hr/people/new", form), 303)
    assert [row[1] for row in state()[1] if row[0] == "new@example.com"] == ["Lab", "Sales"]
    assert "Since Monday 5 January 2026" in text(hana.get(f"/hr/people/{cast.number('new@example.com')}"))
    page = text(hana.post("/hr/people/new", form), 422)
    assert "Somebody here has this address already." in page
    assert 'value="Nell"' in page
    page = text(hana.post("/hr/people/new", form | {"email": "x@example.com", "hired_on": "soon"}), 422)
    assert "is no date" in page


@pytest.mark.parametrize("value", ["=cmd|x", "\x00", "a" * 300, "\u202e", "'; DROP TABLE participant; --", "💥\ud83d"])
def test_hostile_words_are_stored_as_they_are_or_refused_beside_the_field(cast, value):
    form = {"name": value, "email": ALICE, "why": value}
    answer = cast.visitor(HANA).post(
        f"{person(cast)}/details", {key: text.encode("utf-8", "replace") for key, text in form.items()}
    )
    assert answer.status_code in {303, 422}


# --- teams and the calendar


def test_teams_are_made_and_renamed_and_the_former_name_is_in_the_journal(cast):
    hana = cast.visitor(HANA)
    text(hana.post("/hr/teams", {"name": "Lab"}), 303)
    assert "There is a team of this name already." in text(hana.post("/hr/teams", {"name": "Sales"}), 422)
    (sales,) = fresh(lambda: db.session.scalars(select(Team.id).where(Team.name == "Sales")).all())
    text(hana.post(f"/hr/teams/{sales}", {"name": "Sales North", "why": "there are two now"}), 303)
    told = entries(f"team/{sales}")[-1]
    assert (json.loads(told.before), json.loads(told.after), told.why) == (
        {"name": "Sales"}, {"name": "Sales North"}, "there are two now",
    )  # fmt: skip
    assert (ALICE, "Sales North", 1, FOREVER) in state()[1]
    assert "Care" in text(hana.post(f"/hr/teams/{sales}", {"name": "Care"}), 422)


def test_holidays_are_added_taken_away_and_copied_to_the_next_year(cast):
    def kept():
        rows = fresh(lambda: db.session.execute(select(Holiday.day, Holiday.name).order_by(Holiday.day)).all())
        return [(iso(day), name) for day, name in rows]

    hana = cast.visitor(HANA)
    text(hana.post("/hr/calendar/2028", {"day": "2028-12-25", "name": "Christmas"}), 303)
    text(hana.post("/hr/calendar/2028", {"day": "2028-02-29", "name": "Leap"}), 303)
    assert "Christmas" in text(hana.get("/hr/calendar/2028"))
    assert "This day is not in 2028." in text(hana.post("/hr/calendar/2028", {"day": "2027-01-01"}), 422)
    text(hana.post("/hr/calendar/2028/copy"), 303)
    assert kept() == [("2028-02-29", "Leap"), ("2028-12-25", "Christmas"), ("2029-12-25", "Christmas")]
    text(hana.post("/hr/calendar/2028", {"day": "2028-12-25", "remove": "1"}), 303)
    text(hana.post("/hr/calendar/2028", {"day": "2028-02-29", "remove": "1"}), 303)
    assert kept() == [("2029-12-25", "Christmas")]
    assert entries("holiday/2028-12-25")[-1].action == "removed"
    assert hana.get("/hr/calendar/999999").status_code == 404


# --- who is this?


BOOK = """
[metric.calls]
title = "Calls"
counts = "call.completed"
measure = "count"
[reward.badge]
title = "Badge"
kind = "badge"
[incentive.three]
title = "Three calls"
metric = "calls"
reach = 3
per = "month"
earns = ["badge"]
from = 2026-01-01
"""


@pytest.fixture
def counting(cast):
    """Return the cast with a book by which calls count: whom it knows not, waits."""
    rulebook.publish(BOOK, today=today(), since=date(2026, 1, 1).toordinal(), name="book", now=1)
    db.session.commit()
    return cast


def waits(actor, count=3, source="crm"):
    events = [
        {
            "specversion": "1.0", "source": source, "id": f"{actor}-{number}", "type": "call.completed",
            "time": f"2026-03-0{1 + number % 5}T10:00:00Z", "subject": f"contact/{number}", "actor": actor, "data": {},
        }
        for number in range(count)
    ]  # fmt: skip
    receipt = intake.accept_and_commit(
        [json.dumps(one).encode() for one in events], door="test", now=time.time_ns() // 1000
    )
    assert receipt.accepted + receipt.duplicates == count


def waiting(aside=False):
    return fresh(lambda: [one.actor for one in strangers.waiting(facts.current(), aside=aside)])


def test_an_unknown_name_is_told_with_what_waits_and_credited_once_it_is_known(counting):
    waits("u17")
    hana = counting.visitor(HANA)
    page = text(hana.get("/hr/people/unmatched"))
    assert "u17" in page
    assert "3 activities wait, since" in page
    answer = hana.post("/hr/people/unmatched", {"source": "crm", "actor": "u17", "who": ALICE}, follow_redirects=True)
    assert "3 activities will be credited." in text(answer)
    assert waiting() == []
    db.session.rollback()
    rescoring.run_to_end()
    assert fresh(lambda: db.session.scalars(select(Award.holder)).all()) == [counting.number(ALICE)]
    assert json.loads(entries()[-1].after)["identities"] == "crm=alice; crm=u17"


def test_an_unknown_name_is_told_before_any_rule_counts_what_it_does(cast):
    waits("u17")
    waits("alice")
    assert waiting() == ["u17"]
    hana = cast.visitor(HANA)
    assert "3 activities wait, since" in text(hana.get("/hr/people/unmatched"))
    text(hana.post("/hr/people/unmatched", {"source": "crm", "actor": "u17", "who": ALICE}), 303)
    assert waiting() == []


def test_suggestions_name_the_likeliest_first_and_say_why(counting):
    for actor in ("Alice <ALICE@example.com>", "bob@elsewhere.example", "Bobb", "xyz", "4711"):
        waits(actor)
    load(f"email,identities\n{MEI},crm=mei;office=Boss M\n")
    waits("boss m", source="third")

    def guessed():
        guesses = strangers.Guesses(facts.current())
        emails = {one.id: one.email for one in facts.current().people.values()}
        actors = [one.actor for one in strangers.waiting(facts.current())]
        return {actor: [(emails[one.participant], one.why) for one in guesses.of(actor)] for actor in actors}

    assert fresh(guessed) == {
        "Alice <ALICE@example.com>": [(ALICE, "address")],
        "bob@elsewhere.example": [(BOB, "local")],
        "Bobb": [(BOB, "name")],
        "boss m": [(MEI, "elsewhere")],
        "xyz": [],
        "4711": [],
    }


def test_what_is_certain_is_confirmed_at_once_and_nothing_else(counting):
    waits("Alice <alice@example.com>")
    waits("xyz")
    hana = counting.visitor(HANA)
    page = text(hana.get("/hr/people/unmatched"))
    assert "1 is certain" in page
    good = json.dumps(["crm", "Alice <alice@example.com>", ALICE])
    for forged in (
        json.dumps(["crm", "xyz", ALICE]),
        json.dumps(["crm", "Alice <alice@example.com>", BOB]),
        "{",
        "[1]",
    ):
        text(hana.post("/hr/people/unmatched/certain", {"match": forged}), 303)
        assert len(waiting()) == 2
    text(hana.post("/hr/people/unmatched/certain", {"match": good}), 303)
    assert waiting() == ["xyz"]


def test_a_robot_is_put_aside_and_can_come_back(counting):
    waits("robot")
    hana = counting.visitor(HANA)
    text(hana.post("/hr/people/unmatched/aside", {"source": "crm", "actor": "robot"}), 303)
    assert (waiting(), waiting(aside=True)) == ([], ["robot"])
    waits("robot", count=5)
    assert waiting() == [], "what it does later does not bring it back"
    assert "robot" in text(hana.get("/hr/people/unmatched?show=aside"))
    text(
        hana.post("/hr/people/unmatched/aside", {"source": "crm", "actor": "robot", "back": "1", "show": "aside"}), 303
    )
    assert waiting() == ["robot"]
    assert [one.action for one in entries("stranger/crm/robot")] == ["changed", "changed"]


def test_whoever_is_named_for_an_unknown_name_has_to_exist(counting):
    waits("u17")
    page = text(
        counting.visitor(HANA).post("/hr/people/unmatched", {"source": "crm", "actor": "u17", "who": "x@example.com"}),
        422,
    )
    assert "Nobody has the e-mail address x@example.com." in page
    assert 'value="x@example.com"' in page


def test_many_unknown_names_cost_no_query_each(counting):
    hana, spent = counting.visitor(HANA), []
    for many in (2, 40):
        for number in range(many):
            waits(f"v{many}-{number}")
        hana.get("/hr/people/unmatched")
        with counted(db.engine) as sent:
            text(hana.get("/hr/people/unmatched"))
        spent.append(len(sent))
    assert spent[0] == spent[1]
    assert fresh(lambda: db.session.scalar(select(func.count()).select_from(Stranger))) == 42
