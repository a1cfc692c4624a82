"""What a record is called, and where the CRM shows it: never anywhere else."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event

from adoption import languages
from adoption import records
from adoption import telling
from adoption.extensions import db
from adoption.records import Card
from adoption.records import LinkError
from tests.house import MONDAY
from tests.house import SOURCE
from tests.house import House

TEMPLATE = "https://crm.example.com/{kind}s/{id}"
BOOK = """
[metric.calls]
counts = "call.completed"
"""


@pytest.fixture
def house(app):
    return House(BOOK)


def card(record):
    db.session.rollback()
    return records.cards([record])[record]


# --- what it is called


def test_a_record_is_called_as_the_newest_activity_of_its_own_kind_says(house):
    house.did("Alice", "contact.created", "contact/1", at="09:00", name="Nora Lund", company="Fjord & Field")
    house.did("Alice", "contact.updated", "contact/1", at="10:00", name="Nora Berg")
    house.did("Alice", "task.created", "contact/1", at="11:00", title="Send samples", name="Not hers")
    house.did("Alice", "contact.updated", "contact/1", at="12:00")
    assert card("contact/1")[:3] == ("contact/1", "Nora Berg", "Fjord & Field")


def test_a_name_that_was_taken_back_is_none(house):
    house.did("Alice", "contact.created", "contact/1", at="09:00", name="Nora Lund")
    wrong = house.did("Alice", "contact.updated", "contact/1", at="10:00", name="Oops")
    house.did("Alice", "contact.corrected", "contact/1", retracts=wrong)
    assert card("contact/1").name == "Nora Lund"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"name": "Nora"}, "Nora"),
        ({"title": "Big deal"}, "Big deal"),
        ({"subject": "Broken pump"}, "Broken pump"),
        ({"name": "", "title": "  ", "subject": "Pump"}, "Pump"),
        ({"firstname": "Nora", "lastname": "Lund"}, "Nora Lund"),
        ({"first_name": "Nora"}, "Nora"),
        ({"name": 42}, "42"),
        ({"name": ["Nora"]}, None),
        ({"name": True}, None),
        ({"name": "No\u202era\n\u0007 Lund"}, "No ra Lund"),  # nothing that turns text around or breaks lines
        ({"name": "x" * 300}, "x" * 119 + "…"),
        ({}, None),
    ],
)
def test_names_are_found_and_cleaned(house, data, name):
    event = house.event("Alice", "contact.created", "contact/1")
    house.send(event | {"data": data})
    assert card("contact/1").name == name


def test_a_company_may_be_said_by_anything(house):
    house.did("Alice", "call.completed", "contact/1", company="Larch Bakery")
    house.did("Alice", "company.created", "company/2", name="Larch Bakery", company="Larch Bakery")
    assert card("contact/1")[1:3] == (None, "Larch Bakery")
    assert card("company/2")[1:3] == ("Larch Bakery", None)  # not said twice


def test_a_name_is_found_behind_many_newer_activities(house):
    house.did("Alice", "contact.created", "contact/1", on=MONDAY - timedelta(days=30), name="Nora")
    house.send(*(house.event("Alice", "call.completed", "contact/1") for _ in range(60)))
    assert card("contact/1").name == "Nora"


def test_what_nobody_ever_said_anything_about_has_a_card_too(house):
    assert card("contact/404") == Card("contact/404")
    assert records.cards([None, ""]) == {}


def test_many_records_cost_as_many_queries_as_one(house):
    for number in range(30):
        house.did("Alice", "contact.created", f"contact/{number}", name=f"Nora {number}")
    seen = []

    def note(*args):
        seen.append(args[2])

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    found = records.cards(f"contact/{number}" for number in range(30))
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    assert [found[f"contact/{number}"].name for number in (0, 29)] == ["Nora 0", "Nora 29"]
    assert len([one for one in seen if one != "BEGIN"]) == 2


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (Card("contact/42", "Nora"), "Nora"),
        (Card("contact/42"), "Contact 42"),
        (Card("deal/7/x"), "Deal 7/x"),
        (Card("offer/9"), "offer/9"),
        (Card("42"), "42"),
        (Card("contact/"), "contact/"),
    ],
)
def test_a_record_without_a_name_is_called_by_its_kind_and_number(sqlite_app, card, said):
    with languages.speaking("en"):
        assert telling.record(card) == said


# --- where the CRM shows it


def test_the_link_is_that_of_the_source_which_knows_the_record(house):
    house.did("Alice", "contact.created", "contact/1", name="Nora")
    records.link("elsewhere", "https://elsewhere.example/{id}")
    db.session.commit()
    assert card("contact/1").link is None
    records.link(SOURCE, TEMPLATE)
    db.session.commit()
    assert card("contact/1").link == "https://crm.example.com/contacts/1"
    records.link(SOURCE, None)
    db.session.commit()
    assert card("contact/1").link is None


@pytest.mark.parametrize(
    ("record", "address"),
    [
        ("contact/42", "https://crm.example.com/contacts/42"),
        ("contact/4 2", "https://crm.example.com/contacts/4%202"),
        ("contact/a/b", "https://crm.example.com/contacts/a%2Fb"),
        ("contact/?x=1#y", "https://crm.example.com/contacts/%3Fx%3D1%23y"),
        ("contact/../admin", "https://crm.example.com/contacts/..%2Fadmin"),
        ("contact/田", "https://crm.example.com/contacts/%E7%94%B0"),
        ('contact/"><b>', "https://crm.example.com/contacts/%22%3E%3Cb%3E"),
        ("contact/..", None),
        ("../contact", None),
        ("contact/", None),
        ("/42", None),
        ("42", None),
    ],
)
def test_values_are_encoded_into_the_address(record, address):
    assert records.address(TEMPLATE, record) == address


def test_a_template_may_use_all_of_the_record():
    assert records.address("https://x.example/go?r={record}", "deal/7") == "https://x.example/go?r=deal%2F7"
    assert records.address("https://x.example/{id}{id}", "deal/{id}") == "https://x.example/%7Bid%7D%7Bid%7D"


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_of_a_record_leads_to_another_place(kind, number):
    address = records.address(TEMPLATE, f"{kind}/{number}")
    if address is None:
        return
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "crm.example.com", "", "")
    assert parts.path.count("/") == 2
    assert address.isascii()
    assert not set(address) & set(" \"'<>\\")


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({id})",
        "JavaScript://x/{id}",
        "data:text/html,{id}",
        "ftp://crm.example.com/{id}",
        "//crm.example.com/{id}",
        "crm.example.com/{id}",
        "https:///{id}",
        "https://{id}.example.com/",
        "https://{kind}/{id}",
        "https://crm.example.com@evil.example/{id}",
        "https://crm.example.com:x/{id}",
        "https://crm.example.com/{ID}",
        "https://crm.example.com/{id",
        "https://crm.example.com/}{id}",
        "https://crm.example.com/{}{id}",
        "https://crm.example.com/contacts",
        "https://crm.example.com/{kind}",
        "https://crm.example.com/{id} x",
        "https://crm.example.com/{id}\n",
        " https://crm.example.com/{id}",
        'https://crm.example.com/{id}"',
        "https://crm.example.com\\{id}",
        "https://crm.example.com/{id}" + "x" * 1_000,
        "",
    ],
)
def test_what_is_no_address_of_a_record_is_refused(house, template):
    with pytest.raises(LinkError):
        records.link(SOURCE, template)
    assert records.templates() == {}


def test_a_link_is_set_shown_and_removed_by_command(app, runner):
    assert "shows its records nowhere" in runner.invoke(args=["sources", "link", "crm"]).output
    assert runner.invoke(args=["sources", "link", "crm", TEMPLATE]).output == f"crm shows its records at {TEMPLATE}\n"
    assert runner.invoke(args=["sources", "link", "crm"]).output == f"{TEMPLATE}\n"
    refused = runner.invoke(args=["sources", "link", "crm", "javascript:{id}"])
    assert refused.exit_code == 1
    assert "write an address like https://crm.example.com/{kind}s/{id}" in refused.output
    assert runner.invoke(args=["sources", "link", "crm", "--remove"]).output == "crm shows its records nowhere\n"
    assert "nowhere" in runner.invoke(args=["sources", "link", "crm"]).output
