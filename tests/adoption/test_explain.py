"""Every award answers "why?", every near miss "why not yet?", every record tells its story."""
# ruff: noqa: RUF001  # letters that look alike are meant

from datetime import date
from datetime import datetime
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import explain
from adoption import facts
from adoption import rulebook
from adoption.errors import NotFoundError
from adoption.explain import done
from adoption.explain import reckoning
from adoption.explain import rulings
from adoption.explain import spellings
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Facts
from adoption.models import Unscored
from adoption.models import bucket_of
from rules import wording
from rules.version import versions
from tests import living
from tests import worlds
from tests.house import MONDAY
from tests.house import NOW
from tests.house import SOURCE
from tests.house import ZONE
from tests.house import House

TODAY = MONDAY.toordinal()
BOOK = """
[milestone."contact.developed"]
record = "contact"
credit = "last"
undone_by = "contact.deleted"
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail or a phone number"
on = ["contact.created", "contact.updated"]
where = { field = "email", filled = true }
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
on = ["call.completed"]
[[milestone."contact.developed".needs]]
key = "next-step"
title = "a next step"
on = ["task.created"]

[metric.developed-contacts]
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
[metric.companies]
counts = "call.completed"
measure = "distinct"
of = "company"

[reward.lunch]
kind = "voucher"
[reward.cake]
kind = "voucher"

[incentive.two-contacts]
title = "Two developed contacts"
metric = "developed-contacts"
every = 2
per = "week"
at_most = 2
earns = ["lunch", "cake"]
[incentive.big-month]
metric = "revenue"
reach = 1000
per = "month"
earns = "lunch"
[incentive.steady]
metric = "calls"
in_a_row = 3
per = "week"
at_most = 1
earns = "cake"
[incentive.team-calls]
metric = "calls"
every = 4
per = "week"
holder = "team"
earns = "cake"
[incentive.many-companies]
metric = "companies"
every = 2
per = "week"
earns = "cake"
"""


@pytest.fixture
def new_house(app):  # the database is what a house needs
    """Return the maker of a house in an empty application, on both databases."""
    return lambda book=BOOK, **more: House(book, **more)


def develop(house, who, number, *, lacks=(), on=MONDAY):
    """Take the steps of a contact; return their ids."""
    subject, steps = f"contact/{number}", {}
    if "email" not in lacks:
        steps["contact.created"] = house.event(who, "contact.created", subject, on=on, at="09:00", email="a@b.c")
    if "call" not in lacks:
        steps["call.completed"] = house.event(who, "call.completed", subject, on=on, at="09:10", company=number)
    if "task" not in lacks:
        steps["task.created"] = house.event(who, "task.created", subject, on=on, at="09:20")
    house.send(*steps.values())
    return {kind: step["id"] for kind, step in steps.items()}


def awards(house, who, incentive, **more):
    db.session.rollback()
    return [one for one in explain.awards_of(house[who], **more) if one.incentive == incentive]


def why(house, who, incentive, **more):
    return explain.why(awards(house, who, incentive)[-1].id, **more)


def added(found):
    return [(one.id, one.adds) for one in found.activities]


def total(found):
    return sum((Decimal(one.adds) for one in found.activities), Decimal(0))


def line(house, who, incentive, day=TODAY):
    db.session.rollback()
    return next(one for one in explain.progress(house[who], day) if one.incentive == incentive)


# --- why


def test_an_award_names_its_rule_its_arithmetic_and_each_record_that_counted(new_house):
    house = new_house()
    steps = [develop(house, "Alice", number) for number in range(1, 6)]
    develop(house, "Alice", 6, lacks=["task"])
    develop(house, "Bob", 7)
    found = why(house, "Alice", "two-contacts")
    assert found.sentence == ("Every 2 developed contacts in a week earn a lunch or a cake, at most twice a week.")
    assert (found.holder, found.version, found.in_force) == ("alice@example.com", 1, "since 2026-01-05")
    assert (found.tally, found.arithmetic) == ("5", "5 ÷ 2 = 2 (at most 2)")
    assert added(found) == [(made["task.created"], "1") for made in steps]
    first = found.activities[0]
    assert (first.source, first.type, first.subject) == (SOURCE, "contact.developed", "contact/1")
    assert first.time == datetime(2026, 3, 2, 9, 20, tzinfo=ZONE)


def test_awards_are_listed_newest_first_with_what_became_of_them(new_house):
    house = new_house()
    steps = [develop(house, "Alice", number) for number in range(1, 5)]
    house.did("Alice", "task.created", retracts=steps[3]["task.created"])
    found = awards(house, "Alice", "two-contacts")
    assert [(one.ordinal, one.status) for one in sorted(found, key=lambda one: one.ordinal)] == [
        (1, "choosing"),
        (2, "voided"),
    ]
    assert {one.period for one in found} == {"2026-W10"}
    assert {one.title for one in found} == {"Two developed contacts"}
    voided = next(one for one in found if one.status == "voided")
    assert explain.why(voided.id).arithmetic == "3 ÷ 2 = 1 (at most 2)"


def test_a_sum_lists_each_amount_and_leaves_out_what_could_not_be_read(new_house):
    house = new_house()
    house.did("Alice", "deal.won", id="a", at="10:00", amount="999.99995")
    house.did("Alice", "deal.won", id="b", at="11:00", amount=-20)
    house.did("Alice", "deal.won", id="c", at="12:00", amount="a lot")
    house.did("Alice", "deal.won", id="d", at="13:00", amount=30)
    found = why(house, "Alice", "big-month")
    assert added(found) == [("a", "1000"), ("b", "-20"), ("d", "30")]
    assert (found.tally, found.arithmetic) == ("1010", "1010 ≥ 1000")


def test_a_value_that_shows_again_adds_nothing(new_house):
    house = new_house()
    for name, company in (("a", "Acme"), ("b", "Acme"), ("c", "Zeta"), ("d", None)):
        house.did("Alice", "call.completed", id=name, at=f"1{'abcd'.index(name)}:00", company=company)
    found = why(house, "Alice", "many-companies")
    assert added(found) == [("a", "1"), ("b", "0"), ("c", "1")]
    assert found.tally == "2"


def test_retracted_activities_and_those_of_others_are_not_listed(new_house):
    house = new_house()
    kept = [house.did("Alice", "deal.won", amount=600, id=name) for name in ("one", "two")]
    gone = house.did("Alice", "deal.won", amount=900)
    house.did("Alice", "deal.lost", retracts=gone)
    house.did("Bob", "deal.won", amount=5000)
    house.did("stranger", "deal.won", amount=5000)
    house.did(None, "deal.won", amount=5000)
    assert sorted(one.id for one in why(house, "Alice", "big-month").activities) == sorted(kept)


def test_an_actor_is_known_by_any_spelling_of_the_address(new_house):
    house = new_house()
    spelled = ["alice@example.com", "Alice@Example.COM", "ALICE@EXAMPLE.COM", "aLICE@exAMPle.com", "Alice"]
    for name in spelled:
        house.did(name, "deal.won", amount=300)
    house.did("alice@example.com.au", "deal.won", amount=300)
    found = why(house, "Alice", "big-month")
    assert (len(found.activities), found.tally) == (5, "1500")


def test_only_the_days_of_the_version_count_and_an_earlier_version_takes_its_part_of_the_limit(new_house):
    house = new_house()
    tuesday = MONDAY + timedelta(days=1)
    house.publish(BOOK.replace("every = 2\nper", "every = 1\nper", 1), since=tuesday)
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    develop(house, "Alice", 3, on=tuesday)
    house.settle()
    new, old = sorted(awards(house, "Alice", "two-contacts"), key=lambda one: -int(one.id.split("-")[0]))
    first, second = explain.why(old.id), explain.why(new.id)
    assert (first.version, first.in_force) == (1, "2026-01-05 to 2026-03-02")
    assert (first.tally, first.arithmetic) == ("2", "2 ÷ 2 = 1 (at most 2)")
    assert (second.version, second.in_force) == (2, "since 2026-03-03")
    assert (second.tally, second.arithmetic) == ("1", "1 ÷ 1 = 1 (at most 2; 1 by an earlier version)")
    assert [one.subject for one in second.activities] == ["contact/3"]


def test_a_version_that_was_replaced_before_it_took_force_still_explains_its_voided_awards(new_house):
    house = new_house(BOOK.replace("every = 2\nper", "every = 1\nper", 1))
    develop(house, "Alice", 1)
    house.publish(BOOK, since=date(2026, 1, 5))
    house.settle()
    (voided,) = awards(house, "Alice", "two-contacts")
    found = explain.why(voided.id)
    assert (voided.status, voided.period) == ("voided", "2026-W10")
    assert found.sentence.startswith("Each of the developed contacts in a week earns")
    assert (found.in_force, found.tally, found.activities) == ("replaced before it took force", "0", [])


def test_a_streak_lists_the_days_of_its_blocks(new_house):
    house = new_house()
    for day in range(4):
        on = MONDAY + timedelta(days=day)
        house.did("Alice", "call.completed", id=f"{day}-first", on=on, at="09:00")
        house.did("Alice", "call.completed", id=f"{day}-second", on=on, at="10:00")
    found = why(house, "Alice", "steady")
    assert found.arithmetic == "3 working days in a row ÷ 3 = 1 (at most 1)"
    assert added(found) == [(f"{day}-{n}", adds) for day in range(3) for n, adds in (("first", "1"), ("second", "0"))]
    assert found.tally == "3"


def test_the_award_of_a_team_lists_what_its_members_did(new_house):
    house = new_house(people=("Alice", "Bob", "Carl"), teams={"North": ("Alice", "Bob")})
    ids = [house.did(name, "call.completed", at=at) for name, at in (("Alice", "09:00"), ("Bob", "10:00")) * 2]
    house.did("Carl", "call.completed")
    found = why(house, "North", "team-calls")
    assert found.holder == "team:North"
    assert sorted(one.id for one in found.activities) == sorted(ids)
    assert found.award.id.split("-")[1] == f"t{-house['North']}"
    assert explain.award_key(found.award.id).holder == house["North"]


def test_members_of_a_large_team_are_found_by_reading_the_days_whole(new_house, monkeypatch):
    house = new_house(people=("Alice", "Bob", "Carl"), teams={"North": ("Alice", "Bob")})
    for name in ("Alice", "Bob", "BOB@example.com", "alice", "Carl"):
        house.did(name, "call.completed")
    before = why(house, "North", "team-calls")
    monkeypatch.setattr(done, "MOST_DAYS", 0)
    assert why(house, "North", "team-calls") == before
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    assert why(house, "Alice", "two-contacts").tally == "2"


def test_what_waits_to_be_scored_is_not_counted_yet(new_house):
    house = new_house()
    ids = [house.did("Alice", "deal.won", amount=1000) for _ in range(2)]
    connection = begin_write()
    row = {"source": SOURCE, "id": ids[1], "bucket": bucket_of(SOURCE, ids[1]), "reason": "", "since": 0, "tries": 0}
    connection.execute(insert(Unscored).values(row))
    db.session.commit()
    assert [one.id for one in why(house, "Alice", "big-month").activities] == ids[:1]


@pytest.mark.parametrize(
    "name", ["", "1", "1-2-3", "1-2-739000-1", "1-t2-739000-1", "x-1-1-1", "1-tt2-3-4", "1-2-3-4-5", "①-2-3-4"]
)
def test_the_name_of_no_award_is_not_found(new_house, name):
    new_house()
    with pytest.raises(NotFoundError):
        explain.why(name)


def test_why_speaks_russian_and_chinese(new_house):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    russian = why(house, "Alice", "two-contacts", language="ru")
    assert (russian.in_force, russian.arithmetic) == ("начиная с 2026-01-05", "2 ÷ 2 = 1 (не больше 2)")
    chinese = why(house, "Alice", "two-contacts", language="zh")
    assert (chinese.in_force, chinese.arithmetic) == ("自 2026-01-05 起", "2 ÷ 2 = 1 (最多 2)")


TRANSLATED = (
    BOOK.replace(
        "[metric.developed-contacts]", '[metric.developed-contacts]\ntitles = { ru = "Проработанные контакты" }'
    )
    .replace(
        '"Two developed contacts"', '"Two developed contacts"\ntitles = { ru = "Два контакта", zh = "两个联系人" }'
    )
    .replace('"a conversation"', '"a conversation"\ntitles = { ru = "разговор", zh = "一次沟通" }')
    .replace('"a next step"', '"a next step"\ntitles = { ru = "следующий шаг", zh = "下一步安排" }')
    .replace('record = "contact"', 'record = "contact"\ntitles = { ru = "Проработанный контакт" }')
    .replace("[reward.lunch]", '[reward.lunch]\ntitles = { ru = "Бесплатный обед" }')
    .replace("[reward.cake]", '[reward.cake]\ntitles = { ru = "Торт" }')
)


def test_everything_that_is_explained_has_its_title_in_the_language_asked_for(new_house):
    house = new_house(TRANSLATED)
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    develop(house, "Alice", 3, lacks=["call", "task"])
    db.session.rollback()
    alice = house["Alice"]
    titles = {"en": "Two developed contacts", "ru": "Два контакта", "zh": "两个联系人"}
    for language, title in titles.items():
        (award,) = awards(house, "Alice", "two-contacts", language=language)
        assert award.title == explain.why(award.id, language=language).award.title == title
        assert explain.progress(alice, TODAY, language=language)[0].title == title
    assert awards(house, "Alice", "two-contacts")[0].title == "Two developed contacts"
    assert explain.why(award.id, language="ru").sentence == (
        "Показатель «Проработанные контакты»: каждые 2 за неделю дают на выбор «Бесплатный обед» или «Торт», "
        "не более 2 раз в неделю."
    )
    story = explain.record("contact/3", language="ru").milestones[0]
    assert (story.title, [need.title for need in story.needs]) == (
        "Проработанный контакт",
        ["an e-mail or a phone number", "разговор", "следующий шаг"],
    )


def test_why_not_yet_names_what_is_missing_in_the_language_asked_for(new_house):
    house = new_house(TRANSLATED)
    develop(house, "Alice", 3, lacks=["call", "task"])
    db.session.rollback()
    russian, chinese = (
        explain.why_not_yet(house["Alice"], "two-contacts", TODAY, language=language) for language in ("ru", "zh")
    )
    assert russian.records[0].missing == ["разговор", "следующий шаг"]
    assert russian.missing == ("Осталось 2: 0 из 2 на этой неделе. contact/3 — ещё нужно: разговор и следующий шаг.")
    assert chinese.missing == "还差2：本周0/2。contact/3 缺少一次沟通和下一步安排。"


def test_titles_that_are_added_later_are_shown_for_awards_granted_before(new_house):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    day = MONDAY.toordinal()
    done = rulebook.publish(TRANSLATED, today=day, since=None, name="translated", now=NOW)
    db.session.commit()
    assert (done.changed, done.rescore) == ((), False)
    (award,) = awards(house, "Alice", "two-contacts", language="ru")
    assert (award.title, explain.why(award.id).version) == ("Два контакта", 1)


# --- how far, and why not yet


def test_progress_tells_how_far_what_is_due_and_what_is_missing(new_house):
    house = new_house(people=("Alice", "Bob"), teams={"North": ("Alice",)})
    for number in (1, 2, 3):
        develop(house, "Alice", number)
    found = line(house, "Alice", "two-contacts")
    assert (found.title, found.period) == ("Two developed contacts", "2026-W10")
    assert (found.tally, found.target, found.due) == ("3", "4", 1)
    assert found.missing == "1 more to go: 3 of 4 this week."
    assert line(house, "Bob", "two-contacts").missing == "2 more to go: 0 of 2 this week."
    shown = [one.incentive for one in explain.progress(house["Alice"], TODAY)]
    assert shown == ["two-contacts", "big-month", "steady", "many-companies"]
    assert [one.incentive for one in explain.progress(house["North"], TODAY)] == ["team-calls"]


def test_when_all_is_earned_nothing_is_missing(new_house):
    house = new_house()
    for number in range(1, 6):
        develop(house, "Alice", number)
    assert line(house, "Alice", "two-contacts").missing == "All earned this week: 2 of 2."
    found = explain.why_not_yet(house["Alice"], "two-contacts", TODAY)
    assert (found.missing, found.records) == ("All earned this week: 2 of 2.", [])
    for day in range(3):
        house.did("Alice", "call.completed", on=MONDAY + timedelta(days=day))
    assert line(house, "Alice", "steady", TODAY + 3).missing == "All earned this week: 1 of 1."


def test_a_streak_tells_the_length_of_the_run_that_goes_on(new_house):
    house = new_house()
    for day in (0, 1):
        house.did("Alice", "call.completed", on=MONDAY + timedelta(days=day))
    found = line(house, "Alice", "steady", TODAY + 2)
    assert (found.tally, found.target, found.due) == ("2", "3", 0)
    assert found.missing == "1 more working day to go: 2 of 3 in a row."
    assert line(house, "Alice", "steady", TODAY + 3).tally == "0"
    house.absent("Alice", MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
    assert line(house, "Alice", "steady", TODAY + 3).tally == "2"


def test_an_incentive_that_is_not_in_force_says_so(new_house):
    house = new_house()
    found = explain.why_not_yet(house["Alice"], "big-month", date(2025, 12, 1).toordinal())
    assert (found.missing, found.records) == ("Not in force on 2025-12-01.", [])
    house.publish(BOOK.split("[incentive.team-calls]", maxsplit=1)[0], since=MONDAY)
    assert explain.why_not_yet(house["Bob"], "many-companies", TODAY).missing == "Not in force on 2026-03-02."
    assert [one.incentive for one in explain.progress(house["Alice"], TODAY)][-1] == "steady"


def test_an_incentive_for_others_says_so(new_house):
    house = new_house(teams={"North": ("Alice",)})
    for who, incentive in (("Alice", "team-calls"), ("North", "two-contacts")):
        assert explain.why_not_yet(house[who], incentive, TODAY).missing == "Not offered in this period."


def test_an_incentive_that_ended_stays_until_its_period_does(new_house):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    house.publish(BOOK.split("[incentive", maxsplit=1)[0], since=MONDAY + timedelta(days=2))
    house.settle()
    assert line(house, "Alice", "two-contacts", TODAY + 6).due == 1
    (month,) = explain.progress(house["Alice"], TODAY + 7)
    assert (month.incentive, month.missing) == ("big-month", "Not in force on 2026-03-09.")


def test_an_unknown_incentive_is_not_found(new_house):
    house = new_house()
    with pytest.raises(NotFoundError, match="no incentive 'nothing'"):
        explain.why_not_yet(house["Alice"], "nothing", TODAY)


def test_open_records_come_with_what_they_lack_the_nearest_first(new_house):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 40, lacks=["call", "task"])
    develop(house, "Alice", 41, lacks=["task"], on=MONDAY - timedelta(days=1))
    develop(house, "Alice", 42, lacks=["task"])
    develop(house, "Bob", 43, lacks=["task"])
    house.did("Bob", "call.completed", "contact/44", at="09:00")
    house.did("Alice", "task.created", "contact/44", at="10:00")
    house.did("Alice", "call.completed", "contact/45", at="09:00")
    house.did("Bob", "task.created", "contact/45", at="10:00")
    db.session.rollback()
    found = explain.why_not_yet(house["Alice"], "two-contacts", TODAY)
    assert [(one.record, one.missing) for one in found.records] == [
        ("contact/44", ["an e-mail or a phone number"]),
        ("contact/42", ["a next step"]),
        ("contact/41", ["a next step"]),
        ("contact/40", ["a conversation", "a next step"]),
    ]
    assert found.missing == "1 more to go: 1 of 2 this week. contact/44 lacks an e-mail or a phone number."
    assert (found.tally, found.target) == ("1", "2")


def test_at_most_twenty_open_records_are_shown(new_house):
    house = new_house()
    house.send(*(house.event("Alice", "call.completed", f"contact/{number}") for number in range(30)))
    assert len(explain.why_not_yet(house["Alice"], "two-contacts", TODAY).records) == 20


def test_explaining_takes_as_many_queries_for_much_as_for_little(new_house):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)

    def queries():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        name = awards(house, "Alice", "two-contacts")[0].id
        explain.why(name)
        explain.progress(house["Alice"], TODAY)
        explain.why_not_yet(house["Alice"], "two-contacts", TODAY)
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    few = queries()
    for number in range(3, 20):
        develop(house, "Alice", number, lacks=["task"] if number % 2 else [], on=MONDAY + timedelta(days=number % 3))
    assert queries() <= few + 1  # all earned: no open records are asked for; else one more look


# --- a record's story


def test_a_record_tells_what_met_each_need_and_who_is_credited(new_house):
    house = new_house()
    ids = develop(house, "Alice", 1, lacks=["task"])
    (open_story,) = explain.record("contact/1").milestones
    assert [(one.title, one.met and one.met.id) for one in open_story.needs] == [
        ("an e-mail or a phone number", ids["contact.created"]),
        ("a conversation", ids["call.completed"]),
        ("a next step", None),
    ]
    assert (open_story.reached, open_story.credited, open_story.undone) == (None, None, None)
    house.did("Bob", "task.created", "contact/1", at="11:00")
    (story,) = explain.record("contact/1").milestones
    assert (story.reached, story.credited) == (datetime(2026, 3, 2, 11, tzinfo=ZONE), "bob@example.com")
    assert story.needs[2].met.actor == "bob"


def test_a_record_tells_what_undid_it_and_names_a_stranger_as_the_source_does(new_house):
    house = new_house()
    develop(house, "stranger", 1)
    assert explain.record("contact/1").milestones[0].credited == "stranger"
    gone = house.did("Bob", "contact.deleted", "contact/1", at="15:00")
    story = explain.record("contact/1").milestones[0]
    assert (story.undone.id, story.credited) == (gone, None)
    assert story.reached == datetime(2026, 3, 2, 9, 20, tzinfo=ZONE)


def test_a_record_of_another_kind_has_no_milestone_and_an_unknown_one_is_not_found(new_house):
    house = new_house()
    house.did("Alice", "deal.won", "deal/1", amount=1)
    assert explain.record("deal/1").milestones == []
    with pytest.raises(NotFoundError, match="Nothing is known about 'contact/404'"):
        explain.record("contact/404")


# --- flask why


@pytest.fixture
def say(app):
    def run(*arguments):
        db.session.rollback()
        return app.test_cli_runner().invoke(args=["why", *arguments])

    return run


def test_the_command_explains_an_award_as_text(new_house, say):
    house = new_house()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    name = awards(house, "Alice", "two-contacts")[0].id
    result = say(name)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "Two developed contacts, 2026-W10, no. 1: choosing"
    assert "Holder      alice@example.com" in lines
    assert "Arithmetic  2 ÷ 2 = 1 (at most 2)" in lines
    assert lines[-1].startswith("  1  2026-03-02 09:20  contact.developed  contact/2  (crm ")
    assert "每" in say(name, "--language", "zh").output


def test_the_command_tells_a_record_s_story(new_house, say):
    house = new_house()
    develop(house, "Alice", 42, lacks=["task"])
    lines = say("contact/42").output.splitlines()
    assert lines[:1] == ["contact/42"]
    assert "  - a next step: missing" in lines
    assert any(line.startswith("  ✓ a conversation: call.completed 2026-03-02 09:10 by alice (crm ") for line in lines)
    house.did("Alice", "task.created", "contact/42")
    assert "credited to alice@example.com" in say("contact/42").output


@pytest.mark.parametrize("name", ["1-1-1-1", "contact/404", "nonsense"])
def test_the_command_says_when_there_is_no_such_thing(new_house, say, name):
    new_house()
    result = say(name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")


# --- spellings


def test_characters_beyond_the_cased_ones_fold_to_themselves():
    letters = (code for code in range(spellings.CASED, 0x110000))
    assert all(chr(code).casefold() == chr(code) for code in letters)


@given(st.text(alphabet="aAbßKkſsSﬃfi1@.İ\u0307", min_size=1, max_size=12), st.data(), st.integers(1, 300))
def test_every_spelling_begins_with_one_of_the_prefixes(address, data, most):
    found = spellings.prefixes(address, most)
    assert len(found) <= most or found == ("",)
    folded = address.casefold()
    spelled = ""
    while spelled.casefold() != folded:
        steps = [one for one, used in spellings._steps(spelled, len(spelled.casefold()), folded) if used <= len(folded)]
        spelled = data.draw(st.sampled_from(steps))
    assert any(spelled.startswith(prefix) for prefix in found)
    assert all(folded.startswith(prefix.casefold()) for prefix in found)


# --- whatever happened


def assert_all_awards_are_explained():
    """Each award's activities add up to the stored tally, which by its rule earns it."""
    known = facts.current()
    for row in db.session.execute(select(Award.__table__)).all():
        (one,) = [one for one in explain.awards_of(row.holder) if explain.award_key(one.id) == tuple(row[1:5])]
        found = explain.why(one.id)
        assert total(found) == Decimal(found.tally)
        ruling = rulings.rulings(db.session.connection(), known, [row.version])[row.version]
        if ruling.starts == ruling.ends:
            assert row.status == "voided"
            continue
        line = versions(ruling.incentive.key, known.timelines)
        has = reckoning.tallies(db.session.connection(), known, row.holder, line, [row.period])
        reckoned = reckoning.reckon(has, line, ruling.version, row.period)
        length = ruling.incentive.in_a_row or 1
        assert Decimal(found.tally) == Decimal(reckoned.tally) * length / 10_000
        assert (row.ordinal <= reckoned.due) == (row.status not in ("voided", "corrected"))
        progress = explain.progress(row.holder, min(row.period + 6, ruling.ends - 1))
        assert all(line.missing for line in progress)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_whatever_happened_the_listed_activities_add_up_to_the_tally(new_app, database):
    @settings(max_examples=40 if database == "sqlite" else 12)
    @given(st.data())
    def holds(data):
        world = data.draw(worlds.world(waves=True))
        batches = data.draw(worlds.deliveries(world))
        with new_app(database):
            living.settle_people(world)
            for load in world.loads:
                living.load(load)
            db.session.execute(update(Facts).values(rescored=Facts.version))  # nothing is stored: nothing to score
            db.session.commit()
            for batch in batches:
                living.deliver(batch)
            db.session.rollback()
            assert_all_awards_are_explained()

    holds()


def test_every_language_of_the_rules_has_the_words_of_explanations():
    from adoption.explain.words import WORDS  # noqa: PLC0415

    assert all(set(texts) == set(wording.LANGUAGES) for texts in WORDS.values())
