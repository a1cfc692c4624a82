"""Sample data: marked everywhere, never written to, never paid, and gone without a trace."""

import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import feed
from adoption import intake
from adoption import journal
from adoption import mail
from adoption import people_csv
from adoption import rescoring
from adoption import rulebook
from adoption import sampledata as samples
from adoption.bonuses import gathering
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Award
from adoption.models import Base
from adoption.models import Batch
from adoption.models import Edition
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import PublishedBook
from adoption.models import Series
from adoption.models import StoredActivity
from adoption.models import Team
from adoption.models import Track
from adoption.sampledata.there import YOUNG
from rules import sample
from rules.book.composing import put
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

BY = By(None, "a test")
# What remembers how often something was done, or can be made anew at any time.
COUNTS = ("facts", "edition", "journal_entry", "journal_head", "job_run", "archive_file", "snapshot", "snapshot_place")


@pytest.fixture
def town(new_app, database):
    with new_app(database, ORGANISATION_ZONE=zone_at_noon(), PUBLIC_URL="http://localhost") as app:
        yield app


def now():
    return time.time_ns() // 1000


def load():
    return samples.load(BY, now())


def remove():
    gone = samples.remove(BY, now())
    db.session.commit()
    return gone


def rows():
    """Return every row of every table, with batches, series and tracks by what they are and not by their number."""
    db.session.rollback()
    facts.current()  # an empty database begins
    db.session.rollback()
    active = db.session.scalar(select(Edition.id).where(Edition.state == "active"))
    series = _named(Series, ("metric", "meaning", "per", "starts", "ends"), active)
    tracks = _named(Track, ("milestone", "meaning"), active)
    batches = {row.id: (row.received, row.door) for row in db.session.execute(select(Batch.__table__))}
    names = {"series": series, "track": tracks, "batch": batches}
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in COUNTS:
            continue
        lines = []
        for row in db.session.execute(select(table)).mappings():
            line = {key: names.get(key, {}).get(value, value) for key, value in row.items()}
            if table.name in names:
                line["id"] = names[table.name].get(row["id"])  # of another edition, or only a number
            for serial in {"definition": ["id"], "series": ["edition"], "track": ["edition"]}.get(table.name, ()):
                del line[serial]
            lines.append(tuple(sorted(line.items(), key=lambda pair: pair[0])))
        found[table.name] = sorted(lines, key=repr)
    db.session.rollback()
    return found


def _named(table, columns, active):
    rows = db.session.execute(select(table.__table__).where(table.edition == active)).mappings()
    return {row["id"]: tuple(row[name] for name in columns) for row in rows}


def differences(one, other):
    return {name: [line for line in one[name] if line not in other[name]]
                  + [line for line in other[name] if line not in one[name]]
            for name in one if one[name] != other[name]}  # fmt: skip  # by table


def verified(app):
    return app.test_cli_runner().invoke(args=["verify"])


# --- what it is


def test_a_small_company_with_eight_weeks_and_awards_of_every_kind(town):
    done = load()
    known = facts.current()
    people = [one for one in known.people.values() if sample.is_address(one.email)]
    assert len(people) == 18
    assert all(one.name.endswith(" Sample") for one in people)
    assert set(known.teams.values()) == set(sample.TEAMS)
    days = db.session.execute(select(func.min(StoredActivity.day), func.max(StoredActivity.day))).one()
    assert days[1] - days[0] in range(50, 57)
    assert done == db.session.scalar(select(func.count()).select_from(StoredActivity)) > 2000
    earned = dict(db.session.execute(select(Award.reward, func.count()).group_by(Award.reward)).all())
    assert {"sample-lunch", "sample-points", "sample-steady-hand", "sample-breakfast"} <= earned.keys()
    assert verified(town).exit_code == 0


def test_everything_of_it_is_called_a_sample(town):
    load()
    assert set(db.session.scalars(select(StoredActivity.source).distinct())) == {sample.SOURCE}
    assert all(sample.is_address(email) for email in db.session.scalars(select(Participant.email)))
    assert all(team.startswith("Sample ") for team in db.session.scalars(select(Team.name)))
    book = sample.book()
    for kind in sample.KINDS:
        for key, one in getattr(book, f"{kind}s").items():
            assert key.startswith("sample"), key
            assert one.title.startswith("Sample: "), key
            assert one.titles["ru"].startswith("Пример: "), key
            assert one.titles["zh"].startswith("示例："), key  # noqa: RUF001  # full width is meant
    assert not any(reward.budget or reward.stock for reward in book.rewards.values()), "no alert about a budget"
    for incentive in book.incentives.values():
        assert set(incentive.who.team) == set(sample.TEAMS), "no promise to anybody else"


def test_it_is_told_in_the_journal(town):
    load()
    remove()
    rows = db.session.execute(select(JournalEntry.action, JournalEntry.thing).order_by(JournalEntry.number)).all()
    assert [(row.action, row.thing) for row in rows] == [("loaded", "sample/data"), ("removed", "sample/data")]


def test_loading_takes_a_few_seconds(town):
    begun = time.monotonic()
    load()
    assert time.monotonic() - begun < 10  # about one, on a machine with nothing else to do


def test_progress_is_told_to_the_end(town):
    told = []
    done = samples.load(BY, now(), lambda at, total: told.append((at, total)))
    assert told[-1] == (done, done)
    assert len(told) >= 8
    assert [at for at, _ in told] == sorted(at for at, _ in told)


# --- and is gone without a trace


def test_an_empty_service_is_empty_again(town):
    before = rows()
    load()
    assert remove() is True
    assert differences(before, rows()) == {}
    assert verified(town).exit_code == 0


def test_a_service_with_people_rules_and_activities_is_as_it_was(town):
    staff = Staff()
    staff.send([one for number in range(3) for one in staff.contact("Alice", number)])
    assert verified(town).exit_code == 0  # it is archived
    before = rows()
    load()
    assert verified(town).exit_code == 0
    assert remove() is True
    assert differences(before, rows()) == {}
    said = verified(town)
    assert said.exit_code == 0, said.output


@pytest.mark.parametrize("with_samples", [True, False])
def test_what_really_happened_meanwhile_stays_and_nothing_else(new_app, database, with_samples):
    """Two services in which the same happens, one of them with sample data in between."""
    found = []
    zone, moment = zone_at_noon(), now()
    events = None
    for sampled in (False, with_samples):
        with new_app(database, ORGANISATION_ZONE=zone) as app:
            staff = Staff()
            staff.now = moment
            events = events or [
                [one for number in range(12) for one in staff.contact(name, 100 * place + number)]
                for place, name in enumerate(("Alice", "Bob", "Mei"))
            ]
            deliver(events[0][:6], moment)
            if sampled:
                load()
            deliver(events[0], moment)
            deliver(events[1], moment)
            if sampled:
                remove()
            deliver(events[2], moment)
            assert verified(app).exit_code == 0
            found.append({name: lines for name, lines in rows().items() if name != "book"})
    assert differences(*found) == {}
    assert any("issued" in repr(line) or "choosing" in repr(line) for line in found[1]["award"])


def deliver(events, moment):
    receipt = intake.accept_and_commit([json.dumps(one).encode() for one in events], door="test", now=moment)
    assert receipt.refused == ()


def test_a_book_that_was_published_meanwhile_stays_in_force_without_the_samples(town):
    staff = Staff()
    load()
    text = db.session.scalar(select(PublishedBook.text).order_by(PublishedBook.id.desc()).limit(1))
    changed = put(text, {("incentive", "first-deal"): None})
    rulebook.publish(changed, today=staff.today, since=None, name="without first deals", now=now())
    db.session.commit()
    rescoring.run_to_end()
    before = facts.current().timelines
    remove()
    known = facts.current()
    assert not sample.names() & {("incentive", key) for key in known.book.incentives}
    assert not any(line for key, line in known.timelines.incentives.items() if key.startswith("sample-"))
    assert "first-deal" not in known.book.incentives
    for key, line in known.timelines.incentives.items():
        assert line == before.incentives[key]
    assert verified(town).exit_code == 0
    assert "sample" not in facts.current().book.metrics


def test_a_rule_of_ones_own_that_counts_by_a_sample_metric_keeps_it(town):
    staff = Staff()
    load()
    text = db.session.scalar(select(PublishedBook.text).order_by(PublishedBook.id.desc()).limit(1))
    own = '[incentive.own]\nmetric = "sample-developed-contacts"\nreach = 5\nper = "week"\nearns = "ten-points"\n'
    rulebook.publish(
        put(text, {("incentive", "own"): own}), today=staff.today, since=staff.today - 7, name="own", now=now()
    )
    db.session.commit()
    remove()
    staff.send([one for number in range(6) for one in staff.contact("Alice", number)])
    book = facts.current().book
    assert {"own"} | {"ten-contacts-lunch"} <= book.incentives.keys()
    assert "sample-developed-contacts" in book.metrics
    assert "sample.developed" in book.milestones
    assert "sample-conversations" not in book.metrics
    rescoring.run_to_end()
    assert verified(town).exit_code == 0


def test_somebody_real_in_a_sample_team_stays_and_keeps_nothing_of_it(town):
    staff = Staff()
    load()
    moved = b"email,name,team,manager\nalice@example.com,Alice,Sample North,mia@sample.invalid\n"
    assert not directory.load_people(people_csv.read(moved), on=staff.today - 20).faults
    db.session.commit()
    remove()
    known = facts.current()
    alice = known.people[known.holder_of("alice@example.com")]
    assert known.manager_on(alice.id, staff.today) is None
    assert not any(name.startswith("Sample") for name in known.teams.values())


def test_somebody_of_the_sample_in_the_journal_keeps_it_here(town):
    load()
    mia = facts.current().holder_of("mia@sample.invalid")
    journal.write(begin_write(), By(mia, "Mia Sample"), "changed", "participant/1", now=now())
    db.session.commit()
    before = rows()
    with pytest.raises(samples.JournalledError):
        samples.remove(BY, now())
    db.session.rollback()
    assert differences(before, rows()) == {}


def test_removing_nothing_says_so(town):
    assert remove() is False


def test_it_can_come_and_go_again(town):
    load()
    remove()
    before = rows()
    load()
    remove()
    assert differences(before, rows()) == {}


def test_what_broke_off_on_the_way_can_be_removed(town, monkeypatch):
    before = rows()

    def stop(_at, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        samples.load(BY, now(), stop)
    db.session.rollback()
    assert samples.is_there()
    remove()
    assert differences(before, rows()) == {}


# --- when it may come


def test_it_comes_once(town):
    load()
    with pytest.raises(samples.NotNowError) as caught:
        load()
    assert caught.value.obstacle is samples.Obstacle.THERE


def test_it_does_not_come_where_people_have_earned_something(town):
    staff = Staff()
    staff.send([one for number in range(12) for one in staff.contact("Alice", number)])
    before = rows()
    with pytest.raises(samples.NotNowError) as caught:
        load()
    assert caught.value.obstacle is samples.Obstacle.AWARDS
    assert differences(before, rows()) == {}


def test_it_does_not_come_where_activities_have_come_for_long(town):
    staff = Staff()
    events = [json.dumps(one).encode() for one in staff.contact("Alice", 1)]
    intake.accept_and_commit(events, door="test", now=now() - YOUNG - 1)
    assert samples.obstacle(now()) is samples.Obstacle.OLD


@pytest.mark.parametrize("kind", ["metric", "incentive"])
def test_it_does_not_come_where_something_of_ones_own_is_called_so(town, kind):
    text = '[metric.sample-conversations]\ncounts = "call.completed"\n'
    if kind == "incentive":
        text = (
            '[metric.calls]\ncounts = "call.completed"\n[reward.b]\nkind = "badge"\n'
            '[incentive.sample-conversations]\nmetric = "calls"\nreach = 1\nper = "ever"\nearns = "b"\n'
        )
    Staff(book=text)
    assert samples.obstacle(now()) is samples.Obstacle.NAME


# --- what it never does


def test_nobody_else_sends_in_its_name(town):
    staff = Staff()
    event = staff.event("Alice", "call.completed", "contact/1") | {"source": sample.SOURCE}
    fine = staff.event("Alice", "call.completed", "contact/1")
    items = [json.dumps(one).encode() for one in (event, fine)]
    receipt = intake.accept_and_commit(items, door="api", now=now())
    assert receipt.accepted == 1
    assert [(one.index, "kept for sample data" in one.fault) for one in receipt.refused] == [(0, True)]


def test_nobody_writes_to_it(town):
    load()
    told = {"name": "Noah", "rewards": ["Lunch"], "day": 1}
    address = {"address": "Mia@Sample.Invalid", "occasion": "x"}
    assert mail.plan(begin_write(), "time-off", facts=told, now=now(), **address) is False
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_asking_for_a_link_in_its_name_is_answered_as_always_and_plans_nothing(town):
    load()
    answer = Visitor(town).post("/sign-in", {"address": "mia@sample.invalid"})
    assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_nobody_of_it_is_paid(town):
    staff = Staff()
    load()
    known = facts.current()
    plan = known.timelines.plans["sales-bonus"][-1].body
    people = {who for who in known.people if gathering.takes_part(known, plan, who, staff.today - 30, staff.today)}
    assert people
    assert not any(sample.is_address(known.people[who].email) for who in people)


def test_it_does_not_make_the_feed_look_alive(town):
    load()
    assert feed.state(now()) == feed.Feed(None, None)


def test_nobody_can_be_one_of_them_outside_of_the_demo(town):
    load()
    assert Visitor(town).post("/sign-in/as", {"address": "mia@sample.invalid"}).status_code == 404


def test_one_can_be_one_of_them_in_the_demo(new_app):
    with new_app("sqlite") as app:
        app.extensions["settings"] = replace(app.extensions["settings"], demo=True)
        load()
        assert Visitor(app).post("/sign-in/as", {"address": "mia@sample.invalid"}).status_code == 303


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Sample data"), ("ru", "Данные для примера"), ("zh", "示例数据")]
)
def test_every_page_says_so_while_it_is_there(town, language, said):
    staff = Staff()
    paths = {"Alice": ("/", "/boards", "/rewards", "/me"), "Hana": ("/hr/plans",), None: ("/sign-in",)}
    for there in (False, True, False):
        for who, pages in paths.items():
            visitor = Visitor(town, staff[who] if who else None, language=language)
            for path in pages:
                page = visitor.get(path, follow_redirects=True).get_data(as_text=True)
                assert (said in page) is there, (path, there)
        if not there and samples.obstacle(now()) is None:
            load()
        else:
            remove()


# --- by command


def test_commands_load_and_remove_it(town):
    run = town.test_cli_runner().invoke
    before = rows()
    loaded = run(args=["samples", "load"])
    assert loaded.exit_code == 0, loaded.output
    assert "activities of the sample company are here" in loaded.output
    again = run(args=["samples", "load"])
    assert again.exit_code == 1
    assert "remove it first" in again.output
    assert "The sample data is gone." in run(args=["samples", "remove"]).output
    assert "There is no sample data." in run(args=["samples", "remove"]).output
    assert differences(before, rows()) == {}
