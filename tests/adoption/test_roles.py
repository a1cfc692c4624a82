"""Roles that are given here: several per person, at once, never to oneself, and never without an admin."""

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import journal
from adoption.auth import PERMISSIONS
from adoption.auth import roles
from adoption.auth.callers import day_of
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ApiToken
from adoption.models import JournalEntry
from adoption.models import Participant
from tests.racing import at_once
from tests.visitors import Visitor

NAMES = {"Alice": "employee", "Bob": "employee", "Hana": "hr", "Ada": "admin", "Ann": "approver", "Lea": "hr"}


def now():
    return time.time_ns() // 1000


@pytest.fixture
def people(app):
    rows = {name: Participant(email=f"{name.lower()}@example.com", name=name, role=NAMES[name]) for name in NAMES}
    rows["Lea"].left_on = 1
    db.session.add_all(rows.values())
    db.session.commit()
    numbers = {name: row.id for name, row in rows.items()}
    db.session.rollback()
    return numbers


def by(people, name):
    return journal.By(people[name], f"{name.lower()}@example.com")


def give(people, who, role, *, giver="Ada", starts=0, days=None, why="she stands in for Hana"):  # noqa: PLR0913  # one role
    today = day_of(now())
    ends = None if days is None else today + starts + days
    having = (NAMES[giver],)
    number = roles.grant(
        people[who], role, starts=today + starts, ends=ends, why=why, by=by(people, giver), having=having, now=now()
    )
    db.session.commit()
    return number


def take(people, number, name="Ada"):
    found = roles.revoke(number, by=by(people, name), having=(NAMES[name],), now=now())
    db.session.commit()
    return found


def opens(app, people, who, path="/hr/bonuses"):
    return Visitor(app, people[who]).get(path).status_code


# --- several roles


@pytest.mark.parametrize("name", PERMISSIONS)
def test_several_roles_reach_as_far_as_the_widest(name):
    for one in auth.EVERYBODY:
        for other in auth.EVERYBODY:
            both = auth.Caller("t", frozenset({auth.EVERY}), 1, (one, other))
            reaches = [PERMISSIONS[name][role] for role in (one, other) if role in PERMISSIONS[name]]
            assert both.reach(name) == max(reaches, default=None)


def test_a_role_has_its_effect_with_the_next_request_of_a_session_that_is_open(app, people):
    bob = Visitor(app, people["Bob"])
    assert bob.get("/hr/bonuses").status_code == 403
    number = give(people, "Bob", "hr")
    assert bob.get("/hr/bonuses").status_code == 200
    take(people, number)
    assert bob.get("/hr/bonuses").status_code == 403


def test_a_role_has_its_effect_on_a_token_within_five_seconds(app, people, monkeypatch):
    made = auth.create_token("t", ("admin",), email="bob@example.com", now=1)
    db.session.commit()
    headers = {"Authorization": f"Bearer {made}"}
    path = "/api/v1/participants/alice@example.com/awards"
    client = app.test_client()
    clock = time.monotonic()
    clocks = SimpleNamespace(time_ns=time.time_ns, monotonic=lambda: clock)
    monkeypatch.setattr(auth.bearer, "time", clocks)
    assert client.get(path, headers=headers).status_code == 403
    number = give(people, "Bob", "hr")
    clocks.monotonic = lambda: clock + 5.1
    assert client.get(path, headers=headers).status_code == 200
    take(people, number)
    clocks.monotonic = lambda: clock + 10.3
    assert client.get(path, headers=headers).status_code == 403
    assert db.session.scalar(select(ApiToken.name)) == "t"


def test_the_role_of_the_directory_stays(app, people):
    number = give(people, "Hana", "cashier")
    assert opens(app, people, "Hana") == 200
    take(people, number)
    assert opens(app, people, "Hana") == 200


@pytest.mark.parametrize(("starts", "days", "status"), [(0, 1, 200), (0, None, 200), (1, 5, 403)])
def test_a_role_is_there_from_its_first_day_to_its_last(app, people, starts, days, status):
    give(people, "Bob", "hr", starts=starts, days=days)
    assert opens(app, people, "Bob") == status


def test_a_role_ends_by_itself(app, people, monkeypatch):
    give(people, "Bob", "hr", days=2)
    bob = Visitor(app, people["Bob"])
    assert bob.get("/hr/bonuses").status_code == 200
    later = time.time_ns() + 2 * 86_400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert bob.get("/hr/bonuses").status_code == 403


# --- who may give which


@pytest.mark.parametrize(
    ("giver", "who", "role", "error"),
    [
        ("Ada", "Bob", "admin", None),
        ("Ada", "Bob", "hr", None),
        ("Hana", "Bob", "manager", None),
        ("Hana", "Bob", "cashier", None),
        ("Hana", "Bob", "hr", roles.GuardedRoleError),
        ("Hana", "Bob", "admin", roles.GuardedRoleError),
        ("Hana", "Bob", "approver", roles.GuardedRoleError),
        ("Hana", "Hana", "cashier", roles.OwnRoleError),
        ("Hana", "Hana", "admin", roles.OwnRoleError),
        ("Ada", "Ada", "hr", roles.OwnRoleError),
        ("Ada", "Bob", "employee", roles.NoRoleError),
        ("Ada", "Bob", "service", roles.NoRoleError),
        ("Ada", "Bob", "device", roles.NoRoleError),
        ("Ada", "Bob", "", roles.NoRoleError),
        ("Ada", "Lea", "hr", NotFoundError),
    ],
)
def test_nobody_gives_more_than_they_may(people, giver, who, role, error):
    before = journal.head()
    if error is None:
        give(people, who, role, giver=giver)
        assert journal.head().number == before.number + 1
        return
    with pytest.raises(error):
        give(people, who, role, giver=giver)
    db.session.rollback()
    assert roles.of(people[who]) == []
    assert journal.head() == before


def test_a_role_is_not_given_twice_on_a_day_nor_in_the_past_nor_without_a_reason(people):
    give(people, "Bob", "hr", days=3)
    for more, error in (
        ({"starts": 2}, roles.HasItError),
        ({"starts": -1, "days": 1}, roles.DaysError),
        ({"starts": 9, "days": 0}, roles.DaysError),
        ({"starts": 9, "why": "  "}, journal.NoReasonError),
        ({"starts": 9, "why": "x" * 501}, journal.NoReasonError),
    ):
        with pytest.raises(error):
            give(people, "Bob", "hr", **more)
        db.session.rollback()
    give(people, "Bob", "hr", starts=3)


def test_only_an_administrator_takes_back_what_only_they_give(people):
    guarded, free = give(people, "Bob", "approver"), give(people, "Bob", "cashier")
    with pytest.raises(roles.GuardedRoleError):
        take(people, guarded, "Hana")
    db.session.rollback()
    take(people, free, "Hana")
    assert [one.role for one in roles.of(people["Bob"]) if one.revoked is None] == ["approver"]


def test_one_may_lay_down_a_role_of_ones_own(people):
    assert take(people, give(people, "Bob", "approver"), "Bob").role == "approver"


def test_the_last_administrator_stays(people):
    number = give(people, "Bob", "admin")
    begin_write().execute(update(Participant).where(Participant.id == people["Ada"]).values(role="employee"))
    db.session.commit()
    with pytest.raises(roles.LastAdminError):
        take(people, number)
    db.session.rollback()
    assert roles.having("admin", day_of(now())) == {people["Bob"]}


def test_of_two_administrators_who_take_the_role_from_each_other_one_stays(people):
    mine, other = give(people, "Bob", "admin"), give(people, "Alice", "admin")
    begin_write().execute(update(Participant).where(Participant.id == people["Ada"]).values(role="employee"))
    db.session.commit()
    said = at_once(lambda: take(people, mine, "Ada"), lambda: take(people, other, "Ada"))
    assert sorted(type(one).__name__ for one in said) == ["Grant", "LastAdminError"]
    assert len(roles.having("admin", day_of(now()))) == 1


def test_what_was_given_and_taken_back_is_in_the_journal(people):
    take(people, give(people, "Bob", "hr", days=3))
    rows = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.number)).all()
    assert [(row.action, row.thing, row.participant, row.why) for row in rows] == [
        ("granted", f"participant/{people['Bob']}", people["Ada"], "she stands in for Hana"),
        ("revoked", f"participant/{people['Bob']}", people["Ada"], ""),
    ]
    assert '"role":"hr"' in rows[0].after
    assert rows[0].after == rows[1].before
    assert list(journal.verify()) == []


# --- by command


def test_the_first_administrator_is_made_by_command(app, people, runner):
    done = runner.invoke(args=["roles", "grant", "bob@example.com", "admin", "--why", "the first one"])
    assert (done.exit_code, done.output) == (0, "bob@example.com has the role admin from today on\n")
    assert opens(app, people, "Bob", "/letters") == 200
    listed = runner.invoke(args=["roles", "list"]).output
    assert "bob@example.com\tadmin\t" in listed
    assert "hana@example.com\thr\tin the directory" in listed
    done = runner.invoke(args=["roles", "revoke", "bob@example.com", "admin"])
    assert (done.exit_code, done.output) == (0, "bob@example.com has the role admin no longer\n")
    assert opens(app, people, "Bob", "/letters") == 403


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("grant", "nobody@example.com", "admin"), "there is no participant nobody@example.com"),
        (("grant", "bob@example.com", "admin", "--until", "2001-01-01"), "These days are over"),
        (("grant", "lea@example.com", "hr"), "Nobody of that number works here."),
        (("revoke", "bob@example.com", "admin"), "bob@example.com was not given the role admin"),
        (("revoke", "nobody@example.com", "admin"), "there is no participant nobody@example.com"),
    ],
)
def test_a_mistaken_command_changes_nothing_and_says_why(people, runner, args, said):
    why = ("--why", "x") if args[0] == "grant" else ()
    done = runner.invoke(args=["roles", *args, *why])
    assert done.exit_code == 1
    assert said in done.output
    db.session.rollback()
    assert journal.head().number == 0
