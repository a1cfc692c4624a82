"""Drafts: changes to the book that several people write, one approves, and nothing of the past is touched by."""

import json
import re
from datetime import date

import pytest
from sqlalchemy import select

from adoption import drafts
from adoption import history
from adoption import journal
from adoption import rulebook
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import Award
from adoption.models import JournalEntry
from adoption.models import LedgerEntry
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from rules import period
from rules.book import BookError
from rules.book import composing
from tests.house import NOW
from tests.house import House
from tests.racing import at_once
from tests.staff import BOOK as STARTER

BOOK = STARTER.read_text(encoding="utf-8")
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
    with pytest.raises(drafts.StaleDraftError, match="Ann changed this draft at 2026-12-24T11:00:00") as error:
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
        ("Hana", "created", thing),
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


# --- life


MORE = composing.part(BOOK, LUNCH).replace("amount = 1000", "amount = 1600")  # 600 EUR a month beyond what was promised
ENDLESS = composing.part(BOOK, ("incentive", "conversation-points")).replace("at_most = 4\n", "")
EXAMPLES = "[[incentive.conversation-points.examples]]\nvalue = 40\nearns = 4\n"
ENDLESS = ENDLESS.replace(EXAMPLES, EXAMPLES.replace("earns = 4", "earns = 8"))


def sent(house, draft, *, name="Hana"):
    found = drafts.send(draft.number, draft.revision, by(house, name), NOW)
    db.session.commit()
    return found


def approved(house, draft, *, name="Ann"):
    done = drafts.approve(draft.number, draft.revision, by(house, name), NOW)
    db.session.commit()
    return done


def published(house, draft, *, name="Hana"):
    done = drafts.publish(draft.number, draft.revision, by(house, name), NOW)
    db.session.commit()
    return done


def numbers():
    return db.session.scalars(select(PublishedBook.id).order_by(PublishedBook.id)).all()


def test_a_small_change_is_published_by_one_person_as_a_new_book(house):
    draft = begun(house)
    text = drafts.composed(draft)
    before = numbers()
    done = published(house, draft)
    found = drafts.get(draft.number)
    assert (found.state, found.book, found.base) == (drafts.PUBLISHED, done.book, before[-1])
    assert numbers() == [*before, done.book]
    assert drafts.newest().text == text == drafts.composed(found)
    assert db.session.scalar(select(PublishedBook.text).where(PublishedBook.id == before[-1])) == BOOK


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({LUNCH: MORE}, [("free-lunch", 600)]),
        ({("incentive", "conversation-points"): ENDLESS}, ["conversation-points"]),
        ({LUNCH: composing.part(BOOK, LUNCH).replace("EUR", "USD")}, [("free-lunch", 1000)]),
    ],
)
def test_what_promises_much_or_without_an_end_needs_a_second_person(house, changes, why):
    draft = begun(house, changes=changes)
    needed = drafts.approval(draft)
    assert [(one.reward, one.more) for one in needed.promises] + list(needed.unlimited) == why
    with pytest.raises(drafts.ApprovalNeededError):
        drafts.publish(draft.number, draft.revision, by(house, "Hana"), NOW)
    db.session.rollback()
    waiting = sent(house, draft)
    assert (waiting.state, waiting.sent_by.name) == (drafts.WAITING, "Hana")
    approved(house, waiting)
    assert drafts.get(draft.number).state == drafts.PUBLISHED


def test_up_to_the_limit_one_person_is_enough(house):
    draft = begun(house, changes={LUNCH: MORE.replace("1600", "1500")})
    assert drafts.approval(draft) is None


@pytest.mark.parametrize("hand", ["began", "changed", "changed and was changed over", "sent"])
def test_nobody_approves_what_they_had_a_hand_in(house, hand):
    draft = begun(house, changes={LUNCH: MORE}, name="Ann" if hand == "began" else "Hana")
    if hand.startswith("changed"):
        draft = changed(house, draft, {LUNCH: MORE.replace("1600", "1700")}, name="Ann")
    if hand == "changed and was changed over":
        draft = changed(house, draft, {LUNCH: MORE}, name="Hana")
    draft = sent(house, draft, name="Ann" if hand == "sent" else "Hana")
    for name in ("Ann", "Hana") if hand != "sent" else ("Ann",):
        with pytest.raises(drafts.OwnDraftError):
            drafts.approve(draft.number, draft.revision, by(house, name), NOW)
        db.session.rollback()
    assert drafts.get(draft.number).state == drafts.WAITING
    approved(house, draft, name="Alice")
    assert drafts.get(draft.number).state == drafts.PUBLISHED


def test_only_a_person_approves_or_rejects(house):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    machine = journal.By(None, "a token")
    with pytest.raises(drafts.NobodyError):
        drafts.approve(draft.number, draft.revision, machine, NOW)
    with pytest.raises(drafts.NobodyError):
        drafts.reject(draft.number, draft.revision, "no", machine, NOW)


def test_a_rejected_draft_goes_back_with_the_reason_and_can_become_better(house):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    with pytest.raises(drafts.NoReasonError):
        drafts.reject(draft.number, draft.revision, "  ", by(house, "Ann"), NOW)
    db.session.rollback()
    back = drafts.reject(draft.number, draft.revision, "Too dear", by(house, "Ann"), NOW)
    db.session.commit()
    assert (back.state, back.reason, back.decided_by.name) == (drafts.DRAFT, "Too dear", "Ann")
    better = sent(house, changed(house, back, {LUNCH: MORE.replace("1600", "1550")}))
    approved(house, better)
    assert drafts.get(draft.number).state == drafts.PUBLISHED


def test_what_waits_is_changed_only_after_it_was_taken_back(house):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    with pytest.raises(drafts.WrongStateError, match="is waiting, not draft"):
        drafts.change(draft.number, draft.revision, {LUNCH: None}, by(house, "Hana"), NOW)
    db.session.rollback()
    back = drafts.withdraw(draft.number, draft.revision, by(house, "Hana"), NOW)
    db.session.commit()
    assert changed(house, back, {LUNCH: CHEAP}).changes == {LUNCH: CHEAP}


def test_what_is_approved_is_what_was_seen(house):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    back = drafts.withdraw(draft.number, draft.revision, by(house, "Hana"), NOW)
    db.session.commit()
    sent(house, changed(house, back, {LUNCH: MORE.replace("1600", "9999")}))
    with pytest.raises(drafts.StaleDraftError):
        drafts.approve(draft.number, draft.revision, by(house, "Ann"), NOW)


def test_faults_conflicts_and_emptiness_keep_a_draft_from_being_published(house):
    faulty = begun(house, changes={LUNCH: None})
    with pytest.raises(drafts.FaultyDraftError, match=r"incentive.ten-contacts-lunch.earns") as error:
        drafts.publish(faulty.number, faulty.revision, by(house, "Hana"), NOW)
    assert error.value.members["faults"]
    db.session.rollback()
    with pytest.raises(drafts.FaultyDraftError):
        drafts.send(faulty.number, faulty.revision, by(house, "Hana"), NOW)
    db.session.rollback()
    draft, other = begun(house), begun(house, "Another", {LUNCH: CHEAP.replace("Soup", "Salad")})
    published(house, other)
    with pytest.raises(drafts.OverlapError) as error:
        drafts.publish(draft.number, draft.revision, by(house, "Hana"), NOW)
    assert error.value.members["conflicts"] == ["reward/free-lunch"]
    db.session.rollback()
    empty = drafts.begin("Empty", by(house, "Hana"), NOW)
    db.session.commit()
    with pytest.raises(drafts.NothingChangedError):
        drafts.publish(empty, 1, by(house, "Hana"), NOW)
    db.session.rollback()
    assert {drafts.get(one.number).state for one in (faulty, draft)} == {drafts.DRAFT}


def test_a_draft_begins_on_the_day_that_was_chosen_and_the_journal_says_who_and_why(house):
    draft = begun(house, changes={("incentive", "conversation-points"): ENDLESS})
    day = period.moment(NOW).date().toordinal() + 40
    why = {"title": "Talk more", "starts": day, "why": "Because we\r\nshould"}
    draft = drafts.describe(draft.number, draft.revision, **why, by=by(house, "Hana"), now=NOW)
    db.session.commit()
    done = approved(house, sent(house, draft))
    assert done.changed == (("incentive", "conversation-points", day),)
    rows = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.number)).all()
    told = [(row.name, row.action, row.thing) for row in rows if row.why == "Because we\nshould"]
    assert ("Ann", "published", "incentive/conversation-points") in told
    assert ("Ann", "published", f"draft/{draft.number}") in told
    (published,) = [row for row in rows if (row.action, row.thing) == ("published", f"draft/{draft.number}")]
    said = {"authors": ["hana@example.com"], "book": done.book, "starts": period.text("day", day)}
    assert json.loads(published.after) == said, "in words that mean something years from now"
    (row,) = [row for row in rows if row.thing == "incentive/conversation-points"]
    assert json.loads(row.before) == composing.part(BOOK, ("incentive", "conversation-points"))
    assert json.loads(row.after) == ENDLESS.strip() + "\n"


@pytest.mark.parametrize("why", ["x" * 2001, "\0", "\ud800"])
def test_strange_words_are_refused(house, why):
    draft = begun(house)
    with pytest.raises(RefusedError):
        drafts.describe(draft.number, draft.revision, title="T", starts=None, why=why, by=by(house, "Hana"), now=NOW)
    db.session.rollback()
    with pytest.raises(drafts.WrongTitleError):
        drafts.begin(why, by(house, "Hana"), NOW)


# --- what was promised


CONTACTS = ("incentive", "ten-contacts-lunch")
HARDER = re.sub(
    r"\[\[incentive.*", "", composing.part(BOOK, CONTACTS), flags=re.DOTALL
).replace("every   = 10", "every   = 50")  # fmt: skip


def lived(house):
    """Let Alice develop ten contacts."""
    for number in range(10):
        house.did("Alice", "contact.created", f"contact/{number}", on=date(2026, 12, 14), email="x@example.com")
        house.did("Alice", "call.completed", f"contact/{number}", on=date(2026, 12, 14))
        house.did("Alice", "task.created", f"contact/{number}", on=date(2026, 12, 14))
    house.settle()


def history_of_awards():
    rows = [db.session.execute(select(table.__table__)).all() for table in (Award, LedgerEntry)]
    versions = db.session.execute(select(PublishedVersion.__table__).where(PublishedVersion.number == 1)).all()
    meanings = {(row.incentive, row.id): row.meaning for row in versions}
    return [sorted(map(repr, part)) for part in rows], meanings


def test_awards_of_before_are_untouched_byte_for_byte(house):
    lived(house)
    before = history_of_awards()
    assert any("free-lunch" in row or "choosing" in row for row in before[0][0])
    published(house, begun(house, changes={CONTACTS: HARDER}))
    house.settle()
    assert history_of_awards() == before
    assert history.verify().lines() == []


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (HARDER + "from = 2026-09-01\n", None),
        (HARDER.replace("= 50", "= 10") + "to = 2026-12-01\n", None),
        (None, date(2026, 12, 1)),
        (HARDER, date(2026, 12, 1)),
    ],
)
def test_a_draft_that_would_change_days_that_are_over_is_refused(house, text, starts):
    lived(house)
    before = history_of_awards()
    draft = begun(house, changes={CONTACTS: text})
    day = starts and starts.toordinal()
    draft = drafts.describe(draft.number, draft.revision, title="T", starts=day, why="", by=by(house, "Hana"), now=NOW)
    db.session.commit()
    (fault,) = drafts.check(draft, now=NOW).faults
    assert fault.place == "incentive.ten-contacts-lunch"
    assert "would change what was promised for days that are over" in fault.message
    with pytest.raises(drafts.FaultyDraftError):
        drafts.publish(draft.number, draft.revision, by(house, "Hana"), NOW)
    db.session.rollback()
    assert history_of_awards() == before


# --- at the same moment


def committed(function, *arguments):
    def task():
        done = function(*arguments)
        db.session.commit()
        return done

    return task


def raced(*tasks):
    db.session.rollback()  # else this session would go on seeing what it saw before
    return at_once(*tasks)


def publications(said):
    return [one for one in said if isinstance(one, rulebook.Publication)]


@pytest.mark.parametrize("times", range(3))
def test_of_two_who_approve_at_once_one_publishes(house, times):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    before = numbers()
    who = [by(house, name) for name in ("Ann", "Alice")]
    said = raced(*[committed(drafts.approve, draft.number, draft.revision, one, NOW) for one in who])
    assert len(publications(said)) == 1, said
    assert [type(one) for one in said if one not in publications(said)] == [drafts.WrongStateError]
    assert len(numbers()) == len(before) + 1


@pytest.mark.parametrize("times", range(3))
def test_the_sender_never_approves_however_fast_they_are(house, times):
    """Hana sends and approves as fast as she can, from two browsers, while Ann approves what she sees."""
    draft = begun(house, changes={LUNCH: MORE})
    before, hana, ann = numbers(), by(house, "Hana"), by(house, "Ann")
    said = raced(
        committed(drafts.send, draft.number, draft.revision, hana, NOW),
        committed(drafts.approve, draft.number, draft.revision, hana, NOW),
        committed(drafts.approve, draft.number, draft.revision + 1, hana, NOW),
        committed(drafts.approve, draft.number, draft.revision + 1, ann, NOW),
        committed(drafts.publish, draft.number, draft.revision, hana, NOW),
    )
    own = [one for one in (said[1], said[2], said[4]) if isinstance(one, rulebook.Publication)]
    assert own == [], said
    if not publications(said):
        approved(house, drafts.get(draft.number))
    assert len(numbers()) == len(before) + 1
    assert drafts.get(draft.number).decided_by == ann


@pytest.mark.parametrize("times", range(3))
def test_taking_back_and_approving_at_once_is_one_or_the_other(house, times):
    draft = sent(house, begun(house, changes={LUNCH: MORE}))
    before = numbers()
    said = raced(
        committed(drafts.withdraw, draft.number, draft.revision, by(house, "Hana"), NOW),
        committed(drafts.approve, draft.number, draft.revision, by(house, "Ann"), NOW),
    )
    done = len(publications(said))
    assert sum(isinstance(one, ConflictError) for one in said) == 1, said
    assert drafts.get(draft.number).state == (drafts.PUBLISHED if done else drafts.DRAFT)
    assert len(numbers()) == len(before) + done


def test_two_who_change_at_once_overwrite_nothing(house):
    draft = begun(house)
    number, seen, hana = draft.number, draft.revision, by(house, "Hana")
    changes = [{("reward", key): f'[reward.{key}]\nkind = "badge"\n'} for key in ("tea", "cake", "coffee")]
    said = raced(*[committed(drafts.change, number, seen, one, hana, NOW) for one in changes])
    assert sum(isinstance(one, drafts.StaleDraftError) for one in said) == 2
    found = drafts.get(draft.number)
    assert found.revision == draft.revision + 1
    assert len(found.parts) == 2


# --- in words


def test_differences_are_told_as_sentences_also_of_what_only_follows(house):
    draft = begun(house)
    found = {(one.kind, one.key): one for one in drafts.differences(draft, "en")}
    assert found[LUNCH].own
    assert any(piece.mark == "new" and "Soup" in piece.text for piece in found[LUNCH].pieces)
    assert not found[CONTACTS].own
    assert "soup" in found[CONTACTS].after
    published(house, draft)
    assert drafts.differences(drafts.get(draft.number), "en") == tuple(found.values())


def test_differences_of_a_faulty_book_are_those_of_its_text(house):
    (found,) = drafts.differences(begun(house, changes={LUNCH: None}), "en")
    assert (found.said, found.after) == (False, None)
    assert found.before == composing.part(BOOK, LUNCH)
