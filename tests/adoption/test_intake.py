"""The door: each activity is stored once, and what is refused is named."""

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import intake
from adoption import ledger
from adoption import rescoring
from adoption import unscored
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Receipt
from adoption.models import StoredActivity
from adoption.models import Unscored
from rules.metric import Metric
from tests import living
from tests.reference import Load
from tests.reference import Person
from tests.reference import World
from tests.worlds import to_json

NOW = living.NOW
BOOK = {
    "metric": {"calls": {"counts": "call.completed"},
               "value": {"counts": "deal.won", "measure": "sum", "of": "amount"}},
    "reward": {"points": {"title": "Points", "kind": "points", "points": 10}},
    "incentive": {
        "three-calls": {
            "title": "Three calls", "metric": "calls", "every": 3, "per": "week", "at_most": 2, "earns": "points",
        }
    },
}  # fmt: skip


def activity(number=1, **changes):
    event = {
        "specversion": "1.0",
        "source": "crm",
        "id": f"e{number}",
        "type": "call.completed",
        "time": "2026-10-06T10:00:00Z",
        "actor": "u1",
        "data": {},
    }
    return event | changes


def send(*events):
    return intake.accept_and_commit([to_json(e).encode() for e in events], door="test", now=NOW)


def stored():
    return db.session.scalar(select(func.count()).select_from(StoredActivity))


@pytest.fixture
def company(app):
    from datetime import date  # noqa: PLC0415

    alice = Person("alice@example.com", "Alice", [("North", None, None)], identities=[("crm", "u1")])
    world = World("Europe/Amsterdam", [alice], frozenset(), [Load(BOOK, date(2026, 10, 1), date(2026, 9, 1))], [])
    living.settle_people(world)
    living.load(world.loads[0])
    return app


def test_a_repeated_activity_counts_once_and_is_called_a_duplicate(company):
    assert send(activity()).accepted == 1
    again = send(activity(), activity())
    assert (again.accepted, again.duplicates, again.refused) == (0, 2, ())
    assert living.tallies()["calls", "week", "alice@example.com", "2026-W41"] == 1


def test_the_order_of_keys_and_the_way_a_number_is_written_do_not_make_a_conflict(company):
    send(activity(data={"a": 1, "b": "x"}))
    assert send(activity(data={"b": "x", "a": 1})).duplicates == 1


def test_other_content_under_the_same_id_is_refused_and_the_first_stands(company):
    send(activity())
    receipt = send(activity(type="deal.won"), activity(2))
    assert receipt.accepted == 1
    assert [(one.index, one.id, one.fault.split(":")[0]) for one in receipt.refused] == [(0, "e1", "conflict")]


def test_a_refused_retraction_retracts_nothing(company):
    send(activity(1), activity(2))
    assert len(send(activity(2, retracts="e1")).refused) == 1
    assert living.tallies()["calls", "week", "alice@example.com", "2026-W41"] == 2


def test_a_retraction_works_before_and_after_its_target(company):
    send(activity(1, retracts="e2"), activity(3))
    send(activity(2))
    send(activity(4, retracts="e3"))
    assert living.tallies() == {}


def test_a_retraction_that_is_itself_retracted_still_retracts(company):
    send(activity(1, retracts="e2"))  # e2 is not there yet: its place is marked
    send(activity(2, retracts="e3"), activity(3))
    assert living.tallies() == {}


def test_a_batch_keeps_the_good_and_names_the_bad(company):
    receipt = intake.accept_and_commit([b"{", to_json(activity()).encode(), b"[]", b"{}"], door="test", now=NOW)
    assert receipt.accepted == 1
    assert [one.index for one in receipt.refused] == [0, 2, 3]
    assert stored() == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": ""}, "$.id"),
        ({"id": None}, "$.id"),
        ({"id": 7}, "$.id"),
        ({"id": "x" * 256}, "$.id"),
        ({"source": ""}, "$.source"),
        ({"type": ""}, "$.type"),
        ({"time": "2026-10-06T10:00:00"}, "$.time"),
        ({"time": "2026-10-06"}, "$.time"),
        ({"time": 1}, "$.time"),
        ({"time": "2026-11-03T10:00:00Z"}, "$.time"),
        ({"time": "1969-12-31T23:59:59Z"}, "$.time"),
        ({"time": "0001-01-01T00:00:00+23:00"}, "$.time"),
        ({"subject": "a\0b"}, "$.subject"),
        ({"actor": ""}, "$.actor"),
        ({"data": []}, "$.data"),
        ({"data": "text"}, "$.data"),
        ({"specversion": "0.3"}, "$.specversion"),
        ({"recordedtime": "yesterday"}, "$.recordedtime"),
        ({"retracts": ""}, "$.retracts"),
    ],
)
def test_a_faulty_attribute_is_refused_by_its_place(company, change, place):
    receipt = send(activity(**change))
    assert len(receipt.refused) == 1
    assert place in receipt.refused[0].fault
    assert stored() == 0


@pytest.mark.parametrize("missing", ["source", "id", "type", "time"])
def test_a_missing_attribute_is_refused(company, missing):
    event = {name: value for name, value in activity().items() if name != missing}
    assert missing in send(event).refused[0].fault


@pytest.mark.parametrize(
    "raw", [b'{"id": NaN}', b"\xff", b"[" * 10_000, b"null", b'{"data": {"x": 1e99999999999999999999}}']
)
def test_what_is_no_activity_at_all_is_refused(company, raw):
    receipt = intake.accept_and_commit([raw], door="test", now=NOW)
    assert len(receipt.refused) == 1
    assert stored() == 0


def test_a_sum_adds_exactly_and_counts_what_it_cannot_read(company):
    amounts = ["12.50005", "-0.00005", "1e3", "1234567890123", None, True]
    send(*(activity(n, type="deal.won", data={"amount": a}) for n, a in enumerate(amounts)))
    assert str(living.tallies()["value", "week", "alice@example.com", "2026-W41"]) == "12.5"
    assert db.session.scalar(select(func.sum(Receipt.unreadable))) == 4


def test_points_are_posted_reversed_and_posted_again(company):
    send(*(activity(n) for n in range(3)))
    assert ledger.balance(1) == {"points": 100_000}
    send(activity(10, retracts="e1"))
    assert ledger.balance(1) == {"points": 0}
    send(activity(4))
    assert ledger.balance(1) == {"points": 100_000}


def test_an_unknown_actor_is_credited_once_the_directory_knows_them(company):
    send(*(activity(n, actor="u9") for n in range(3)))
    assert living.tallies() == {}
    connection = begin_write()
    facts.changed(connection, rescore=True)
    db.session.execute(db.text("INSERT INTO identity (source, id, participant) VALUES ('crm', 'u9', 1)"))
    db.session.commit()
    rescoring.run_to_end()
    assert living.tallies()["calls", "week", "alice@example.com", "2026-W41"] == 3
    assert len(living.awards()) == 1


def test_a_fault_in_a_rule_loses_no_activity(company, monkeypatch):
    def broken(*_):
        msg = "a rule that cannot be right"
        raise ValueError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(Metric, "units", broken)
        assert send(activity(1), activity(2)).accepted == 2
    assert living.tallies() == {}
    assert "cannot be right" in db.session.scalars(select(Unscored.reason)).first()
    keys = unscored.due(NOW, every=True)
    assert unscored.retry(keys, NOW, lambda *_: None).scored == 2
    assert living.tallies()["calls", "week", "alice@example.com", "2026-W41"] == 2


def test_an_unscored_activity_that_is_retracted_is_never_counted(company, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Metric, "units", lambda *_: 1 / 0)
        send(activity(1))
    send(activity(2, retracts="e1"))
    unscored.retry(unscored.due(NOW, every=True), NOW, lambda *_: None)
    assert living.tallies() == {}
