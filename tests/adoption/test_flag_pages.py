"""What was noticed, as pages: for the person all of it, for a lead what waits, for a manager one sentence."""

import re
import time
from html import unescape

import pytest

from adoption import casework
from adoption import evidence
from adoption import facts
from adoption import flags
from adoption.evidence import gathering
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.journal import By
from adoption.models import CheckInAnswer
from adoption.models import DetectionSetting
from adoption.models import FlagLook
from adoption.models import Letter
from adoption.models import RelianceAccount
from adoption.models import Workbook
from adoption.pages import evidence_words as words
from adoption.signals import register
from rules.reliance import cycle
from rules.reliance.cycle import Flag
from tests import queries
from tests import visitors
from tests.noticed import Nights
from tests.noticed import turn_on
from tests.staff import Staff

WAYS = {
    "none": (),
    "hint": ("hint",),
    "suspected": ("raise",),
    "flagged": ("raise", "confirm"),
    "helping": ("raise", "confirm", "help"),
    "recovering": ("raise", "confirm", "improve"),
    "recovered": ("raise", "confirm", "clear"),
    "contested": ("raise", "contest"),
    "dismissed": ("raise", "decline"),
    "paused": ("raise", "pause"),
    "expired": ("raise", "expire"),
}
LEADS = {
    "hint": "Some of your work may still live in a spreadsheet",
    "suspected": "It looks as if some of your work still lives in a spreadsheet",
    "flagged": "Help is offered to you",
    "helping": "Help is under way",
    "recovering": "You are on the way",
    "recovered": "Well done",
    "contested": "You said “Not so”",
    "dismissed": "The question was withdrawn",
    "paused": "Everything waits",
    "expired": "the question is over",
    "none": "nothing is concluded",
}


@pytest.fixture
def staff(app):
    """People, with individual detection on."""
    people = Staff()
    turn_on(time.time_ns() // 1000)
    return people


def sits(app, number, **more):
    """Return somebody at a browser, just signed in."""
    found = visitors.Visitor(app, number, **more)
    db.session.rollback()  # else what was read before is seen again
    return found


def put(staff, who, state, *, waited=0):
    """Let somebody's flag take the steps to a state."""
    number = staff[who]
    connection = begin_write()
    flag, now = Flag(), time.time_ns() // 1000
    for does in WAYS[state]:
        by = cycle.STEPS[flag.state, does].by
        person = {"person": number, "lead": staff_number("leo"), "service": None}[by]
        flag = flags.take(connection, number, does, by=by, who=person, day=staff.today - 3, now=now)
    if waited:
        flags.follow(connection, staff.today - 2, {number: (flag._replace(waited=waited), None)}, now=now)
    db.session.commit()
    return number


def staff_number(name):
    return facts.current().holder_of(f"{name}@example.com")


def read(visitor, path, status=200):
    db.session.rollback()
    answer = visitor.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return unescape(answer.get_data(as_text=True))


def state(staff, who):
    number = staff[who]
    found = flags.of(db.session.connection(), [number]).get(number, Flag()).state
    db.session.rollback()
    return found


# --- the lead


def test_what_waits_is_found_by_as_many_queries_for_four_people_as_for_one(app, staff):
    put(staff, "Alice", "suspected", waited=5)
    alone = queries.asked(lambda: casework.waiting(db.session.connection()))
    for who in ("Bob", "Cora", "Olga"):
        put(staff, who, "suspected", waited=5)
    assert queries.asked(lambda: casework.waiting(db.session.connection())) == alone


# --- the person


@pytest.mark.parametrize("at", WAYS)
def test_every_state_has_its_page(app, staff, at):
    number = put(staff, "Alice", at)
    assert LEADS[at] in read(sits(app, number), "/me/evidence")


@pytest.mark.parametrize("waited", range(cycle.WAITS + 1))
def test_a_lead_may_see_it_from_the_very_day_that_the_page_names(staff, waited):
    """Also of whoever was away in between, and goes on where they were."""
    known, last = facts.current(), staff.today - 2
    flag = Flag("suspected", since=last, waited=waited)
    named = words.confirms_on(flag, known, last)
    while cycle.LEAD not in cycle.readers(flag):
        last += 1
        flag = cycle.counted(flag, day=last, expected=known.calendar.works(last), evidence=False)
    assert named == last + gathering.WAITS


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_page_speaks_the_readers_language(app, staff, language):
    number = put(staff, "Alice", "suspected")
    told = read(sits(app, number, language=language), "/me/evidence")
    assert "Who sees what" not in told
    assert {"ru": "Кто что видит", "zh": "谁能看到什么"}[language] in told


def test_without_individual_detection_nothing_is_concluded_and_nothing_can_be_contested(app):
    staff = Staff()
    alice = sits(app, staff["Alice"])
    assert "Nothing is concluded about single people here" in read(alice, "/me/evidence")
    assert alice.post("/me/evidence/contest", {"reason": "other"}).status_code == 409
    assert alice.post("/me/evidence/help", {"kind": "quest"}).status_code == 409


def test_in_a_shadow_run_the_person_sees_it_and_nobody_else(app):
    staff = Staff()
    turn_on(time.time_ns() // 1000, shadow=True)
    number = put(staff, "Alice", "flagged")
    assert "Until" in read(sits(app, number), "/me/evidence")
    assert "this is a trial" in read(sits(app, number), "/me/evidence")
    assert "Could use a hand" not in read(sits(app, staff["Mei"]), "/team")
    assert "Alice" not in read(sits(app, staff["Leo"]), "/lead/flags")
    assert sits(app, staff["Leo"]).get(f"/lead/flags/{number}").status_code == 404
    assert db.session.query(Letter).count() == 0


def test_a_contest_needs_a_reason_and_keeps_what_was_typed(app, staff):
    alice = sits(app, put(staff, "Alice", "hint"))
    answer = alice.post("/me/evidence/contest", {"reason": "", "words": "seating plan"})
    assert answer.status_code == 422
    told = unescape(answer.get_data(as_text=True))
    assert "Choose what it is instead." in told
    assert "seating plan" in told
    answer = alice.post("/me/evidence/contest", {"reason": "away", "from": "2026-02-31", "until": "x"})
    assert answer.status_code == 422
    assert "from which day to which you were away" in unescape(answer.get_data(as_text=True))
    assert alice.post("/me/evidence/contest", {"reason": "other", "words": "x" * 2001}).status_code == 422
    assert state(staff, "Alice") == "hint"


def test_a_contest_is_a_case_with_a_number_and_a_deadline_and_can_be_taken_back(app, staff):
    number = put(staff, "Alice", "suspected")
    alice = sits(app, number)
    assert alice.post("/me/evidence/contest", {"reason": "other", "words": "why me"}).status_code == 303
    (case,) = contesting.cases(db.session.connection(), number)
    db.session.rollback()
    told = read(alice, "/me/evidence")
    assert f"Case {case.number}" in told
    assert "answered by" in told
    assert case.due >= staff.today + 12  # ten working days and two weekends at least
    assert alice.post("/me/evidence/contest", {"reason": "other"}).status_code == 409  # one at a time
    assert alice.post("/me/evidence/withdraw", {}).status_code == 303
    assert state(staff, "Alice") == "suspected"
    assert alice.post("/me/evidence/withdraw", {}).status_code == 409


def test_a_hint_can_be_put_off_and_its_letters_turned_off(app, staff):
    number = put(staff, "Alice", "hint")
    assert letters("hint") == ["alice@example.com"]
    alice = sits(app, number)
    assert "a quiet hint" in read(alice, "/me")
    alice.post("/me/evidence/remind", {})
    assert "a quiet hint" not in read(alice, "/me")
    alice.post("/me/evidence/remind", {"letters": "off"})
    assert "Letters about hints may come again" in read(alice, "/me/evidence")
    bob = sits(app, staff["Bob"])
    bob.post("/me/evidence/remind", {"letters": "off"})
    put(staff, "Bob", "hint")
    assert letters("hint") == ["alice@example.com"]
    put(staff, "Cora", "suspected")
    assert letters("noticed") == ["cora@example.com"]


def letters(kind):
    found = [one.address for one in db.session.query(Letter).filter(Letter.kind == kind)]
    db.session.rollback()
    return found


def test_low_use_is_a_question_to_the_person_alone_and_asked_once(app, staff):
    alice = sits(app, staff["Alice"])
    assert alice.post("/me/evidence/check-in", {"answer": "away"}).status_code == 409
    asked(staff, "Alice")
    for path in ("/", "/me/evidence"):
        told = read(alice, path) if path != "/" else read_home(alice)
        assert "Away? Quiet season? Need access or help?" in told
    assert alice.post("/me/evidence/check-in", {"answer": "nonsense"}).status_code == 422
    assert alice.post("/me/evidence/check-in", {"answer": "season", "back": "/"}).headers["Location"] == "/"
    assert "Away? Quiet season?" not in read_home(alice)
    assert [one.answer for one in db.session.query(CheckInAnswer)] == ["season"]
    for name, path in (("Mei", "/team"), ("Leo", "/lead/flags"), ("Hana", f"/hr/people/{staff['Alice']}")):
        assert "quiet season" not in read(sits(app, staff[name]), path)


def read_home(visitor):
    visitor.post("/welcome", {})
    return read(visitor, "/")


def asked(staff, *names, is_open=True):
    """Let the question about low use be open to people, or let them be judged without it."""
    for name in names:
        use = {"recent": [[0, 6.0]] * 20, "low": 5, "asked": is_open}
        row = {"participant": staff[name], "day": staff.today - 2, "version": 1, "asked": int(is_open)}
        begin_write()
        db.session.add(RelianceAccount(**row, state=evidence_state(use)))
        db.session.commit()


def evidence_state(use):
    from adoption.evidence import kept  # noqa: PLC0415
    from rules.reliance.checkin import Use  # noqa: PLC0415

    found = Use(tuple(map(tuple, use["recent"])), use["low"], use["asked"])
    return kept.text(kept.State(use=found))


def test_counts_of_check_ins_are_of_five_people_or_more(app, staff):
    leo = sits(app, staff["Leo"])
    asked(staff, "Alice", "Bob", "Cora", "Dave")
    assert "fewer than five people would be behind a number" in read(leo, "/lead/flags")
    asked(staff, "Erin")
    told = read(leo, "/lead/flags")
    assert "people have the question open" not in told, "five of five would be each of them"
    asked(staff, "Иван", "王伟", "Finn", "Gwen", is_open=False)
    assert "people have the question open" not in read(leo, "/lead/flags"), "neither of nine: four would be known"
    asked(staff, "Olga", is_open=False)
    assert "5 of 10 people have the question open" in read(leo, "/lead/flags")
    for name in ("Alice", "Bob", "Cora", "Dave"):
        sits(app, staff[name]).post("/me/evidence/check-in", {"answer": "season"})
    assert "It is a quiet season" not in read(leo, "/lead/flags")
    sits(app, staff["Erin"]).post("/me/evidence/check-in", {"answer": "season"})
    assert "It is a quiet season" in read(leo, "/lead/flags")


# --- help


def champion(staff, who):
    connection, now = begin_write(), time.time_ns() // 1000
    from adoption import facts  # noqa: PLC0415

    known = facts.current()
    leo = known.holder_of("leo@example.com")
    helping.name(connection, known, known.holder_of(f"{who.lower()}@example.com"), by=By(leo, "Leo"), now=now)
    db.session.commit()


def test_a_champion_begins_with_their_own_word_and_may_stop(app, staff):
    leo, bob = sits(app, staff["Leo"]), sits(app, staff["Bob"])
    assert leo.post("/lead/champions", {"who": "nobody@example.com"}).status_code == 422
    assert leo.post("/lead/champions", {"who": "bob@example.com"}).status_code == 303
    assert leo.post("/lead/champions", {"who": "bob@example.com"}).status_code == 422
    assert letters("champion") == ["bob@example.com"]
    alice = sits(app, put(staff, "Alice", "hint"))
    assert "Half an hour with a colleague" not in read(alice, "/me/evidence")
    assert "Would you help colleagues?" in read(bob, "/me/evidence")
    bob.post("/me/evidence/champion", {"say": "yes"})
    assert "Half an hour with a colleague" in read(alice, "/me/evidence")
    assert alice.post("/me/evidence/help", {"kind": "champion", "champion": staff["Bob"]}).status_code == 303
    assert (letters("help-chosen"), letters("help-asked")) == (["alice@example.com"], ["bob@example.com"])
    assert "alice@example.com" in read(bob, "/me/evidence")
    bob.post("/me/evidence/champion", {"say": "no"})
    assert "alice@example.com" not in read(bob, "/me/evidence")
    assert bob.post("/me/evidence/champion", {"say": "yes"}).status_code == 409  # nobody asks any more


def test_who_is_no_champion_cannot_be_called(app, staff):
    alice = sits(app, put(staff, "Alice", "hint"))
    for kind, who in (("champion", staff["Bob"]), ("champion", ""), ("nonsense", "")):
        assert alice.post("/me/evidence/help", {"kind": kind, "champion": who}).status_code == 422
    assert state(staff, "Alice") == "hint"


def test_help_that_somebody_asks_for_by_themselves_is_shown_to_nobody(app, staff):
    number = put(staff, "Alice", "hint")
    sits(app, number).post("/me/evidence/help", {"kind": "quest"})
    assert state(staff, "Alice") == "helping"
    assert "Alice" not in read(sits(app, staff["Leo"]), "/lead/flags")
    assert sits(app, staff["Leo"]).get(f"/lead/flags/{number}").status_code == 404
    assert "Could use a hand" not in read(sits(app, staff["Mei"]), "/team")
    assert "Record one thing right after it happened" in read(sits(app, number), "/me/evidence")


# --- the lead


def test_before_five_working_days_a_lead_sees_nothing(app, staff):
    number = put(staff, "Alice", "suspected", waited=4)
    leo = sits(app, staff["Leo"])
    assert "Alice" not in read(leo, "/lead/flags")
    for path in ("", "/confirm", "/decline"):
        answer = leo.post(f"/lead/flags/{number}{path}", {"why": "x"}) if path else leo.get(f"/lead/flags/{number}")
        assert answer.status_code == 404
    assert state(staff, "Alice") == "suspected"


def test_a_lead_confirms_after_five_days_and_says_why_if_not(app, staff):
    nights = Nights(staff, back=40, on=False)
    nights.go(14, Alice="sheets", Bob="sheets")
    nights.until("Alice", "suspected", Alice="sheets", Bob="sheets")
    while nights.flag("Alice").waited < 5 or nights.flag("Bob").waited < 5:
        nights.go(1, Alice="sheets", Bob="sheets")
    leo = sits(app, staff["Leo"])
    told = read(leo, "/lead/flags")
    assert "2 people wait for you" in told
    alice, bob = staff["Alice"], staff["Bob"]
    told = read(leo, f"/lead/flags/{alice}")
    assert "A registered customer list" in told or "Contacts Q4" in told
    assert "Offer help" in told
    assert leo.post(f"/lead/flags/{bob}/decline", {"why": " "}).status_code == 422
    assert leo.post(f"/lead/flags/{bob}/decline", {"why": "He moves the last list this week."}).status_code == 303
    assert leo.post(f"/lead/flags/{alice}/confirm", {}).status_code == 303
    assert leo.post(f"/lead/flags/{alice}/confirm", {}).status_code == 409
    assert (state(staff, "Alice"), state(staff, "Bob")) == ("flagged", "dismissed")
    assert "He moves the last list this week." in read(sits(app, bob), "/me/evidence")
    assert letters("offered") == ["alice@example.com"]
    told = read(sits(app, staff["Mei"]), "/team")
    assert "A registered customer list was edited on" in told
    assert "Help is offered" in told
    assert re.search(r"[Dd]eciban|probab|odds|speaks", told.partition("Towards")[0].partition('id="hands"')[2]) is None
    # she looked, and so did the lead: Alice reads it under "Me"
    told = read(sits(app, alice), "/me")
    assert "that help is offered, on the team's page" in told
    assert "what was noticed" in told


def test_a_contest_that_is_right_takes_back_what_was_misread_and_mutes_for_sixty_days(app, staff):
    nights = Nights(staff, back=40, on=False)
    nights.go(14, Alice="sheets")
    nights.until("Alice", "suspected", Alice="sheets")
    number = staff["Alice"]
    alice, leo = sits(app, number), sits(app, staff["Leo"])
    assert "“Contacts Q4” was edited by you" in read(alice, "/me/evidence")
    before = evidence.explained(db.session.connection(), number).total
    db.session.rollback()
    alice.post("/me/evidence/contest", {"reason": "no_customers", "workbook": nights.book, "words": "Seating plan."})
    told = read(leo, f"/lead/flags/{number}")
    assert "Seating plan." in told
    form = {"answer": "accept", "what": "", "why": "Right, it is the seating plan."}
    assert leo.post(f"/lead/flags/{number}/answer", form).status_code == 422
    assert leo.post(f"/lead/flags/{number}/answer", form | {"what": "norm", "norm": "many"}).status_code == 422
    assert state(staff, "Alice") == "contested"
    form |= {"what": "file", "workbook": nights.book}
    assert leo.post(f"/lead/flags/{number}/answer", form).status_code == 303
    assert leo.post(f"/lead/flags/{number}/answer", form).status_code == 409
    after = evidence.explained(db.session.connection(), number)
    assert after.total < before
    assert next(line for line in after.lines if line.family == "sheets").points <= 0
    flag = flags.of(db.session.connection(), [number])[number]
    db.session.rollback()
    assert (flag.state, flag.muted_until) == ("dismissed", staff.today + 60)
    assert "Right, it is the seating plan." in read(alice, "/me/evidence")
    assert letters("answered") == ["alice@example.com"]
    book = db.session.get(Workbook, nights.book)
    assert (book.state, book.reason) == ("unregistered", "")  # the answer is Alice's alone to read
    db.session.rollback()


def test_a_contest_can_be_about_a_workbook_of_ones_own_evidence_alone(app, staff):
    nights = Nights(staff, back=40, on=False)
    nights.go(14, Alice="sheets")
    nights.until("Alice", "suspected", Alice="sheets")
    number, by = staff["Alice"], By(staff["Mei"], "Mei")
    other = register.enrol("Forecast", "name", "forecast*", by=by, now=time.time_ns() // 1000)
    db.session.commit()
    alice, leo = sits(app, number), sits(app, staff["Leo"])
    for named in (10**40, other):
        alice.post("/me/evidence/contest", {"reason": "no_customers", "workbook": str(named)})
        case = contesting.cases(db.session.connection(), number)[0]
        db.session.rollback()
        assert (case.outcome, case.about.workbook) == (None, None)
        if named != other:
            alice.post("/me/evidence/withdraw", {})
    form = {"answer": "accept", "what": "file", "why": "Right.", "workbook": str(other)}
    assert leo.post(f"/lead/flags/{number}/answer", form).status_code == 303
    assert db.session.get(Workbook, other).state == "registered"
    db.session.rollback()


def test_a_contest_that_is_answered_otherwise_gives_five_new_days(app, staff):
    number = put(staff, "Alice", "contested")
    open_case(number, staff)
    leo = sits(app, staff["Leo"])
    assert leo.post(f"/lead/flags/{number}/answer", {"answer": "reject", "why": ""}).status_code == 422
    assert (
        leo.post(f"/lead/flags/{number}/answer", {"answer": "reject", "why": "It holds customers."}).status_code == 303
    )
    assert state(staff, "Alice") == "suspected"
    assert "It holds customers." in read(sits(app, number), "/me/evidence")


def open_case(number, staff, *, due=9):
    from adoption.models import Contest  # noqa: PLC0415

    row = {"reason": "other", "words": "", "about": "{}", "answer": "", "removed": "{}"}
    begin_write()
    db.session.add(Contest(participant=number, opened=1, due=staff.today + due, **row))
    db.session.commit()


def test_overdue_cases_stand_on_top(app, staff):
    for name, due in (("Alice", 3), ("Bob", -1)):
        open_case(put(staff, name, "contested"), staff, due=due)
    told = read(sits(app, staff["Leo"]), "/lead/flags")
    assert "overdue since" in told
    assert told.index(">Bob<") < told.index(">Alice<")


@pytest.mark.parametrize("due", [-1, 0, 3])
def test_a_day_that_has_passed_is_not_promised(app, staff, due):
    number = put(staff, "Bob", "contested")
    open_case(number, staff, due=due)
    told = read(sits(app, number), "/me/evidence")
    assert ("A person was to answer you by " in told, "was to be answered by " in told) == (due < 0, due < 0)
    assert ("a person answers you" in told, ">answered by" in told.replace("</svg> ", ">")) == (due >= 0, due >= 0)


def test_nobody_decides_about_themselves(app, staff):
    number = put(staff, "Leo", "contested")
    open_case(number, staff)
    leo = sits(app, number)
    assert "No case is open" in read(leo, "/lead/flags")
    assert (
        leo.post(f"/lead/flags/{number}/answer", {"answer": "accept", "why": "x", "what": "everything"}).status_code
        == 404
    )


def test_the_bar_counts_what_the_page_lists(app, staff):
    open_case(put(staff, "Leo", "contested"), staff)
    leo = sits(app, staff["Leo"])
    assert "notice" not in bar(leo)
    open_case(put(staff, "Alice", "contested"), staff)
    assert 'class="chip note">1<' in bar(leo)


def bar(visitor):
    """Return what stands in the bar above the pages of whoever leads."""
    return read(visitor, "/lead/flags").partition('<nav class="tabs desk"')[2].partition('<nav class="tabs low"')[0]


# --- the manager, and everybody else


@pytest.mark.parametrize("at", WAYS)
def test_a_manager_reads_of_three_states_and_of_no_other(app, staff, at):
    put(staff, "Alice", at)
    told = read(sits(app, staff["Mei"]), "/team")
    shown = at in {"flagged", "helping", "recovering"}
    assert ("Could use a hand" in told) is shown
    assert (db.session.query(FlagLook).count() == 1) is shown
    db.session.rollback()


def test_the_page_of_a_team_asks_as_much_about_three_people_as_about_one(app, staff):
    mei = sits(app, staff["Mei"])
    put(staff, "Alice", "flagged")
    read(mei, "/team")  # the first look at somebody is noted
    alone = queries.asked(lambda: mei.get("/team"))
    for who in ("Bob", "Cora"):
        put(staff, who, "flagged")
    read(mei, "/team")
    assert queries.asked(lambda: mei.get("/team")) == alone


def test_another_manager_and_colleagues_see_nothing(app, staff):
    put(staff, "Alice", "flagged")
    for name in ("Olga", "Bob", "Hana", "Ada", "Ann", "Leo"):
        assert "Could use a hand" not in read(sits(app, staff[name]), "/team")
    for name in ("Mei", "Hana", "Ada", "Bob"):
        assert sits(app, staff[name]).get("/lead/flags").status_code == 403


def test_a_stand_in_sees_what_the_manager_sees_and_the_person_who_that_was(app, staff):
    from adoption import delegating  # noqa: PLC0415

    number, bob = put(staff, "Alice", "flagged"), sits(app, staff["Bob"])
    by = By(staff["Mei"], "Mei")
    mei, receiver = staff["Mei"], staff["Bob"]
    delegating.hand_over(mei, receiver, None, starts=staff.today, last=staff.today, by=by, now=time.time_ns() // 1000)
    db.session.commit()
    assert "Could use a hand" in read(bob, "/team")
    told = read(sits(app, number), "/me")
    assert "(for Mei)" in told


def test_private_letters_are_not_in_the_outbox(app, staff):
    put(staff, "Alice", "hint")
    put(staff, "Bob", "suspected")
    ada = sits(app, staff["Ada"])
    told = read(ada, "/letters")
    assert "alice@example.com" not in told
    assert "bob@example.com" not in told
    number = db.session.query(Letter.id).order_by(Letter.id.desc()).first()[0]
    db.session.rollback()
    for path in ("", "/html", ".eml"):
        assert ada.get(f"/letters/{number}{path}").status_code == 404


def test_switched_off_nothing_is_left_to_see(app, staff):
    put(staff, "Alice", "flagged")
    begin_write()
    db.session.query(DetectionSetting).update({"individual": False})
    db.session.commit()
    assert "Could use a hand" not in read(sits(app, staff["Mei"]), "/team")
    assert "Alice" not in read(sits(app, staff["Leo"]), "/lead/flags")
