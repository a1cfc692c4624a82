"""Where deals break, who buys again, and what is overdue."""

from hypothesis import given
from hypothesis import strategies as st

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


def test_tasks_are_overdue_by_team():
    days = {"2025-11-24": DAY, "2025-12-24": DAY + 30}
    told = [
        [Deed("task.created", DAY, {"due": "2025-11-24T12:00"}, 3)],
        [Deed("task.created", DAY, {"due": "2025-11-24"}, 3), Deed("task.completed", DAY, {}, 3)],
        [Deed("task.created", DAY, {"due_date": "2025-12-24"}, 3)],
        [Deed("task.created", DAY, {"due": "soon"}, 3)],
        [Deed("task.created", DAY, {"due": "2025-11-24"})],
    ]
    tasks = [one for deeds in told if (one := chain.task(deeds, days)) is not None]
    assert chain.overdue(tasks, DAY + 1) == {3: 1, None: 1}


@given(
    st.dictionaries(
        st.sampled_from([*chain.STAGE, "other"]), st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()))
    )
)
def test_whatever_a_field_holds_is_read_as_text(data):
    found = chain.first(data, chain.STAGE)
    assert isinstance(found, str)
    assert found == found.strip()
