"""Whose is a record: examples first, then what holds for whatever was done in whatever order."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from rules import ownership
from rules.ownership import Deed
from rules.ownership import House
from rules.ownership import Said
from rules.ownership import Someone
from rules.ownership import Was

DAY = 86_400_000_000
TODAY = 739_000
NORTH, SOUTH = 1, 2
MEI, ALICE, BOB, CORA, IVAN, OLGA, TEMP = range(1, 8)
NAMES = {"mei": MEI, "alice": ALICE, "bob": BOB, "cora": CORA, "ivan": IVAN, "olga": OLGA}
HOUSE = House(
    TODAY,
    {
        MEI: Someone(teams=(NORTH,)),
        ALICE: Someone(teams=(NORTH,), leaders=(MEI,)),
        BOB: Someone(teams=(NORTH,), leaders=(MEI,)),
        CORA: Someone(teams=(NORTH,), leaders=(MEI,), away=True),
        IVAN: Someone(teams=(NORTH,), leaders=(MEI,), left_on=TODAY - 20),
        OLGA: Someone(teams=(SOUTH,)),
    },
    {NORTH: (MEI, ALICE, BOB, CORA), SOUTH: (OLGA,)},
)


def deed(what, back, who=None, **data):
    """Return something that somebody did so many days ago."""
    day = TODAY - back
    number = data.pop("id", f"{what}-{back}-{who}-{data}")
    return Deed(day * DAY + 10 * 3_600_000_000, "crm", number, what, day, NAMES.get(who), data)


def seen(*deeds, name="deal/1", speaks=True):
    return ownership.seen(name, deeds, lambda _source, called: NAMES.get(called), speaks=speaks)


def gaps(*deeds, house=HOUSE, settled=0, **more):
    return ownership.found(seen(*deeds, **more), house, settled=settled)


def kinds(*deeds, **more):
    return [gap.kind for gap in gaps(*deeds, **more)]


def suggestion(*deeds, house=HOUSE, load=None, **more):
    (gap,) = gaps(*deeds, house=house, **more)
    return ownership.suggested([gap], house, load or {})[gap.key]


CREATED = deed("deal.created", 90, "ivan", owner="ivan", amount="1500.00", currency="EUR")


def works(who, *back):
    return [deed("call.completed", days, who) for days in back]


# --- nobody's


def test_a_record_whose_owner_was_taken_away_is_nobodys_since_that_day():
    (gap,) = gaps(CREATED, deed("deal.updated", 9, "mei", owner=None), deed("deal.updated", 5, "mei", owner=""))
    assert (gap.kind, gap.since, gap.facts[0].code) == ("nobody", TODAY - 9, "emptied")


def test_a_record_of_which_nobody_ever_said_whose_it_is_is_nobodys_where_its_source_says_so_of_others():
    created = deed("deal.created", 9, "alice")
    assert kinds(created) == ["nobody"]
    assert kinds(created, speaks=False) == []


def test_a_new_record_has_two_days_to_find_somebody():
    assert kinds(deed("deal.created", 1, "alice", owner="")) == []


def test_an_owner_whom_only_the_crm_knows_is_no_gap():
    assert kinds(deed("deal.created", 90, "alice", owner="u-4711")) == []


def test_what_is_won_lost_merged_or_deleted_needs_no_owner():
    for end in ("won", "lost", "merged", "deleted"):
        assert kinds(CREATED, deed(f"deal.{end}", 3, "mei")) == []
    assert kinds(CREATED, deed("deal.lost", 9, "mei"), deed("deal.reopened", 3, "mei")) == ["left"]


# --- a leaver's


def test_a_record_of_somebody_who_has_left_is_open_since_they_did():
    (gap,) = gaps(CREATED, *works("alice", 40, 30))
    assert (gap.kind, gap.since, gap.about) == ("left", TODAY - 20, IVAN)
    assert [fact.code for fact in gap.facts] == ["owner", "left", "worked"]


def test_a_record_that_was_handed_over_before_the_last_day_is_no_gap():
    assert kinds(CREATED, deed("deal.updated", 25, "ivan", owner="alice")) == []


def test_a_record_given_to_somebody_after_they_left_is_open_since_it_was():
    (gap,) = gaps(deed("deal.created", 90, "alice", owner="alice"), deed("deal.updated", 4, "mei", owner="ivan"))
    assert gap.since == TODAY - 4


# --- two people's


def test_two_who_work_on_a_record_side_by_side_are_a_gap():
    (gap,) = gaps(deed("deal.created", 40, "alice", owner="alice"), *works("alice", 9, 6, 4, 2), *works("bob", 8, 5, 3))
    assert (gap.kind, gap.mark, gap.since) == ("two", f"{ALICE}+{BOB}", TODAY - 8)


def test_an_honest_hand_over_is_no_gap():
    one_after_the_other = [*works("alice", 20, 18, 15, 12), *works("bob", 12, 9, 6, 3)]
    assert kinds(deed("deal.created", 40, "alice", owner="alice"), *one_after_the_other) == []
    handed = deed("deal.updated", 13, "alice", owner="bob")
    helps_on = [*works("alice", 16, 14, 11, 9, 7), *works("bob", 15, 12, 10, 8, 6)]
    assert kinds(deed("deal.created", 40, "alice", owner="alice"), handed, *helps_on) == []


def test_an_occasional_touch_is_no_gap():
    assert (
        kinds(deed("deal.created", 40, "alice", owner="alice"), *works("alice", 9, 6, 4, 2), *works("bob", 5, 3)) == []
    )


def test_many_things_on_one_day_are_one_visit():
    visit = [deed("note.created", 5, "bob", id=f"n{number}") for number in range(9)]
    assert kinds(deed("deal.created", 40, "alice", owner="alice"), *works("alice", 9, 6, 4, 2), *visit) == []


def test_a_manager_who_helps_is_no_gap():
    assert (
        kinds(deed("deal.created", 40, "alice", owner="alice"), *works("alice", 9, 6, 4, 2), *works("mei", 8, 5, 3))
        == []
    )


def test_whoever_only_looks_does_not_work_on_it():
    looks = [deed("deal.viewed", days, "bob") for days in (8, 5, 3)]
    assert kinds(deed("deal.created", 40, "alice", owner="alice"), *works("alice", 9, 6, 4, 2), *looks) == []


def test_what_was_done_before_somebody_decided_is_not_asked_again():
    both = [*works("alice", 9, 6, 4, 2), *works("bob", 8, 5, 3)]
    assert kinds(deed("deal.created", 40, "alice", owner="alice"), *both, settled=TODAY - 5) == []


def test_a_company_is_everybodys():
    both = [*works("alice", 9, 6, 4, 2), *works("bob", 8, 5, 3)]
    assert kinds(deed("company.created", 40, "alice", owner="alice"), *both, name="company/1") == []


# --- tasks


def test_a_task_about_a_record_that_names_nobody_is_open_until_somebody_takes_it():
    owned = deed("deal.created", 40, "alice", owner="alice")
    task = deed("task.created", 5, "mei", title="Call back", assignee=None, due="2024-05-01")
    (gap,) = gaps(owned, task)
    assert (gap.kind, gap.about, gap.since) == ("untaken", ALICE, TODAY - 5)
    assert kinds(owned, task, deed("task.created", 4, "mei", assignee="bob")) == []
    assert kinds(owned, task, deed("task.completed", 4, "bob")) == []
    assert kinds(owned, deed("task.created", 5, "mei", title="Call back")) == []  # nothing says that nobody does it


def test_a_task_that_is_a_record_of_its_own_is_open_until_somebody_takes_it():
    task = deed("task.created", 5, "mei", assignee="")
    assert kinds(task, name="task/7") == ["untaken"]
    assert kinds(task, deed("task.updated", 4, "mei", assignee="bob"), name="task/7") == []
    assert kinds(task, deed("task.completed", 4, "bob"), name="task/7") == []


def test_a_record_says_what_it_is_worth_and_when_its_next_task_is_due():
    record = seen(
        CREATED, deed("deal.updated", 80, "ivan", amount=1700), deed("task.created", 5, "ivan", due="2024-05-01T10:00")
    )
    assert (record.amount, record.currency) == (17_000_000, "EUR")
    assert record.due == date(2024, 5, 1).toordinal()
    assert seen(CREATED, deed("task.created", 5, "ivan", due="soon")).due is None


def test_another_property_that_a_crm_tells_of_is_not_what_a_record_is_worth():
    told = deed("deal.updated", 80, "ivan", property="hs_num_contacted_notes", value="3")
    assert seen(CREATED, told).amount == 15_000_000


def test_what_names_nobody_differs_from_what_says_nothing():
    assert ownership.named("deal", {"owner": "", "owner_id": 7}) == "7"
    assert ownership.named("deal", {"owner": None}) == ""
    assert ownership.named("deal", {"assignee": "bob"}) is None
    assert ownership.named("task", {"assignee": "bob"}) == "bob"


# --- who might have it


def test_whoever_worked_on_it_most_is_suggested():
    found = suggestion(CREATED, *works("alice", 40, 30, 22), *works("bob", 10))
    assert (found.who, found.why, found.number) == (ALICE, "worked", 3)


def test_whoever_has_left_or_is_away_is_not():
    found = suggestion(CREATED, *works("ivan", 50, 40, 30), *works("cora", 40, 30), *works("bob", 22, 21))
    assert found.who == BOB


def test_an_occasional_helper_of_another_team_is_not():
    found = suggestion(CREATED, *works("olga", 30))
    assert (found.who, found.why) == (ALICE, "team")
    assert suggestion(CREATED, *works("olga", 30, 29)).who == OLGA


def test_work_of_long_ago_says_little():
    assert suggestion(CREATED, *works("bob", 200, 190)).why == "team"


def test_the_records_of_a_leaver_are_shared_out_evenly_to_whoever_has_fewer_first():
    many = [gap for number in range(9) for gap in gaps(CREATED, name=f"deal/{number}")]
    answers = ownership.suggested(many, HOUSE, {BOB: 3})
    assert Counter(one.who for one in answers.values()) == {ALICE: 5, BOB: 4}


def test_whoever_worked_on_some_gets_fewer_of_the_others():
    worked = [gap for number in range(3) for gap in gaps(CREATED, *works("alice", 40, 30), name=f"deal/9{number}")]
    others = [gap for number in range(5) for gap in gaps(CREATED, name=f"deal/{number}")]
    answers = ownership.suggested([*others, *worked], HOUSE, {BOB: 50})
    assert Counter(one.who for one in answers.values()) == {ALICE: 4, BOB: 4}


def test_a_stand_in_comes_before_the_team_and_the_manager_last():
    ivan = HOUSE.people[IVAN]
    with_stand_in = House(TODAY, {**HOUSE.people, IVAN: ivan._replace(stand_ins=(BOB,))}, HOUSE.members)
    assert suggestion(CREATED, house=with_stand_in)[:2] == (BOB, "stand_in")
    alone = House(TODAY, HOUSE.people, {NORTH: (MEI,)})
    assert suggestion(CREATED, house=alone)[:2] == (MEI, "manager")
    nobody = House(TODAY, {IVAN: ivan._replace(leaders=())}, {})
    assert suggestion(CREATED, house=nobody) is None


def test_of_two_the_owner_is_suggested_though_the_other_does_more():
    both = [*works("alice", 9, 6, 3), *works("bob", 8, 7, 5, 4, 2)]
    assert suggestion(deed("deal.created", 40, "alice", owner="alice"), *both)[:2] == (ALICE, "owner")
    assert suggestion(deed("deal.created", 40, "mei", owner="u-4711"), *both)[:2] == (BOB, "worked")


def test_a_task_goes_to_the_owner_of_its_record():
    task = deed("task.created", 5, "mei", assignee=None)
    assert suggestion(deed("deal.created", 40, "bob", owner="bob"), task)[:2] == (BOB, "owner")


# --- from one night to the next


def said(owner, back):
    return Said((TODAY - back) * DAY, TODAY - back, owner, "x", ("crm", "a1"))


def moved(was, *, found=True, shown=None):
    move = ownership.moved(was, found=found, shown=shown, today=TODAY)
    return move and (move.state, move.why)


def decided(does, to=None, back=3, kind="left"):
    return Was(kind, "decided", does, to, (TODAY - back) * DAY, TODAY - back)


def test_a_gap_opens_stays_and_closes_with_the_activity_that_shows_the_owner():
    assert moved(None) == ("open", "found")
    assert moved(Was("left", "open")) is None
    assert ownership.moved(Was("left", "open"), found=False, shown=said(BOB, 1), today=TODAY) == (
        "resolved", "shown", ("crm", "a1"),
    )  # fmt: skip
    assert moved(Was("left", "open"), found=False) == ("gone", "ended")
    assert moved(Was("left", "resolved")) == ("open", "again")


def test_what_was_decided_is_waited_for_a_week_and_then_open_again():
    assert moved(decided("assign", BOB)) is None
    assert moved(decided("assign", BOB, back=7)) == ("open", "unfollowed")
    assert moved(decided("assign", BOB), found=False, shown=said(BOB, 1)) == ("resolved", "shown")
    assert moved(decided("assign", BOB), found=False, shown=said(ALICE, 1)) == ("resolved", "otherwise")


def test_what_is_left_as_it_is_stays_so_while_nothing_changes():
    assert moved(decided("leave", back=400)) is None
    assert moved(decided("leave"), found=False) == ("gone", "ended")


def test_of_two_the_one_who_goes_on_alone_has_followed():
    two = decided("assign", ALICE, kind="two")
    assert moved(two, found=False) is None  # who works side by side is seen after some days
    assert moved(two, found=False, shown=said(ALICE, 1)) == ("resolved", "shown")
    assert moved(two, found=False, shown=said(ALICE, 40)) is None  # said long before
    week = decided("assign", ALICE, back=7, kind="two")
    assert moved(week, found=False) == ("resolved", "calm")
    assert moved(week) == ("open", "unfollowed")
    assert moved(decided("ask", back=7, kind="two")) == ("open", "unfollowed")


# --- whatever happened, in whatever order

people = st.sampled_from([*NAMES, "u-4711", "", None])
back = st.integers(0, 60)
DONE, TOLD = ["call.completed", "deal.viewed", "deal.won", "deal.reopened"], ["deal.created", "deal.updated"]
deeds = st.lists(
    st.one_of(
        st.builds(deed, st.sampled_from(DONE), back, people),
        st.builds(deed, st.sampled_from(TOLD), back, people, owner=people),
        st.builds(deed, st.just("task.created"), back, people, assignee=people),
    ),
    max_size=25,
    unique_by=lambda one: (one.source, one.id),
)


@settings(max_examples=300, deadline=None)
@given(deeds, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_answer(told, chance):
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert seen(*told) == seen(*shuffled)
    first, second = gaps(*told), gaps(*shuffled)
    assert first == second
    more = [gap for number in range(3) for gap in gaps(*told, name=f"deal/{number}")]
    turned = list(more)
    chance.shuffle(turned)
    assert ownership.suggested(more, HOUSE, {ALICE: 1}) == ownership.suggested(turned, HOUSE, {ALICE: 1})


@settings(max_examples=300, deadline=None)
@given(deeds)
def test_nobody_who_has_left_is_ever_suggested(told):
    answers = ownership.suggested(gaps(*told), HOUSE, {})
    assert all(HOUSE.works(one.who) for one in answers.values() if one is not None)


@settings(max_examples=300, deadline=None)
@given(deeds)
def test_two_are_a_gap_only_when_both_worked_on_it_on_two_days_within_the_other_ones_time(told):
    for gap in gaps(*told):
        if gap.kind != "two":
            continue
        days = {
            who: sorted({one.day for one in seen(*told).touches if one.who == who}) for who in (gap.about, gap.other)
        }
        assert all(len(found) >= 2 for found in days.values())
        begin, end = max(found[0] for found in days.values()), min(found[-1] for found in days.values())
        assert begin < end
        assert not HOUSE.leads(gap.about, gap.other)


@given(deeds)
def test_a_record_that_is_over_has_no_gap(told):
    last = deed("deal.deleted", -1, "mei")
    assert gaps(*told, last) == []
