"""Two who do something at the same moment, or one who clicks twice: one of them is told, and nothing is there twice."""

import time
from datetime import date

import pytest
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import directory
from adoption import errors
from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import people_csv
from adoption import practice
from adoption import preferences
from adoption import privacy
from adoption import quests
from adoption import records
from adoption import rollout
from adoption import sampledata
from adoption import start
from adoption import trials
from adoption.audits import comparing
from adoption.audits import crediting
from adoption.audits import keeping
from adoption.audits import taking
from adoption.audits import watching
from adoption.auth.tokens import create_token
from adoption.chat import channels
from adoption.chat.channels import Wanted
from adoption.connectors.offices import Told
from adoption.digests import subscribing
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.flags import reminding
from adoption.journal import By
from adoption.locks import held
from adoption.models import ApiToken
from adoption.models import AuditRow
from adoption.models import Champion
from adoption.models import Channel
from adoption.models import Contest
from adoption.models import DetectionSetting
from adoption.models import Feed
from adoption.models import Help
from adoption.models import HelpEntry
from adoption.models import JournalEntry
from adoption.models import PracticePerson
from adoption.models import RecordLink
from adoption.models import RolloutGoal
from adoption.models import Signal
from adoption.models import Source
from adoption.models import StartStep
from adoption.models import StoredQuest
from adoption.models import StoredTrial
from adoption.models import WaveCare
from adoption.models import Workbook
from adoption.questions import helping as help_list
from adoption.questions.helping import Written
from adoption.signals import accepting
from adoption.signals import feeds
from adoption.signals import register
from adoption.sources import registry
from rules.reliance import cycle
from tests.house import NOW
from tests.house import House
from tests.nights import MONDAY
from tests.nights import Office
from tests.racing import Slowly
from tests.racing import waits
from tests.visitors import Visitor

BOOK = """
[metric.calls]
counts = "call.completed"
"""
BY = By(None, "Hana")
SHEET = "Name;Company;E-Mail\nAnna Weber;Acme;anna@x.example\nBert Kraus;Beta;bert@x.example\n"
STEPS = ["Open it", "Write it", "Save it"]
FEATURE = {
    "words": {"en": {"title": "Notes", "good_for": "Nothing is forgotten", "steps": STEPS}},
    "on": ["note.created"],
}


@pytest.fixture
def house(postgresql_app):
    """Return a house on the database that has writers at the same moment."""
    made = House(BOOK, people=("Alice", "Bob", "Hana", "Olga"), teams={"North": ("Alice", "Bob")})
    made.app = postgresql_app
    made.by = By(made["Hana"], "Hana")
    return made


def number(table, *which):
    found = db.session.scalar(select(func.count()).select_from(table).where(*which))
    db.session.rollback()
    return found


def one_after_the_other(first, second=None):
    """Let a task wait before it commits while another begins; return what the two came to."""

    def slowly(pause):
        found = first()
        pause()
        db.session.commit()
        return found

    def at_once(_pause):
        found = (second or first)()
        db.session.commit()
        return found

    slow = Slowly(slowly).until_paused()
    assert slow.thread.is_alive(), slow.result
    other = Slowly(at_once)
    assert waits(other), other.result
    return slow.finish(), other.finish()


# --- sent twice


def test_detection_is_turned_on_once(house):
    def turn_on():
        return privacy.turn_on(begin_write(), house.by, told=day(), why="Agreed", now=NOW)

    found, other = one_after_the_other(turn_on)
    assert found.individual
    assert isinstance(other, privacy.UnchangedError)
    assert number(DetectionSetting) == 1


def day():
    """Return the local day on which all of this happens."""
    return facts.day_of()(NOW)


def test_a_champion_is_named_once(house):
    def name():
        helping.name(begin_write(), facts.current(), house["Olga"], by=house.by, now=NOW)

    assert isinstance(one_after_the_other(name)[1], helping.NamedError)
    assert number(Champion) == 1


def test_two_wishes_about_a_hint_are_both_kept(house):
    def put_off():
        return reminding.remind(begin_write(), house["Alice"], day=739_000)

    def no_letters():
        return reminding.remind(begin_write(), house["Alice"], letters=False)

    assert one_after_the_other(put_off, no_letters)[1] == (739_000 + cycle.SNOOZED, False)


def test_a_step_of_the_first_run_is_put_aside_once(house):
    def put_aside():
        start.keep("letter", skipped=True, by=house.by, now=NOW)

    assert one_after_the_other(put_aside) == (None, None)
    assert number(StartStep) == number(JournalEntry) == 1


def test_a_feed_and_a_source_are_connected_once(house):
    def connect():
        feeds.connect("suite", "file", "The suite", {}, by=house.by, now=NOW)

    assert isinstance(one_after_the_other(connect)[1], feeds.TakenError)
    assert number(Feed) == 1

    def connect_source():
        registry.connect("shop", "secret", "", None, by=house.by, now=NOW)

    assert isinstance(one_after_the_other(connect_source)[1], registry.TakenError)
    assert number(Source) == 1


def test_a_link_to_records_is_set_by_two(house):
    def link(to):
        return lambda: records.link("crm", f"https://{to}.example/{{id}}")

    assert one_after_the_other(link("one"), link("two")) == (None, None)
    assert db.session.scalar(select(RecordLink.template)) == "https://two.example/{id}"


def test_a_goal_is_chosen_and_dropped_once(house):
    def choose():
        return rollout.choose(begin_write(), "More calls", "calls", target=None, until=None, by=house.by, now=NOW)

    goal, other = one_after_the_other(choose)
    assert isinstance(other, errors.RefusedError)
    assert number(RolloutGoal) == 1

    def drop():
        rollout.drop(begin_write(), goal, by=house.by, now=NOW)

    assert isinstance(one_after_the_other(drop)[1], errors.NotFoundError)
    assert number(JournalEntry, JournalEntry.action == "removed") == 1


def test_an_answer_of_the_diagnosis_is_in_the_journal_once(house):
    def answer():
        return rollout.answer(begin_write(), {"products": "Bicycles"}, by=house.by, now=NOW)

    assert one_after_the_other(answer) == (1, 0)
    assert number(JournalEntry) == 1


def test_help_is_published_and_withdrawn_once(house):
    def publish():
        written = Written("home.week", "en", "Where is it?", "At the top.")
        return help_list.publish(begin_write(), house.by, written, question=None, now=NOW)

    found, other = one_after_the_other(publish)
    assert found == other
    assert number(HelpEntry) == 1

    def withdraw():
        help_list.withdraw(begin_write(), house.by, found, everybody=False, now=NOW)

    assert isinstance(one_after_the_other(withdraw)[1], errors.NotFoundError)
    assert number(JournalEntry, JournalEntry.action == "withdrew") == 1


def test_a_workbook_is_proposed_once_also_while_it_is_enrolled(house):
    def propose():
        return register.propose("Customers", "name", "customers*", by=house.by, now=NOW)

    def enrol():
        return register.enrol("Customers", "name", "customers*", by=house.by, now=NOW)

    found, other = one_after_the_other(propose, enrol)
    assert found == other
    assert number(Workbook) == 1


def test_a_workbook_that_is_decided_about_and_enrolled_waits_in_no_circle(house):
    found = register.propose("Customers", "name", "customers*", by=house.by, now=NOW)
    db.session.commit()

    def decide():
        register.decide(found, "registered", by=house.by, now=NOW)

    def enrol():
        return register.enrol("Customers", "name", "customers*", by=house.by, now=NOW)

    assert one_after_the_other(decide, enrol) == (None, found)


def test_a_token_is_made_once(house):
    def make():
        return create_token("export", ["people:read"], email=None, now=NOW)

    assert isinstance(one_after_the_other(make)[1], errors.RefusedError)
    assert number(ApiToken) == 1


def test_a_dry_run_is_asked_for_by_two(house):
    question = trials.Question(BOOK, (), 1, 2)

    def ask():
        trials.ask(question, NOW)

    assert one_after_the_other(ask) == (None, None)
    assert number(StoredTrial) == 1
    trials.cancel(question)
    db.session.commit()
    ask()
    assert trials.find(question).state == "waiting"


def test_help_is_chosen_once(house):
    flags.take(begin_write(), house["Alice"], "hint", by=cycle.SERVICE, who=None, day=739_000, now=NOW)
    db.session.commit()

    def choose():
        return helping.choose(begin_write(), house["Alice"], "quest", None, day=739_001, now=NOW)

    assert one_after_the_other(choose) == (True, False)
    assert number(Help) == 1


def test_who_agrees_to_show_their_practice_is_in_the_journal_once(house):
    row = {"participant": house["Alice"], "asked": True, "choice": None, "chosen": None, "tip": "", "pattern": None}
    begin_write().execute(insert(PracticePerson).values(row))
    db.session.commit()

    def agree():
        practice.choose(begin_write(), house["Alice"], "named", "", now=NOW)

    assert one_after_the_other(agree) == (None, None)
    assert number(JournalEntry) == 1


def test_what_the_database_refuses_is_a_conflict_and_no_fault(app, monkeypatch):
    house = House(BOOK, people=("Alice",))

    def twice(connection, participant, _number, **_):
        row = {"participant": participant, "since": None, "named": NOW, "named_by": participant}
        for _ in range(2):
            connection.execute(insert(Champion).values(row))

    monkeypatch.setattr(helping, "end", twice)
    answer = Visitor(app, house["Alice"]).post("/me/evidence/help/1/end")
    assert answer.status_code == 409
    assert "urn:uuid:" in answer.get_data(as_text=True)  # the log tells more
    assert number(Champion) == 0


# --- each changes a part


def test_two_new_quests_have_two_keys(house):
    def save(title):
        words = {"en": FEATURE["words"]["en"] | {"title": title}}
        return lambda: quests.save(begin_write(), "", FEATURE | {"words": words}, by=house.by, now=NOW)

    assert one_after_the_other(save("Notes"), save("Tags")) == ("own-1", "own-2")
    assert number(StoredQuest) == 2


def test_a_quest_that_is_offered_while_its_words_change_has_both(house):
    key = quests.save(begin_write(), "", FEATURE, by=house.by, now=NOW)
    db.session.commit()
    words = {"en": FEATURE["words"]["en"] | {"title": "Better words"}}

    def save():
        quests.save(begin_write(), key, FEATURE | {"words": words}, by=house.by, now=NOW)

    def offer():
        return quests.offer(begin_write(), key, offered=True, by=house.by, now=NOW)

    assert one_after_the_other(save, offer) == (None, True)
    found = quests.get(key)
    assert (found.offered, found.feature.words["en"].title) == (True, "Better words")


def test_whoever_ends_a_letter_gets_none_though_another_window_moves_its_hour(house):
    alice = house["Alice"]

    def end():
        subscribing.choose(alice, "digest", NOW, active=False)

    def move():
        subscribing.choose(alice, "digest", NOW, hour=9)

    one_after_the_other(end, move)
    found = subscribing.of(alice, "digest")
    assert (found.active, found.hour) == (False, 9)


def test_two_windows_change_two_preferences(house):
    alice = house["Alice"]
    one_after_the_other(
        lambda: preferences.choose(alice, shown="hidden"), lambda: preferences.choose(alice, language="ru")
    )
    assert preferences.of(alice) == preferences.Preferences(language="ru", shown="hidden")


def test_a_decision_about_a_wave_leaves_who_cares_for_it(house):
    begins = date.fromordinal(day() + 14).isoformat()
    directory.load_waves(people_csv.read_waves(f"wave,team,from\nFirst,North,{begins}\n".encode()))
    db.session.commit()

    def care():
        facts.exclusive(begin_write())  # as storing its teams does
        rollout.care(
            db.session.connection(), "First", champion=house["Bob"], supporter=None, by=house.by, now=NOW
        )  # fmt: skip  # one call

    def decide():
        rollout.decide(begin_write(), "First", "hold", why="Not yet", by=house.by, now=NOW)

    assert one_after_the_other(care, decide) == (None, None)
    found = db.session.execute(select(WaveCare.champion, WaveCare.decision)).one()
    assert tuple(found) == (house["Bob"], "hold")


# --- gone meanwhile


def test_the_address_of_a_channel_that_is_removed_while_it_is_changed_stays_forgotten(house):
    wanted = Wanted("slack", "Alerts", "https://hooks.slack.com/services/a", "en", None, ("alerts",))
    found = channels.connect(wanted, ("alerts",), by=house.by, now=NOW)
    db.session.commit()

    def remove():
        channels.remove(begin_write(), found, by=house.by, now=NOW)

    def change():
        channels.change(found, wanted._replace(url=f"{wanted.url}b"), ("alerts",), by=house.by, now=NOW)

    assert isinstance(one_after_the_other(remove, change)[1], channels.UnknownChannelError)
    assert db.session.scalar(select(Channel.url)) == ""


def test_a_feed_that_is_removed_while_it_tells_something_goes_with_that(house):
    feeds.connect("suite", "file", "The suite", {}, by=house.by, now=NOW)
    db.session.commit()
    told = [Told("1", "alice@example.com", NOW)]

    def accept():
        accepting.accept(begin_write(), "suite", told, NOW)

    def remove():
        feeds.remove("suite", by=house.by, now=NOW)

    assert one_after_the_other(accept, remove) == (None, None)
    assert number(Feed) == number(Signal) == 0


def contested(house):
    """Let Alice contest a hint; return the case."""
    connection = begin_write()
    flags.take(connection, house["Alice"], "hint", by=cycle.SERVICE, who=None, day=day() - 1, now=NOW)
    about = contesting.About()
    contesting.contest(connection, facts.current(), house["Alice"], "other", words="No", about=about, now=NOW)
    db.session.commit()
    (found,) = contesting.cases(db.session.connection(), house["Alice"])
    db.session.rollback()
    return found


def test_a_case_that_is_answered_while_it_is_taken_back_waits_in_no_circle(house, monkeypatch):
    case, take = contested(house), contesting.steps.take

    def answer(pause):
        def paused(*given, **more):
            if more["by"] == cycle.LEAD:
                pause()
            return take(*given, **more)

        monkeypatch.setattr(contesting.steps, "take", paused)
        contesting.close(
            begin_write(), case, accepted=False, answer="It is", removed={}, who=house["Olga"], day=day(), now=NOW
        )
        db.session.commit()

    def withdraw(_pause):
        contesting.withdraw(begin_write(), house["Alice"], day=day(), now=NOW)
        db.session.commit()

    slow = Slowly(answer).until_paused()
    other = Slowly(withdraw)
    assert waits(other)
    assert slow.finish() is None
    assert isinstance(other.finish(), cycle.ImpossibleStepError)
    assert db.session.scalars(select(Contest.outcome)).all() == ["rejected"]


# --- audits


def audit(house):
    """Upload a sheet beside what the CRM knows, and confirm its columns; return it as it waits."""
    house.did("Alice", "contact.created", "contact/1", name="Anna Weber", email="anna@x.example", company="Acme")
    found = taking.take(SHEET.encode(), "list.csv", contacts=None, by=BY, shared=True, country="49", now=NOW)
    db.session.commit()
    return keeping.find(found)


def confirm(kept):
    taking.confirm(kept, kept.mapping, country="49", counts=False, by=BY, now=NOW)
    db.session.commit()


def test_an_audit_that_is_deleted_while_it_is_compared_goes_with_all_rows(house):
    kept = audit(house)
    confirm(kept)
    comparing.compare(kept.id, lambda: NOW)
    taking.again(keeping.find(kept.id), None)
    db.session.commit()

    def store():
        connection = begin_write()
        connection.execute(select(keeping.Audit.id).where(keeping.Audit.id == kept.id).with_for_update())
        comparing.store(connection, kept.id, [], now=NOW, day=1)
        row = {column.name: "" for column in AuditRow.__table__.columns if column.name in TEXTS}
        connection.execute(insert(AuditRow).values(audit=kept.id, line=9, rank=9, closings=0, **row))

    assert one_after_the_other(store, lambda: keeping.remove(kept, BY, NOW)) == (None, None)
    assert number(AuditRow) == number(keeping.Audit) == 0


TEXTS = {
    column.name for column in AuditRow.__table__.columns if str(column.type) == "TEXT" and not column.nullable
}  # fmt: skip  # of a row


def test_an_audit_that_was_deleted_before_its_rows_are_stored_is_left_alone(app, monkeypatch):
    house = House(BOOK)
    kept = audit(house)
    confirm(kept)
    found = comparing.checking.check

    def deleted(*given, **more):
        outcomes = found(*given, **more)
        keeping.remove(kept, BY, NOW)
        db.session.commit()
        return outcomes

    monkeypatch.setattr(comparing.checking, "check", deleted)
    assert comparing.compare(kept.id, lambda: NOW) is False
    assert number(AuditRow) == 0


def test_columns_that_were_confirmed_while_a_file_was_read_again_stay(app):
    house = House(BOOK)
    kept = audit(house)
    confirm(kept)
    with pytest.raises(keeping.NotNowError):
        taking.read_again(kept, 1)
    db.session.rollback()
    assert keeping.find(kept.id).heading == kept.heading


def test_a_list_is_shared_once(app):
    house = House(BOOK, people=("Alice",))
    found = taking.take(
        SHEET.encode(), "list.csv", contacts=None, by=By(house["Alice"], "Alice"), shared=False, country="49", now=NOW
    )
    db.session.commit()
    kept = keeping.find(found)
    keeping.share(kept, BY, NOW)
    db.session.commit()
    with pytest.raises(keeping.NotNowError):
        keeping.share(kept, BY, NOW)
    db.session.rollback()
    assert number(JournalEntry) == 1


def test_an_audit_that_is_deleted_holds_up_no_other(app, monkeypatch):
    house = House(BOOK)
    first, second = audit(house), audit(house)
    for kept in (first, second):
        confirm(kept)
        comparing.compare(kept.id, lambda: NOW)
    house.did("Alice", "contact.created", "contact/2", name="Bert Kraus", email="bert@x.example", company="Beta")
    settle = crediting.settle

    def deleted(now):
        if keeping.shared()[-1].id == first.id:
            monkeypatch.setattr(watching.keeping, "find", finding)
        return settle(now)

    def finding(wanted, find=keeping.find):
        if wanted == first.id:
            keeping.remove(first, BY, NOW)
            db.session.commit()
        return find(wanted)

    monkeypatch.setattr(watching.crediting, "settle", deleted)
    assert watching.watch(NOW).closed == 1


# --- detection, sample data


def test_detection_that_is_turned_off_while_a_night_goes_on_leaves_nothing_of_anybody(app):
    office = Office("Alice", "Bob", "Carl")
    office.works("Alice", range(MONDAY, MONDAY + 5))
    office.deliver()

    def turn_off(done, _whole):
        if done == 1:
            privacy.turn_off(begin_write(), BY, why="The pilot is over", now=NOW)
            db.session.commit()
            privacy.forget(NOW)

    with pytest.raises(StoppedError):
        office.judge(MONDAY, size=1, report=turn_off)
    db.session.rollback()
    assert sum(privacy.held().values()) == 0
    assert office.judge(MONDAY, size=1) >= 1
    assert sum(privacy.held().values()) == 0
    assert evidence.due(NOW) is not None


def test_detection_is_turned_off_once_the_people_who_are_judged_are_done(house):
    privacy.turn_on(begin_write(), house.by, told=day(), why="Agreed", now=NOW)
    db.session.commit()

    def judge():
        return privacy.hold(begin_write())

    def turn_off():
        return privacy.turn_off(begin_write(), house.by, why="Over", now=NOW).individual

    assert one_after_the_other(judge, turn_off) == (True, False)
    assert privacy.hold(begin_write()) is False


def test_sample_data_is_loaded_by_one_and_removed_by_nobody_meanwhile(app):
    House(BOOK)
    with held("samples"):
        with pytest.raises(sampledata.NotNowError):
            sampledata.load(BY, time.time_ns() // 1000)
        with pytest.raises(sampledata.ComingError):
            sampledata.remove(BY, NOW)
