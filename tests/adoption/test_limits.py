"""How often something may be tried: counted once for all processes."""

import threading

import pytest
from sqlalchemy import select

from adoption import limits
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.limits import Limit
from adoption.models import Allowance
from rules.period import SECOND
from tests.conftest import application
from tests.conftest import pushed

NOW = 1_800_000_000_000_000


@pytest.fixture(autouse=True)
def five_an_hour(monkeypatch):
    monkeypatch.setattr(limits, "LIMITS", {"try": Limit(5, 3600)})


def allow(who="alice", now=NOW):
    allowed = limits.allow("try", who, now)
    db.session.commit()
    return allowed


@pytest.mark.usefixtures("app")
def test_so_many_tries_are_allowed_and_no_more():
    assert [allow() for _ in range(7)] == [True] * 5 + [False] * 2


@pytest.mark.usefixtures("app")
def test_each_has_an_allowance_of_their_own():
    spent = [allow() for _ in range(6)]
    assert not all(spent)
    assert allow("bob")


@pytest.mark.usefixtures("app")
def test_tries_come_back_one_by_one():
    for _ in range(6):
        allow()
    share = 3600 // 5 * SECOND
    assert not allow(now=NOW + share - 1)
    assert allow(now=NOW + share)
    assert not allow(now=NOW + share)
    assert [allow(now=NOW + 100 * 3600 * SECOND) for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.usefixtures("app")
def test_a_refused_try_costs_nothing():
    for _ in range(50):
        allow()
    assert allow(now=NOW + 3600 // 5 * SECOND)


@pytest.mark.usefixtures("app")
def test_who_has_to_wait_is_told_for_how_long():
    assert limits.wait("try", "alice", NOW) == 1
    for _ in range(6):
        allow()
    assert limits.wait("try", "alice", NOW) == 720
    assert limits.wait("try", "alice", NOW + 719 * SECOND + 1) == 1
    assert allow(now=NOW + limits.wait("try", "alice", NOW) * SECOND)


@pytest.mark.usefixtures("app")
def test_two_limits_are_taken_in_one_transaction_or_none(monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "other", Limit(1, 60))
    connection = begin_write()
    assert limits.take(connection, "try", "alice", NOW)
    assert limits.take(connection, "other", "alice", NOW)
    db.session.rollback()
    assert db.session.scalar(select(Allowance.key)) is None


def test_processes_share_what_is_allowed(database_url, tmp_path):
    allowed = []

    def work():
        with pushed(application(database_url, tmp_path / "archive")):
            allowed.extend(allow() for _ in range(5))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(allowed) == [False] * 15 + [True] * 5


# --- turns


def pace(now):
    taken = limits.pace(begin_write(), "letters", SECOND, now)
    db.session.commit()
    return taken


@pytest.mark.usefixtures("app")
def test_turns_come_evenly_and_never_two_at_once():
    assert pace(NOW)
    assert not pace(NOW)
    assert limits.turn("letters", NOW + 400_000) == 600_000
    assert not pace(NOW + SECOND - 1)
    assert pace(NOW + SECOND)
    assert pace(NOW + 100 * SECOND)
    assert not pace(NOW + 100 * SECOND)  # what nobody used is not saved up


@pytest.mark.usefixtures("app")
def test_turns_can_pause():
    pace(NOW)
    limits.pause(begin_write(), "letters", NOW + 30 * SECOND)
    limits.pause(db.session.connection(), "letters", NOW + 10 * SECOND)  # the longer pause stands
    db.session.commit()
    assert limits.turn("letters", NOW) == 30 * SECOND
    assert not pace(NOW + 29 * SECOND)
    assert pace(NOW + 30 * SECOND)


# --- networks


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_one_household_counts_as_one_network(address, network):
    assert limits.network(address) == network


# --- sweeping


@pytest.mark.usefixtures("app")
def test_only_allowances_that_are_whole_are_swept():
    allow("alice", NOW)
    allow("bob", NOW - 7200 * SECOND)
    assert limits.sweep(NOW) == 1
    db.session.commit()
    assert db.session.scalars(select(Allowance.key)).all() == ["try/alice"]
