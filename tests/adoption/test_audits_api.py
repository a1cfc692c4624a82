"""Audits for machines: create one, ask how it stands, list its rows, close them; and nobody else's."""

import time

import pytest
from sqlalchemy import select

from adoption import auth
from adoption.extensions import db
from adoption.models import Audit
from tests.house import House

BOOK = '[metric.contacts]\ncounts = "contact.created"\n'
SHEET = {
    "name": "from the old system",
    "customers": [
        {"name": "Anna Weber", "email": "anna@acme.example", "value": "12.500,50"},
        {"name": "=Jan Roth", "company": "Gamma", "phone": "030 1234567"},
    ],
}


@pytest.fixture
def house(app):
    house = House(BOOK, people=("Alice", "Bob"))
    house.did("Bob", "contact.created", "contact/1", name="Anna Weber", email="anna@acme.example")
    return house


def asking(app, who):
    """Return how somebody asks with a token of their own; ``None``: with one that belongs to nobody."""
    email = who and f"{who.lower()}@example.com"
    token = auth.create_token(f"t{time.time_ns()}", ("audits:run",), email=email, now=time.time_ns() // 1000)
    db.session.commit()
    client = app.test_client()

    def ask(method, path, status, **more):
        answer = client.open(
            f"/api/v1/audits{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **more
        )
        assert answer.status_code == status, answer.get_json()
        db.session.rollback()
        return answer.get_json()

    return ask


def test_customers_are_compared_listed_and_closed(house, app):
    ask = asking(app, "Alice")
    made = ask("POST", "", 201, json=SHEET)
    assert (made["state"], made["rows"], made["todo"], made["contacts"]) == ("open", 2, 1, 1)
    where = f"/{made['number']}"
    found = ask("GET", f"{where}/rows", 200)
    assert [(one["name"], one["verdict"], one["line"]) for one in found["rows"]] == [("=Jan Roth", "missing", 3)]
    assert ask("GET", f"{where}/rows?show=all&q=weber", 200)["rows"][0]["value"] == "12500.50"
    assert ask("POST", f"{where}/rows/3", 200, json={"does": "not_ours"})["todo"] == 0
    ask("POST", f"{where}/rows/3", 409, json={"does": "not_ours"})
    ask("POST", f"{where}/rows/999", 409, json={"does": "not_ours"})
    ask("POST", f"{where}/rows/3", 422, json={"does": "explode"})
    assert ask("GET", where, 200)["closed"] == 1


def test_what_is_not_ones_own_does_not_exist(house, app):
    number = asking(app, "Alice")("POST", "", 201, json=SHEET)["number"]
    bob = asking(app, "Bob")
    for path in (f"/{number}", f"/{number}/rows", "/999999999", "/99999999999999999999"):
        bob("GET", path, 404)
    bob("POST", f"/{number}/rows/3", 404, json={"does": "put_off"})
    bob("POST", "", 403, json=SHEET | {"shared": True})
    asking(app, None)("POST", "", 403, json=SHEET)
    assert len(db.session.scalars(select(Audit.id)).all()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"customers": []},
        {"name": ""},
        {"country": "x"},
        {"customers": [{"colour": "red"}]},
        {"customers": [{"name": 5}]},
    ],
)
def test_what_is_no_sheet_is_refused_and_named(house, app, wrong):
    asking(app, "Alice")("POST", "", 422, json=SHEET | wrong)
    assert db.session.scalars(select(Audit.id)).all() == []


def test_customers_without_anything_to_compare_are_no_rows(house, app):
    made = asking(app, "Alice")("POST", "", 201, json=SHEET | {"customers": [{"notes": "x"}, {"name": "A\0B"}]})
    assert made["rows"] == 1


def test_what_customers_say_of_themselves_never_moves_a_column(house, app):
    some = [
        {"name": f"Nr {n}", "company": f"Ha, Bo {n}" if n % 2 else "Ha", "notes": "tea; no calls"} for n in range(9)
    ]
    ask = asking(app, "Alice")
    made = ask("POST", "", 201, json=SHEET | {"customers": some})
    found = ask("GET", f"/{made['number']}/rows", 200)["rows"]
    assert [(row["name"], row["company"]) for row in found] == [(one["name"], one["company"]) for one in some]


def test_what_no_database_stores_is_left_out(house, app):
    made = asking(app, "Alice")("POST", "", 201, json={"name": "A\0B\ud800", "customers": [{"name": "Anna \ud800"}]})
    assert (made["name"], made["rows"]) == ("AB?", 1)
