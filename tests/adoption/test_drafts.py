"""Drafts: changes to the book that several people write, one approves, and nothing of the past is touched by."""

import pytest
from sqlalchemy import select

from adoption import drafts
from adoption import journal
from adoption import rulebook
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import JournalEntry
from rules.book import BookError
from rules.book import composing
from tests.house import House
from tests.staff import BOOK as STARTER

BOOK = STARTER.read_text(encoding="utf-8")
NOW = 1_800_000_000_000_000
LUNCH = ("reward", "free-lunch")
CHEAP = '[reward.free-lunch]\ntitle = "Soup"\nkind = "voucher" # cheaper\n'


@pytest.fixture
def house(app):
    return House(BOOK, people=("Hana", "Ann", "Alice"))


def by(house, name):
    return journal.By(house[name], name)


def begun(house, title="Cheaper lunches", changes=None, *, name="Hana"):
    number = drafts.begin(title, by(house, name), NOW)
    db.session.commit()
    return changed(house, drafts.get(number), changes or {LUNCH: CHEAP}, name=name)


def changed(house, draft, changes, *, name="Hana"):
    found = drafts.change(draft.number, draft.revision, changes, by(house, name), NOW)
    db.session.commit()
    return found


def texts(draft):
    return draft.changes


# --- writing


def test_a_draft_is_the_newest_book_with_its_changes_put_in_where_they_stood(house):
    draft = begun(house)
    assert (draft.title, draft.state, draft.revision) == ("Cheaper lunches", drafts.DRAFT, 2)
    old = composing.part(BOOK, LUNCH)
    assert drafts.composed(draft) == BOOK.replace(old, CHEAP)
    assert drafts.newest().text == BOOK, "nothing is in force yet"


def test_what_the_book_says_anyway_is_no_change(house):
    draft = begun(house)
    draft = changed(house, draft, {LUNCH: composing.part(BOOK, LUNCH), ("metric", "nobody-knows"): None})
    assert draft.parts == ()
    assert drafts.composed(draft) == BOOK


def test_faults_of_the_whole_are_told_with_their_places(house):
    report = drafts.check(begun(house, changes={LUNCH: None}))
    assert any(fault.place == "incentive.ten-contacts-lunch.earns" for fault in report.faults)
    assert drafts.check(begun(house)).faults == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({LUNCH: "no TOML"}, "this is not TOML"),
        ({LUNCH: '[reward.other]\nkind = "badge"'}, "begin its text with [reward.free-lunch]"),
        ({LUNCH: CHEAP + '[reward.other]\nkind = "badge"'}, "change each definition by itself"),
        ({("figure", "x"): CHEAP}, "there is no kind"),
        ({("reward", "\0"): None}, "small letters"),
        ({("reward", "x" * 81): None}, "shorten it"),
        ({LUNCH: CHEAP + "# \ud800"}, "UTF-8"),
        ({LUNCH: "#" * 100_001}, "make it shorter"),
    ],
)
def test_a_text_that_is_not_the_definition_is_refused_and_nothing_is_lost(house, changes, said):
    draft = begun(house)
    with pytest.raises(BookError) as error:
        drafts.change(draft.number, draft.revision, changes, by(house, "Hana"), NOW)
    db.session.rollback()
    assert said in str(error.value)
    assert drafts.get(draft.number) == draft


@pytest.mark.parametrize("number", [0, -1, 7, 2**31, 2**63, 10**30])
def test_a_draft_that_does_not_exist_is_not_found(house, number):
    with pytest.raises(NotFoundError):
        drafts.get(number)
    with pytest.raises(NotFoundError):
        drafts.change(number, 1, {}, by(house, "Hana"), NOW)


# --- two people


def test_who_comes_second_is_told_who_was_first_and_nothing_is_overwritten(house):
    draft = begun(house)
    tea = '[reward.tea]\nkind = "badge"\n'
    changed(house, draft, {("reward", "tea"): tea}, name="Ann")
    with pytest.raises(drafts.StaleDraftError, match="Ann changed this draft at 2027-01-15T08:00:00") as error:
        drafts.change(draft.number, draft.revision, {LUNCH: None}, by(house, "Hana"), NOW + 1)
    db.session.rollback()
    assert error.value.members["revision"] == 3
    assert texts(drafts.get(draft.number)) == {LUNCH: CHEAP, ("reward", "tea"): tea}


def test_what_was_published_meanwhile_is_a_conflict_until_somebody_looked(house):
    draft = begun(house)
    other = BOOK.replace("amount = 9.50", "amount = 11").replace('"10 points"', '"Ten points"')
    rulebook.publish(other, today=740_000, since=740_001, name="other", now=NOW)
    db.session.commit()
    (found,) = drafts.conflicts(draft)
    assert (found.kind, found.key, found.mine) == (*LUNCH, CHEAP)
    assert "9.50" in found.before
    assert "11" in found.now
    draft = drafts.rebase(draft.number, draft.revision, by(house, "Hana"), NOW)
    db.session.commit()
    assert drafts.conflicts(draft) == ()
    assert "Ten points" in drafts.composed(draft), "what others changed stays"
    assert CHEAP in drafts.composed(draft)


def test_every_step_is_in_the_journal(house):
    draft = begun(house)
    drafts.discard(draft.number, draft.revision, by(house, "Ann"), NOW)
    db.session.commit()
    rows = db.session.execute(select(JournalEntry.name, JournalEntry.action, JournalEntry.thing)).all()
    thing = f"draft/{draft.number}"
    assert [row for row in rows if row.thing == thing] == [
        ("Hana", "began", thing),
        ("Hana", "changed", thing),
        ("Ann", "discarded", thing),
    ]
    assert list(journal.verify()) == []


def test_a_whole_book_becomes_a_draft_of_what_differs(house):
    other = BOOK.replace("amount = 9.50", "amount = 11").replace("[board.revenue-this-quarter]", "[board.revenue]")
    number = drafts.from_text(other, "From a file", by(house, "Hana"), NOW)
    db.session.commit()
    draft = drafts.get(number)
    assert set(draft.changes) == {LUNCH, ("board", "revenue"), ("board", "revenue-this-quarter")}
    assert composing.definitions(drafts.composed(draft)) == composing.definitions(other)
    with pytest.raises(drafts.NothingChangedError):
        drafts.from_text(BOOK + "# a remark\n", "The same", by(house, "Hana"), NOW)
