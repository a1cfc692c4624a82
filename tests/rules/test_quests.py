"""Quests: how a feature is recognised, when a quest is done, and which one somebody is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.activity import Activity
from rules.book import features
from rules.book.features import FeatureError
from rules.period import SECOND
from rules.rollout import quests
from rules.rollout.quests import Choice
from rules.rollout.quests import Feature
from rules.rollout.quests import Use
from rules.rollout.quests import Words
from rules.wording import LANGUAGES

DAY = 86_400 * SECOND
WORDS = {"en": Words("Tasks", "Nothing is forgotten.", ("Open", "Write", "Save"))}
TASK = Feature(key="task", order=1, on=("task.created",), words=WORDS)
NOTE = Feature(key="note", order=2, on=("note.created",), words=WORDS)
BODY = {
    "on": ["task.created"],
    "words": {"en": {"title": "Tasks", "good_for": "Nothing is forgotten.", "steps": ["Open", "Write", "Save"]}},
}


def deed(day, kind="task.created", number=0, seconds=43_200, **data):
    """Return something that happened on a day (UTC)."""
    return Activity(
        "crm", f"a{number}", kind, day * DAY + seconds * SECOND, day, "contact/1", "alice", None, None, data
    )


# --- when it is done


def test_a_quest_is_done_by_the_first_use_since_it_was_begun():
    assert quests.ticked(TASK, 10 * DAY, 10, [deed(9), deed(12), deed(11)]) == 11
    assert quests.ticked(TASK, 10 * DAY, 10, [deed(9), deed(12, "note.created")]) is None


def test_what_happened_in_the_minute_of_the_beginning_counts_since_some_crms_tell_no_seconds():
    begun = 10 * DAY + 43_230 * SECOND
    assert quests.ticked(TASK, begun, 10, [deed(10)]) == 10
    assert quests.ticked(TASK, begun + 60 * SECOND, 10, [deed(10)]) is None


def test_after_four_weeks_a_quest_does_not_tick_itself_any_more():
    assert quests.ticked(TASK, 10 * DAY, 10, [deed(10 + quests.LATELY - 1)]) == 37
    assert quests.ticked(TASK, 10 * DAY, 10, [deed(10 + quests.LATELY)]) is None


def test_a_use_that_a_condition_does_not_meet_is_none():
    dated = features.read("dated", BODY | {"where": {"field": "due", "filled": True}})
    assert not quests.shows(dated, "task.created", {})
    assert quests.shows(dated, "task.created", {"due": "2026-11-30"})


days = st.integers(0, 60)
deeds = st.lists(st.builds(deed, days, st.sampled_from(["task.created", "note.created"]), st.integers(0, 9)))


@given(deeds, st.integers(0, 60), st.randoms(use_true_random=False))
def test_in_which_order_and_how_often_activities_come_does_not_matter(happened, begun, chance):
    mixed = happened + chance.sample(happened, len(happened) // 2)
    chance.shuffle(mixed)
    assert quests.ticked(TASK, begun * DAY, begun, mixed) == quests.ticked(TASK, begun * DAY, begun, happened)
    pairs = [(one.type, one.data) for one in happened]
    assert quests.used([TASK, NOTE], pairs) == quests.used([NOTE, TASK], pairs[::-1])


@given(deeds, st.integers(0, 60), deeds)
def test_what_is_done_stays_done_whatever_comes_later(happened, begun, late):
    before = quests.ticked(TASK, begun * DAY, begun, happened)
    after = quests.ticked(TASK, begun * DAY, begun, happened + late)
    assert before is None or (after is not None and after <= before)


# --- which one is shown


def test_a_team_of_which_fewer_than_a_fifth_used_a_feature_hardly_uses_it():
    assert quests.hardly(Use(1, 6))
    assert not quests.hardly(Use(1, 5))
    assert not quests.hardly(None)


def test_of_a_team_of_fewer_than_five_nothing_is_known():
    assert not quests.hardly(Use(0, 4))


def test_one_quest_is_shown_at_a_time_the_first_in_order():
    uses = {"task": Use(0, 6), "note": Use(1, 6)}
    assert quests.following([NOTE, TASK], uses, (), {}, 100) is TASK
    assert quests.following([NOTE, TASK], uses, {"task"}, {}, 100) is NOTE
    assert quests.following([NOTE, TASK], uses, {"task", "note"}, {}, 100) is None


def test_what_was_declined_or_begun_is_not_shown_again_and_what_was_put_off_not_before_its_day():
    uses = {"task": Use(0, 6)}
    for choice in (Choice(declined=True), Choice(started=1), Choice(until=101)):
        assert quests.following([TASK], uses, (), {"task": choice}, 100) is None
    assert quests.following([TASK], uses, (), {"task": Choice(until=100)}, 100) is TASK


@given(st.permutations([TASK, NOTE]), st.dictionaries(st.sampled_from(["task", "note"]), st.builds(Use, days, days)))
def test_who_is_shown_what_does_not_depend_on_the_order_of_features_and_never_on_fewer_than_five(order, uses):
    found = quests.following(order, uses, (), {}, 100)
    assert found == quests.following([TASK, NOTE], uses, (), {}, 100)
    assert found is None or uses[found.key].whole >= 5


# --- reading features


@pytest.mark.parametrize("key", features.shipped())
def test_what_ships_speaks_every_language_with_as_many_steps(key):
    feature = features.shipped()[key].feature
    assert set(feature.words) == set(LANGUAGES)
    assert len({len(words.steps) for words in feature.words.values()}) == 1
    assert not feature.link


def test_a_feature_speaks_the_language_that_it_has():
    assert features.read("own-1", BODY).said("ru")[0] == "en"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": []}, "on"),
        ({"on": ["flag.raised"]}, "on"),
        ({"where": {"field": "x"}}, "where"),
        ({"words": {}}, "title"),
        ({"words": {"en": {"title": "", "good_for": "b", "steps": ["a", "b", "c"]}}}, "title"),
        ({"words": {"en": {"title": "a", "good_for": " ", "steps": ["a", "b", "c"]}}}, "good_for"),
        ({"words": {"en": {"title": "a", "good_for": "b", "steps": ["a", "b"]}}}, "steps"),
        ({"words": {"en": {"title": "a", "good_for": "b", "steps": list("abcdefg")}}}, "steps"),
    ],
)
def test_a_feature_with_a_fault_is_refused_by_the_name_of_the_field(change, field):
    with pytest.raises(FeatureError) as fault:
        features.read("own-1", BODY | change)
    assert set(fault.value.faults) == {field}


@pytest.mark.parametrize(
    "link",
    [
        "http://crm.example.com/tasks",
        "javascript:alert(1)",
        "https://",
        "https://me:secret@crm.example.com/",
        "https://crm.example.com/a b",
        'https://crm.example.com/"><script>',
        "https://crm.example.com:port/",
        "//crm.example.com/",
        "https://crm.example.com/" + "a" * 1000,
        7,
    ],
)
def test_a_link_that_is_no_plain_https_address_is_refused(link):
    with pytest.raises(FeatureError) as fault:
        features.read("own-1", BODY | {"link": link})
    assert set(fault.value.faults) == {"link"}


def test_a_link_into_the_crm_is_kept_as_it_is():
    assert features.read("own-1", BODY | {"link": "https://crm.example.com/tasks?view=1#today"}).link.endswith("#today")
