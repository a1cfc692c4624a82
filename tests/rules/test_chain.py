"""Where deals break, who buys again, and what is overdue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import ownership
from rules.rollout import chain
from rules.rollout.chain import Deed

DAY = 739_579


def deal(*deeds, customer="acme"):
    told = [
        Deed(f"deal.{kind}", DAY + place, {"company": customer, **data}) for place, (kind, data) in enumerate(deeds)
    ]
    return chain.deal(told)


def test_a_deal_breaks_in_the_stage_it_was_last_seen_in():
    found = deal(
        ("created", {"stage": "Enquiry"}), ("stage_changed", {"stage": "Offer"}), ("lost", {"reason": "price"})
    )
    assert found == ("Offer", "lost", DAY + 2, "price", "acme")


def test_a_deal_that_is_taken_up_again_is_open():
    assert deal(("created", {"stage": "Offer"}), ("lost", {}), ("stage_changed", {"stage": "Talks"})).end == "open"


def test_a_deleted_deal_is_none():
    assert deal(("created", {}), ("deleted", {})) is None


def test_stages_are_listed_by_what_is_lost_in_them():
    deals = [
        deal(("created", {"stage": "Offer"}), ("lost", {})),
        deal(("created", {"stage": "Offer"}), ("won", {})),
        deal(("created", {"stage": "Enquiry"})),
    ]
    assert chain.breaks(deals) == [("Offer", 1, 0, 1), ("Enquiry", 0, 1, 0)]


def test_who_bought_once_and_long_ago_is_counted_with_the_reasons_of_later_deals():
    deals = [
        deal(("won", {}), customer="acme"),
        deal(("lost", {"lost_reason": "nobody called back"}), customer="acme"),
        deal(("won", {}), customer="byte"),
        deal(("won", {}), customer="byte"),
    ]
    assert chain.buyers(deals, DAY + 400) == (2, 1, 1, (("nobody called back", 1),))
    assert chain.buyers(deals, DAY + 30).once == 0


def record(name, *deeds):
    told = [
        ownership.Deed(place, "crm", f"e{place}", kind, DAY, who, data)
        for place, (kind, who, data) in enumerate(deeds, start=1)
    ]
    return ownership.seen(name, told, lambda _source, name: {"alice": 1}.get(name))


def test_tasks_are_overdue_in_the_team_of_whoever_is_to_do_them():
    due = {"due": "2025-11-24T12:00"}
    records = [
        record("task/1", ("task.created", 2, due | {"assignee": "alice"})),
        record("task/2", ("task.created", 2, due)),
        record("task/3", ("task.created", None, due)),
        record("task/4", ("task.created", 2, due), ("task.completed", 2, {})),
        record("task/5", ("task.created", 2, {"due_date": "2025-12-24"})),
        record("task/6", ("task.created", 2, {"due": "soon"})),
    ]
    teams = {1: 10, 2: 20} | dict.fromkeys(range(11, 15), 10) | dict.fromkeys(range(21, 25), 20)
    assert chain.surveyed(records, teams, DAY + 1).overdue == ((None, 1), (10, 1), (20, 1))


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({}, ((None, 1), (10, 1))),  # nobody but those two: one could be found by the other
        ({3: None, 4: None}, ((None, 1), (10, 1))),
        ({3: None, 4: 30, 5: 30}, ((None, 3), (10, 1))),  # five, in teams too small or in none
    ],
)
def test_the_tasks_of_fewer_than_five_people_are_told_of_no_team(others, told):
    due = {"due": "2025-11-24T12:00"}
    records = [
        record("task/1", ("task.created", None, due | {"assignee": "alice"})),  # in a team of five
        record("task/2", ("task.created", 2, due)),  # of two in a team, and in that of nobody else
        record("task/3", ("task.created", 9, due)),
        record("task/4", ("task.created", None, due)),  # nobody's
    ]
    teams = {1: 10, 2: 20, 9: 20} | dict.fromkeys(range(11, 15), 10)
    assert chain.surveyed(records, teams | others, DAY + 1).overdue == told


def test_the_tasks_of_whoever_has_left_are_told_of_no_team():
    records = [record("task/1", ("task.created", 7, {"due": "2025-11-24T12:00"}))]
    assert chain.surveyed(records, dict.fromkeys(range(11, 16), 10), DAY + 1).overdue == ()


def test_records_are_somebodys_or_nobodys_and_those_that_are_over_do_not_count():
    records = [
        record("deal/1", ("deal.created", 1, {"owner": "alice"})),
        record("deal/2", ("deal.created", 1, {})),
        record("deal/3", ("deal.created", 1, {"owner": "somebody unknown"})),
        record("deal/4", ("deal.created", 1, {}), ("deal.won", 1, {})),
        record("contact/1", ("contact.created", 1, {"owner": "alice"}), ("contact.updated", 1, {"owner": ""})),
    ]
    assert chain.surveyed(records, {}, DAY).owners == (("contact", 0, 1), ("deal", 2, 1))


@given(
    st.dictionaries(
        st.sampled_from([*chain.STAGE, "other"]), st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()))
    )
)
def test_whatever_a_field_holds_is_read_as_text(data):
    found = chain.first(data, chain.STAGE)
    assert isinstance(found, str)
    assert found == found.strip()
