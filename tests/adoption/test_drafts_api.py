"""The book and its drafts through the API: several people, one approval, and the same answers as everywhere."""

import pytest

from adoption import auth
from adoption import rulebook
from adoption.extensions import db
from adoption.models import Participant
from rules.book import composing
from tests.staff import BOOK as STARTER

BOOK = STARTER.read_text(encoding="utf-8")
LUNCH = ("reward", "free-lunch")
CHEAP = '[reward.free-lunch]\ntitle = "Soup"\nkind = "voucher"\n'
MORE = composing.part(BOOK, LUNCH).replace("amount = 1000", "amount = 1600")
ROLES = {"Hana": "hr", "Hugo": "hr", "Ann": "approver", "Ada": "admin", "Alice": "employee"}


@pytest.fixture
def ask(app, client):
    """Return a function that asks the API as somebody."""
    tokens = {}
    with app.app_context():
        for name, role in ROLES.items():
            db.session.add(Participant(email=f"{name.lower()}@example.com", name=name, role=role))
        db.session.commit()
        rulebook.publish(BOOK, today=740_000, since=739_000, name="starter", now=1)
        db.session.commit()
        for name in ROLES:
            tokens[name] = auth.create_token(name, ["admin"], email=f"{name.lower()}@example.com", now=1)
            db.session.commit()
        tokens["a machine"] = auth.create_token("machine", ["admin"], email=None, now=1)
        db.session.commit()

    def asked(who, method, path, body=None):
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        found = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        db.session.rollback()
        return found

    return asked


def ok(response, status=200):
    assert response.status_code == status, response.get_data(as_text=True)
    return response.json


def begun(ask, changes=((LUNCH, CHEAP),), who="Hana"):
    draft = ok(ask(who, "POST", "/drafts", {"title": "Cheaper"}), 201)
    definitions = [{"kind": kind, "key": key, "text": text} for (kind, key), text in changes]
    body = {"revision": draft["revision"], "definitions": definitions}
    return ok(ask(who, "PATCH", f"/drafts/{draft['number']}/definitions", body))


def step(ask, who, draft, name, **more):
    return ask(who, "POST", f"/drafts/{draft['number']}/{name}", {"revision": draft["revision"], **more})


def test_the_newest_book_is_read_as_text_and_as_sentences(ask):
    found = ok(ask("Ann", "GET", "/book?language=ru"))
    assert found["text"] == BOOK
    kinds = {one["kind"] for one in found["definitions"]}
    assert kinds == {"milestone", "metric", "reward", "incentive", "board", "plan"}
    assert any("Разговоры" in one["title"] for one in found["definitions"])
    assert ok(ask("Ada", "GET", "/books/1")) == ok(ask("Ada", "GET", "/book"))
    assert ask("Ada", "GET", "/books/2").status_code == 404
    assert ask("Ada", "GET", f"/books/{10**30}").status_code == 404


def test_a_change_is_written_checked_compared_published_and_remembered(ask):
    draft = begun(ask)
    path = f"/drafts/{draft['number']}"
    about = {"revision": draft["revision"], "title": "Soup", "why": "cheaper", "starts": "2999-01-01"}
    draft = ok(ask("Hana", "PATCH", path, about))
    assert (draft["title"], draft["starts"], draft["changed_by"]) == ("Soup", "2999-01-01", "Hana")
    checked = ok(ask("Hana", "GET", f"{path}/check"))
    assert (checked["faults"], checked["conflicts"], checked["approval"]) == ([], [], False)
    told = ok(ask("Hana", "GET", f"{path}/differences?language=en"))
    assert {(one["kind"], one["own"]) for one in told} == {("reward", True), ("incentive", False)}
    text = ask("Hana", "GET", f"{path}/text").get_data(as_text=True)
    assert text == BOOK.replace(composing.part(BOOK, LUNCH), CHEAP)
    done = ok(step(ask, "Hana", draft, "publish"))
    assert (done["book"], done["draft"]["state"]) == (2, "published")
    assert ok(ask("Hana", "GET", "/book"))["text"] == text
    (newest, first) = ok(ask("Ann", "GET", "/books"))
    assert (newest["who"], newest["name"]) == ("Hana", "Soup")
    assert newest["changes"] == [{"action": "changes", "kind": "reward", "key": "free-lunch"}]
    assert (first["number"], first["who"]) == (1, None)
    assert [one["number"] for one in ok(ask("Ann", "GET", "/books?before=2"))] == [1]


def test_a_definition_is_shown_through_time(ask):
    key = ("incentive", "conversation-points")
    text = composing.part(BOOK, key).replace("at_most = 4", "at_most = 8")
    text = text.replace("value = 40\nearns = 4", "value = 40\nearns = 8")
    draft = begun(ask, [(key, text)])
    body = {"revision": draft["revision"], "title": "More", "starts": "2999-01-01"}
    draft = ok(ask("Hana", "PATCH", f"/drafts/{draft['number']}", body))
    ok(step(ask, "Hana", draft, "publish"))
    found = ok(ask("Hana", "GET", "/definitions/incentive/conversation-points"))
    assert [(one["ends"], one["book"]) for one in found["segments"]] == [("2999-01-01", 1), (None, 2)]
    assert "8 times" in found["segments"][1]["sentence"]
    assert [one["number"] for one in found["versions"]] == [1, 2]
    assert ok(ask("Hana", "GET", "/definitions/reward/free-lunch"))["text"] == composing.part(BOOK, LUNCH)
    for path in ("incentive/none", "figure/x", "reward/%E5%8D%88", "plan/%22"):
        assert ask("Hana", "GET", f"/definitions/{path}").status_code == 404


def test_who_comes_second_is_answered_409_with_who_was_first(ask):
    draft = begun(ask)
    other = {"revision": draft["revision"], "definitions": [{"kind": "reward", "key": "ten-points", "text": None}]}
    ok(ask("Hugo", "PATCH", f"/drafts/{draft['number']}/definitions", other))
    again = ask("Hana", "PATCH", f"/drafts/{draft['number']}/definitions", other)
    assert again.status_code == 409
    assert (again.json["type"], again.json["changed_by"], again.json["revision"]) == (
        "urn:spoonful:stale-draft", "Hugo", draft["revision"] + 1,
    )  # fmt: skip
    assert len(ok(ask("Hana", "GET", f"/drafts/{draft['number']}"))["definitions"]) == 2


def test_nobody_approves_their_own_change_and_no_machine_approves_at_all(ask):
    draft = begun(ask, [(LUNCH, MORE)])
    alone = step(ask, "Hana", draft, "publish")
    assert (alone.status_code, alone.json["type"]) == (409, "urn:spoonful:approval-needed")
    checked = ok(ask("Ann", "GET", f"/drafts/{draft['number']}/check"))
    promise = {"reward": "free-lunch", "currency": "EUR", "before": "1000.00", "after": "1600.00"}
    assert (checked["approval"], checked["promises"]) == (True, [promise])
    draft = ok(step(ask, "Hugo", draft, "send"))
    for who, kind in (("Hana", "own-draft"), ("Hugo", "own-draft"), ("a machine", "forbidden"), ("Ada", "forbidden")):
        refused = step(ask, who, draft, "approve")
        assert (refused.status_code, refused.json["type"]) == (403, f"urn:spoonful:{kind}"), who
    assert ok(ask("Ann", "GET", "/drafts?state=waiting"))[0]["state"] == "waiting"
    assert ok(step(ask, "Ann", draft, "approve"))["draft"]["decided_by"] == "Ann"


def test_a_draft_is_rejected_with_a_reason_taken_back_and_discarded(ask):
    draft = ok(step(ask, "Hana", begun(ask, [(LUNCH, MORE)]), "send"))
    assert step(ask, "Ann", draft, "reject", reason=" ").status_code == 422
    draft = ok(step(ask, "Ann", draft, "reject", reason="Too dear"))
    assert (draft["state"], draft["reason"]) == ("draft", "Too dear")
    draft = ok(step(ask, "Hana", ok(step(ask, "Hana", draft, "send")), "withdraw"))
    draft = ok(step(ask, "Hana", ok(step(ask, "Hana", draft, "rebase")), "discard"))
    assert draft["state"] == "discarded"
    assert ok(ask("Hana", "GET", "/drafts")) == []
    assert step(ask, "Hana", draft, "send").status_code == 409


def test_a_whole_book_becomes_a_draft_of_what_differs(ask):
    other = BOOK.replace("amount = 9.50", "amount = 11")
    draft = ok(ask("Hana", "POST", "/drafts", {"title": "From a file", "text": other}), 201)
    assert [(one["kind"], one["key"]) for one in draft["definitions"]] == [LUNCH]
    same = ask("Hana", "POST", "/drafts", {"title": "The same", "text": BOOK})
    assert (same.status_code, same.json["type"]) == (422, "urn:spoonful:nothing-changed")
    broken = ask("Hana", "POST", "/drafts", {"title": "Broken", "text": "[metric"})
    assert (broken.status_code, broken.json["type"]) == (422, "urn:spoonful:faulty-book")
    assert broken.json["faults"][0]["place"].startswith("line 1")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ([("reward", "x", "no TOML")], "line 1"),
        ([("reward", "x", CHEAP)], "reward.x"),
        ([("reward", "\0", None)], "reward"),
        ([("metric", "x", '[metric.x]\ncounts = "\\u0000"'), ("reward", "y", CHEAP)], "reward.y"),
    ],
)
def test_what_is_no_definition_is_refused_with_its_place(ask, changes, place):
    draft = begun(ask)
    definitions = [{"kind": kind, "key": key, "text": text} for kind, key, text in changes]
    body = {"revision": draft["revision"], "definitions": definitions}
    found = ask("Hana", "PATCH", f"/drafts/{draft['number']}/definitions", body)
    assert found.status_code == 422
    assert any(fault["place"].startswith(place) for fault in found.json["faults"]), found.json
    assert ok(ask("Hana", "GET", f"/drafts/{draft['number']}")) == draft


def test_faults_keep_a_draft_from_being_published(ask):
    draft = begun(ask, [(LUNCH, None)])
    faults = ok(ask("Hana", "GET", f"/drafts/{draft['number']}/check"))["faults"]
    assert "incentive.ten-contacts-lunch.earns" in {one["place"] for one in faults}
    found = step(ask, "Hana", draft, "publish")
    assert (found.status_code, found.json["faults"]) == (
        422,
        [{k: one[k] for k in ("place", "message")} for one in faults],
    )


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [("Hana", 200, 201), ("Ann", 200, 403), ("Ada", 200, 403), ("Alice", 403, 403), ("a machine", 403, 403)],
)
def test_hr_writes_approvers_and_admins_read_others_neither(ask, who, reads, writes):
    assert ask(who, "GET", "/book").status_code == reads
    assert ask(who, "GET", "/drafts").status_code == reads
    assert ask(who, "POST", "/drafts", {"title": "T"}).status_code == writes
