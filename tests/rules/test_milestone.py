import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import milestone as rule
from rules.activity import earlier
from rules.activity import is_about
from rules.activity import mark
from rules.condition import Compare
from rules.milestone import Need
from tests.rules.strategies import DAY
from tests.rules.strategies import activity
from tests.rules.strategies import milestone

EMAIL = {"email": "nora@example.com"}
created = activity("contact.created", "1", time=10, data=EMAIL, actor="alice")
called = activity("call.completed", "2", time=20, actor="bob")

activities = st.builds(
    activity,
    st.sampled_from(["contact.created", "contact.updated", "call.completed", "contact.deleted"]),
    st.sampled_from("abcdef"),
    time=st.integers(0, 6),
    source=st.sampled_from(["crm", "mail"]),
    actor=st.sampled_from([None, "alice", "bob"]),
    data=st.sampled_from([{}, EMAIL, {"owner": "mei"}, {"owner": 7, **EMAIL}, {"owner": " "}]),
)
records = st.lists(activities, max_size=8, unique_by=lambda a: (a.source, a.id))


def outcome(wanted, about):
    return rule.outcome(wanted, rule.gather(wanted, about), about)


def plainly(wanted, about):
    """Say it again, straight from the definition: (time, source, id) at which the record is done, or None."""
    ordered = sorted(about, key=lambda a: (a.time, a.source, a.id))
    firsts = [
        next((a for a in ordered if a.type in n.on and (n.where is None or n.where.holds(a.data))), None)
        for n in wanted.needs
    ]
    if None in firsts:
        return None
    last = max(firsts, key=lambda a: (a.time, a.source, a.id))
    held = float("inf") if wanted.holds_for is None else wanted.holds_for
    if any(a.type in wanted.undone_by and 0 <= a.time - last.time <= held for a in about):
        return None
    return last.time, last.source, last.id


def test_a_record_is_done_when_its_last_need_is_met():
    assert outcome(milestone(), [created, called]) == (20, "crm", "2", "crm", "bob")


def test_a_record_with_an_open_need_is_not_done():
    assert outcome(milestone(), [created]) is None
    assert [need.key for need in rule.missing(milestone(), rule.gather(milestone(), [created]))] == ["talked-to"]


def test_a_need_is_met_at_its_earliest_activity():
    again = activity("contact.updated", "3", time=30, data=EMAIL)
    assert outcome(milestone(), [again, called, created]).time == 20


def test_a_need_asks_its_condition():
    blank = activity("contact.created", "1", time=10, data={"email": ""})
    assert outcome(milestone(), [blank, called]) is None


def test_activities_of_one_moment_stand_in_order_of_source_and_id():
    one = activity("call.completed", "b", time=5, source="crm", actor="alice")
    other = activity("call.completed", "a", time=5, source="mail", actor="bob")
    met = rule.gather(milestone(needs=(Need(key="talked-to", on=("call.completed",)),)), [other, one])
    assert met.marks == (mark(one),)


def test_credit_goes_to_the_last_the_creator_or_the_owner():
    owned = activity("contact.updated", "3", time=15, data={"owner": "mei"}, source="erp")
    about = [created, called, owned]
    assert outcome(milestone(credit="last"), about)[3:] == ("crm", "bob")
    assert outcome(milestone(credit="creator"), about)[3:] == ("crm", "alice")
    assert outcome(milestone(credit="owner"), about)[3:] == ("erp", "mei")


def test_an_owner_who_comes_later_or_is_blank_is_not_credited():
    later = activity("contact.updated", "3", time=21, data={"owner": "mei"})
    blank = activity("contact.updated", "4", time=15, data={"owner": " "})
    assert outcome(milestone(credit="owner"), [created, called, later, blank])[3:] == (None, None)


def test_an_owner_may_be_a_number():
    owned = activity("contact.updated", "3", time=15, data={"owner": 42})
    assert outcome(milestone(credit="owner"), [created, called, owned]).actor == "42"


def test_nobody_is_credited_without_a_creator():
    updated = activity("contact.updated", "1", time=10, data=EMAIL)
    assert outcome(milestone(credit="creator"), [updated, called])[3:] == (None, None)


@pytest.mark.parametrize(
    ("after", "counts"),
    [(-1, True), (0, False), (30 * DAY, False), (30 * DAY + 1, True)],
    ids=["before", "at", "last", "past"],
)
def test_a_milestone_is_undone_within_the_time_it_must_hold(after, counts):
    wanted = milestone(undone_by=("contact.deleted",), holds_for=30 * DAY)
    deleted = activity("contact.deleted", "9", time=20 + after)
    assert (outcome(wanted, [created, called, deleted]) is not None) is counts


def test_without_a_time_to_hold_it_can_always_be_undone():
    wanted = milestone(undone_by=("contact.deleted",))
    deleted = activity("contact.deleted", "9", time=20 + 9_999 * DAY)
    assert outcome(wanted, [created, called, deleted]) is None


@given(records, st.sampled_from(["last", "owner", "creator"]), st.sampled_from([None, 0, 2]))
def test_the_outcome_is_what_the_definition_says(about, credit, holds_for):
    wanted = milestone(credit=credit, undone_by=("contact.deleted",), holds_for=holds_for)
    found = outcome(wanted, about)
    assert (found and found[:3]) == plainly(wanted, about)


@given(
    records.flatmap(
        lambda about: st.tuples(st.just(about), st.permutations(about), st.lists(st.sampled_from(about or [created])))
    )
)
def test_order_and_repetition_do_not_matter(drawn):
    about, shuffled, repeated = drawn
    wanted = milestone(credit="creator", undone_by=("contact.deleted",))
    extra = [one for one in repeated if one in about]
    assert rule.gather(wanted, about) == rule.gather(wanted, [*shuffled, *extra])


@given(records, st.sampled_from(["last", "owner", "creator"]))
def test_the_history_is_asked_only_where_it_matters(about, credit):
    wanted = milestone(credit=credit, undone_by=("contact.deleted",))
    progress = rule.gather(wanted, about)
    if not rule.asks_history(wanted, progress):
        assert rule.outcome(wanted, progress) == rule.outcome(wanted, progress, about)


@given(activities, activities)
def test_the_earlier_of_two_is_the_same_either_way(one, other):
    first, second = mark(one), mark(other)
    assert earlier(first, second)[:3] == earlier(second, first)[:3] == min(first[:3], second[:3])
    assert earlier(None, first) == earlier(first, None) == first


def test_a_milestone_counts_as_an_activity_of_its_own_type():
    result = outcome(milestone(), [created, called])
    counted = rule.derived(milestone(), "contact/1", 738_000, result)
    assert (counted.type, counted.subject, counted.time, counted.actor) == ("contact.developed", "contact/1", 20, "bob")
    assert counted.data == {}
    assert counted.retracts is None


@pytest.mark.parametrize(
    ("subject", "about"),
    [("contact/42", True), ("contact/", True), ("contacts/42", False), ("contact", False), (None, False)],
)
def test_a_record_is_known_by_its_subject(subject, about):
    assert is_about(activity(subject=subject), "contact") is about


def test_the_types_that_can_change_a_milestone_are_known():
    wanted = milestone(credit="creator", undone_by=("contact.merged",), record="person")
    assert wanted.types == {"contact.created", "contact.updated", "call.completed", "person.created", "contact.merged"}


def test_milestones_that_differ_in_titles_only_are_equal():
    assert milestone(title="One", starts=1) == milestone(title="Other", starts=2)
    assert milestone() != milestone(needs=(Need(key="k", on=("call.completed",), where=Compare("a", "is", 1)),))


def test_a_derived_activity_has_the_source_of_the_closing_one_and_credits_the_name_another_source_knows():
    result = rule.Outcome(20, "phone", "c1", "crm", "u1")
    assert rule.derived(milestone(), "contact/1", 738_000, result)[:2] == ("phone", "c1")
    assert result.credited == ("crm", "u1")
