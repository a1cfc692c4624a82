"""The directory through the API: who is who, lists tried and stored, and who an unknown name is."""

import io
import json
import time
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import directory
from adoption import facts
from adoption import intake
from adoption import limits
from adoption import people_csv
from adoption import rulebook
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Stranger

HANA, ADA, MEI, ALICE, BOB, LEA = (f"{name}@example.com" for name in ("hana", "ada", "mei", "alice", "bob", "lea"))
CAST = (
    "email,name,team,manager,role,hired_on,left_on,identities,employee_no\n"
    f"{HANA},Hana,,,hr,,,,\n"
    f"{ADA},Ada,,,admin,,,,\n"
    f"{MEI},Mei,Sales,,manager,,,crm=mei,\n"
    f"{ALICE},Alice,Sales,{MEI},employee,2026-01-05,,crm=alice,0017\n"
    f"{BOB},Bob,Care,{MEI},employee,,,crm=bob,\n"
    f"{LEA},Lea,Care,,employee,2020-01-01,2021-01-01,,\n"
)
BOTH = ("people:read", "people:write")


def load(text, read=people_csv.read):
    rows = read(text.encode())
    done = directory.load_people(rows, on=today()) if read is people_csv.read else directory.load_calendar(rows)
    assert not done.faults, done.faults
    db.session.commit()


def today():
    return facts.current().today(time.time_ns() // 1000)


class Asking:
    """Somebody who asks the API with a token of their own; without an e-mail address, a service."""

    def __init__(self, app, email=None, scopes=BOTH, name="HR system"):
        token = auth.create_token(name, scopes, email=email, now=time.time_ns() // 1000)
        db.session.commit()
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def __call__(self, method, path, status=200, headers=(), **more):
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.headers | dict(headers), **more)
        db.session.rollback()
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def answer(self, path, **headers):
        found = self.client.get(f"/api/v1{path}", headers=self.headers | headers)
        db.session.rollback()
        return found


@pytest.fixture
def cast(app):
    load(CAST)
    return app


@pytest.fixture
def ask(cast):
    return Asking(cast)


def csv(ask, text, status=200, kind="people", query=""):
    more = {"data": text if isinstance(text, bytes) else text.encode(), "content_type": "text/csv"}
    return ask("POST", f"/lists/{kind}?{query}", status, **more)


def people():
    found = dict(db.session.execute(select(Participant.email, Participant.name)).all())
    db.session.rollback()
    return found


def entries(action=None):
    table = JournalEntry
    rows = db.session.execute(select(table.action, table.thing, table.name, table.why).order_by(table.number)).all()
    db.session.rollback()
    return [tuple(row) for row in rows if action in {None, row.action}]


# --- reading


def test_people_are_listed_page_by_page_in_the_order_of_their_numbers(ask):
    first = ask("GET", "/people?most=4")
    second = ask("GET", f"/people?most=4&after={first['next']}")
    assert [one["email"] for one in first["people"] + second["people"]] == [HANA, ADA, MEI, ALICE, BOB, LEA]
    assert second["next"] is None
    alice = first["people"][3]
    assert (alice["teams"], alice["manager"], alice["hired_on"], alice["left_on"], alice["employee_no"]) == (
        ["Sales"], MEI, "2026-01-05", None, "0017",
    )  # fmt: skip


def test_people_are_found_by_team_and_by_who_works_here_today(ask):
    assert [one["email"] for one in ask("GET", "/people?team=Care")["people"]] == [BOB]
    assert [one["email"] for one in ask("GET", "/people?here=0")["people"]] == [LEA]
    assert LEA not in [one["email"] for one in ask("GET", "/people?here=1")["people"]]
    gone = ask("GET", "/people?here=0")["people"][0]
    assert (gone["state"], gone["teams"]) == ("left", ["Care"])


def test_a_person_is_told_through_time(ask):
    load(f"email,team,manager\n{ALICE},Care,{BOB}\n")
    load(f"email,from,until\n{ALICE},2026-12-21,2027-01-04\n", people_csv.read_absences)
    found = ask("GET", f"/people/{ALICE}")
    day = date.fromordinal(today()).isoformat()
    assert found["memberships"] == [
        {"team": "Sales", "from": "2026-01-05", "until": day},
        {"team": "Care", "from": day, "until": None},
    ]
    assert found["managers"] == [
        {"manager": MEI, "from": "2026-01-05", "until": day},
        {"manager": BOB, "from": day, "until": None},
    ]
    assert found["absences"] == [{"from": "2026-12-21", "until": "2027-01-04"}]
    assert found["identities"] == [{"source": "crm", "id": "alice"}]


@pytest.mark.parametrize("email", ["nobody@example.com", "team:Sales", "%", "x%0ay"])
def test_who_is_not_there_is_404(ask, email):
    ask("GET", f"/people/{email}", 404)


def test_absences_holidays_and_waves_are_listed(ask):
    load(f"email,from,until\n{ALICE},2026-12-21,2027-01-04\n{BOB},2026-12-01,2026-12-02\n", people_csv.read_absences)
    load("day,name\n2026-12-25,Christmas\n2027-01-01,\n", people_csv.read_holidays)
    load("wave,team,from,until\nFirst,Sales,2026-09-01,\n", people_csv.read_waves)
    first = ask("GET", "/absences?most=1")
    assert first["absences"] == [{"email": ALICE, "from": "2026-12-21", "until": "2027-01-04"}]
    assert [one["email"] for one in ask("GET", f"/absences?after={first['next']}")["absences"]] == [BOB]
    assert [one["email"] for one in ask("GET", "/absences?day=2026-12-01")["absences"]] == [BOB]
    assert ask("GET", "/holidays?year=2026") == [{"day": "2026-12-25", "name": "Christmas"}]
    assert len(ask("GET", "/holidays")) == 2
    assert ask("GET", "/waves") == [{"wave": "First", "team": "Sales", "from": "2026-09-01", "until": None}]


def test_what_has_not_changed_is_answered_304(ask):
    for path in ("/people", f"/people/{ALICE}", "/absences", "/holidays", "/waves"):
        tag = ask.answer(path).headers["ETag"]
        same = ask.answer(path, **{"If-None-Match": tag})
        assert (same.status_code, same.get_data()) == (304, b"")
    tag = ask.answer("/people").headers["ETag"]
    load(f"email,name\n{ALICE},Alicia\n")
    assert ask.answer("/people", **{"If-None-Match": tag}).status_code == 200


def test_whoever_is_looked_at_by_a_person_s_token_is_told(cast):
    Asking(cast, HANA)("GET", f"/people/{ALICE}")
    number = facts.current().holder_of(ALICE)
    assert ("read", f"participant/{number}", "HR system", "") in [(*one[:3], one[3] or "") for one in entries("read")]


# --- lists


def test_a_list_is_tried_first_and_stored_with_the_mark_of_what_was_shown(ask):
    text = f"email,name,team\n{ALICE},Alicia,Pilots\nnew@example.com,New,Sales\n"
    tried = csv(ask, text, query="dry=1")
    assert (tried["stored"], tried["created"], tried["changed"], tried["teams"]) == (False, 1, 1, ["Pilots"])
    assert "new@example.com" not in people()
    (change,) = [one for one in tried["changes"] if one["kind"] == "changed"]
    assert change["email"] == ALICE
    assert {"name": "team", "before": "Sales", "after": "Pilots"} in change["fields"]
    done = csv(ask, text, query=f"mark={tried['mark']}&why=the%20move")
    assert (done["stored"], done["mark"]) == (True, tried["mark"])
    assert people()[ALICE] == "Alicia"
    again = csv(ask, text)
    assert (again["created"], again["changed"], again["changes"]) == (0, 0, [])
    who, why = {(name, why) for _, _, name, why in entries()[-2:]}.pop()
    assert who == "HR system"
    assert why.startswith("sha256:")
    assert why.endswith("the move")


def test_a_directory_that_changed_meanwhile_is_noticed_and_nothing_is_stored(ask):
    text = f"email,name\n{ALICE},Alicia\n"
    mark = csv(ask, text, query="dry=1")["mark"]
    load(f"email,name\n{ALICE},Alice Smith\n")
    assert csv(ask, text, 409, query=f"mark={mark}")["type"] == "urn:spoonful:outdated"
    assert people()[ALICE] == "Alice Smith"


@pytest.mark.parametrize("dry", ["dry=1", ""])
def test_a_fault_names_line_and_column_and_remedy_and_nothing_is_stored(ask, dry):
    before = people()
    text = f"E-Mail;Team;Role\n{ALICE};Pilots;employee\nnobody;Sales;hrr\n"
    said = csv(ask, text, 422, query=dry)
    assert said["type"] == "urn:spoonful:faulty-list"
    assert said["faults"] == [
        {"line": 3, "row": None, "column": "E-Mail", "message": "“nobody” is no e-mail address"},
        {"line": 3, "row": None, "column": "Role", "message": "“hrr” is no role; did you mean hr?"},
    ]
    assert people() == before
    assert ask("GET", "/people?team=Pilots")["people"] == []


def test_rows_of_json_are_read_as_a_file_that_says_the_same(ask):
    rows = [
        {"email": ALICE, "name": "Alicia\r\nSmith", "manager": None},
        {"email": "b@x", "name": "=B", "manager": MEI},
    ]
    tried = ask("POST", "/lists/people?dry=1", json={"rows": rows})
    same = csv(ask, f'email,name,manager\n{ALICE},Alicia Smith,\nb@x,"=B",{MEI}\n', query="dry=1")
    assert tried["mark"] == same["mark"]
    rows.append({"email": "bad", "name": "", "manager": ""})
    (fault,) = ask("POST", "/lists/people", 422, json={"rows": rows})["faults"]
    assert (fault["row"], fault["column"]) == (2, "email")


def test_rows_with_different_columns_are_refused_since_a_blank_says_none(ask):
    said = ask("POST", "/lists/people", 422, json={"rows": [{"email": ALICE, "team": "Care"}, {"email": BOB}]})
    assert said["errors"]["rows"]["1"]
    for wrong in ({"rows": []}, {"rows": [{"email": " "}]}, {"rows": [{"email": ALICE, "colour": "red"}]}, [], 5):
        ask("POST", "/lists/people", 422, json=wrong)
    assert ask("GET", f"/people/{ALICE}")["teams"] == ["Sales"]


def test_a_workbook_is_a_list_too(ask):
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", "name"])
        sheet.write_row(1, 0, [ALICE, "Alicia"])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert ask("POST", "/lists/people", data=raw.getvalue(), content_type=kind)["changed"] == 1
    ask("POST", "/lists/people", 415, data=b"x", content_type="image/png")
    ask("POST", "/lists/people", 400, data=b"{", content_type="application/json")
    ask("POST", "/lists/clouds", 404, data=b"x", content_type="text/csv")


def test_absences_holidays_and_waves_are_lists_too(ask):
    rows = [{"email": ALICE, "from": "2026-12-21", "until": "2027-01-04"}]
    assert ask("POST", "/lists/absences", json={"rows": rows})["created"] == 1
    assert csv(ask, "day,name\n2026-12-25,Christmas\n", kind="holidays")["created"] == 1
    tried = csv(ask, "wave,team\nFirst,Sales\n", kind="waves", query="dry=1")
    assert csv(ask, "wave,team\nFirst,Sales\n", kind="waves", query=f"mark={tried['mark']}")["created"] == 1
    (fault,) = csv(ask, "wave,team\nFirst,Nowhere\n", 422, kind="waves")["faults"]
    assert (fault["line"], fault["column"]) == (2, "team")
    assert (
        ask("POST", "/lists/absences", json={"rows": [{"email": ALICE, "from": None, "until": None}]})["removed"] == 1
    )


def test_many_leave_only_after_being_confirmed(ask):
    load("email,name\n" + "".join(f"p{n}@example.com,P{n}\n" for n in range(6)))
    text = CAST.partition("\n")[2].splitlines()[:3]
    text = "\n".join([CAST.partition("\n")[0], *text]) + "\n"
    assert csv(ask, text, query="absent=leave&dry=1")["many_leave"] is True
    refused = csv(ask, text, 409, query="absent=leave")
    assert (refused["type"], refused["left"]) == ("urn:spoonful:many-leave", 8)
    assert len(ask("GET", "/people?here=1")["people"]) == 11
    assert csv(ask, text, query="absent=leave&sure=1")["left"] == 8
    assert len(ask("GET", "/people?here=1")["people"]) == 3


def test_nobody_gives_themselves_a_role_and_only_administrators_give_guarded_ones(cast):
    hana, ada, service = Asking(cast, HANA, name="h"), Asking(cast, ADA, name="a"), Asking(cast)
    for who, text in (
        (hana, f"email,role\n{HANA},admin\n"),
        (hana, f"email,role\n{ALICE},approver\n"),
        (service, f"email,role\n{ALICE},admin\n"),
        (service, f"email,role\n{ADA},employee\n"),
        (ada, f"email,role\n{ADA},employee\n"),
    ):
        (fault,) = csv(who, text, 422)["faults"]
        assert fault["column"] == "role"
    assert csv(ada, f"email,role\n{ALICE},approver\n")["changed"] == 1
    missing = "\n".join([CAST.partition("\n")[0], f"{ADA},Ada,,,admin,,,,"]) + "\n"
    assert "you would leave yourself" in csv(hana, missing, 422, query="absent=leave&sure=1")["faults"][0]["message"]


@pytest.mark.parametrize(
    "text",
    [f"email,role\n{ADA},employee\n", f"email,left_on\n{ADA},2026-12-31\n", f"email,left_on\n{ADA},2031-01-01\n"],
)
def test_no_list_takes_the_last_administrator_away(cast, text):
    said = f"{ADA} is the last administrator; make somebody else one first"
    boss = Asking(cast, HANA, name="boss")
    load(f"email,role\n{HANA},admin\n")
    cast.extensions["tokens"].clear()
    assert csv(boss, text)["changed"] == 1  # Hana is one as well
    assert [one["message"] for one in csv(boss, f"email,left_on\n{HANA},2031-01-01\n", 422)["faults"]] == [
        said.replace(ADA, HANA)
    ]


def test_a_service_cannot_let_the_last_administrator_leave_by_leaving_them_out(cast):
    without = "\n".join(line for line in CAST.splitlines() if not line.startswith(ADA)) + "\n"
    faults = csv(Asking(cast), without, 422, query="absent=leave&sure=1")["faults"]
    assert [one["message"] for one in faults] == [f"{ADA} is the last administrator; make somebody else one first"]


def test_a_list_sent_too_often_waits(ask, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "list by token", limits.Limit(2, 60))
    for _ in range(2):
        csv(ask, "email\n", 200, query="dry=1")
    answer = ask.client.post("/api/v1/lists/people", data=b"email\n", content_type="text/csv", headers=ask.headers)
    db.session.rollback()
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


# --- one person


def test_one_person_is_written_as_a_list_of_one_row(ask):
    tried = ask("PUT", f"/people/{ALICE}?dry=1", json={"team": "Care"})
    assert (tried["stored"], tried["changed"]) == (False, 1)
    done = ask("PUT", f"/people/{ALICE}?mark={tried['mark']}&on=2026-11-02", 409, json={"team": "Care", "name": "X"})
    assert done["type"] == "urn:spoonful:outdated"
    ask("PUT", f"/people/{ALICE}?mark={tried['mark']}", json={"team": "Care"})
    found = ask("GET", f"/people/{ALICE}")
    assert (found["teams"], found["name"], found["manager"], found["employee_no"]) == (["Care"], "Alice", MEI, "0017")
    assert ask("PUT", "/people/Zoe@Example.com", 201, json={"name": "Zoe"})["created"] == 1
    assert ask("PUT", "/people/zoe@example.com", json={"name": "Zoe"})["changes"] == []
    (fault,) = ask("PUT", f"/people/{ALICE}", 422, json={"manager": "nobody@example.com"})["faults"]
    assert (fault["row"], fault["column"]) == (0, "manager")
    ask("PUT", "/people/nobody", 422, json={})
    ask("PUT", f"/people/{ALICE}", 422, json={"email": BOB})


CELLS = st.dictionaries(
    st.sampled_from(["name", "team", "role", "hired_on", "left_on", "identities", "employee_no", "manager"]),
    st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["hr", "2026-01-05", "a=b", BOB, "Care", "0017"])),
)


@given(row=CELLS)
@settings(max_examples=40)
def test_the_same_row_as_json_and_as_one_person_is_the_same_answer(one_app, row):
    ask = one_app
    answers = [
        ask.client.post("/api/v1/lists/people?dry=1", json={"rows": [{"email": ALICE, **row}]}, headers=ask.headers),
        ask.client.put(f"/api/v1/people/{ALICE}?dry=1", json=row, headers=ask.headers),
    ]
    assert answers[0].status_code == answers[1].status_code in {200, 422}
    assert answers[0].get_json().get("faults") == answers[1].get_json().get("faults")
    assert answers[0].get_json().get("mark") == answers[1].get_json().get("mark")


@pytest.fixture
def one_app(sqlite_app):
    """Return the service as it asks for all examples: nothing that is tried only changes anything."""
    load(CAST)
    return Asking(sqlite_app)


# --- unknown names


BOOK = '[metric.calls]\ncounts = "call.completed"\n'


def did(actor, number=1):
    if not facts.current().book.metrics:
        rulebook.publish(BOOK, today=today(), since=date(2026, 1, 1).toordinal(), name="book", now=1)
        db.session.commit()
    event = {"specversion": "1.0", "source": "crm", "id": f"{actor}-{number}", "type": "call.completed"}
    event |= {"time": f"2026-11-0{number}T10:00:00Z", "subject": f"contact/{number}", "actor": actor}
    receipt = intake.accept_and_commit([json.dumps(event).encode()], door="test")
    assert receipt.accepted == 1


def test_unknown_names_are_listed_with_what_waits_and_who_they_might_be(ask):
    for number in (1, 2):
        did("Bob <bob@example.com>", number)
    did("robot")
    found = ask("GET", "/strangers")
    assert found["found"] == 2
    bob = next(one for one in found["strangers"] if one["actor"].startswith("Bob"))
    assert (bob["waits"]["activities"], bob["waits"]["subject"]) == (2, "contact/2")
    assert bob["suggestions"] == [{"email": BOB, "name": "Bob", "why": "address", "sure": True}]
    assert [one["actor"] for one in ask("GET", "/strangers?first=1&most=1")["strangers"]] == ["robot"]


def test_saying_who_a_name_is_credits_what_waits_and_is_in_the_journal(ask):
    did("u77")
    body = {"source": "crm", "actor": "u77", "email": BOB, "why": "asked him"}
    told = ask("POST", "/strangers/recognise", json=body)
    assert (told["email"], told["activities"], told["rescore"]) == (BOB, 1, True)
    assert db.session.scalars(select(Identity.id).where(Identity.source == "crm")).all().count("u77") == 1
    assert db.session.scalars(select(Stranger.actor)).all() == []
    assert entries()[-1][2:] == ("HR system", "asked him")
    ask("POST", "/strangers/recognise", 404, json=body)


def test_a_name_is_put_aside_and_taken_back(ask):
    did("robot")
    one = {"source": "crm", "actor": "robot"}
    assert ask("POST", "/strangers/aside", json=one)["aside"] is True
    assert ask("GET", "/strangers")["found"] == 0
    assert [other["actor"] for other in ask("GET", "/strangers?aside=1")["strangers"]] == ["robot"]
    ask("POST", "/strangers/back", json=one)
    assert ask("GET", "/strangers")["found"] == 1
    assert [one[:3] for one in entries()[-2:]] == [("changed", "stranger/crm/robot", "HR system")] * 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"actor": "nobody"}, 404),
        ({"email": "nobody@example.com"}, 422),
        ({"email": "team:Sales"}, 422),
        ({"actor": "a\0b"}, 422),
        ({"actor": "\ud800"}, 422),
        ({"source": None}, 422),
    ],
)
def test_who_a_name_cannot_be_is_said(ask, body, status):
    did("u77")
    ask("POST", "/strangers/recognise", status, json={"source": "crm", "actor": "u77", "email": BOB} | body)
    if "email" not in body:
        ask("POST", "/strangers/aside", status, json={"source": "crm", "actor": "u77"} | body)


# --- who may


def test_reading_is_not_writing_and_who_has_left_asks_nothing(cast):
    reader = Asking(cast, HANA, ("people:read",), name="reader")
    assert csv(reader, "email\n", 403)["missing_scope"] == "people:write"
    assert reader("PUT", f"/people/{ALICE}", 403, json={})["missing_scope"] == "people:write"
    employee = Asking(cast, ALICE, BOTH, name="alice")
    employee("GET", f"/people/{ALICE}", 403)
    csv(employee, "email\n", 403)
    begin_write().execute(update(Participant).where(Participant.email == HANA).values(left_on=1))
    db.session.commit()
    cast.extensions["tokens"].clear()
    reader("GET", "/people", 401)
