"""Sessions: listed, ended anywhere, over by themselves; and nothing in the database that a thief could use."""

import time
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy import update

from adoption.auth import sessions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.models import SignInLink
from adoption.models import WebSession
from rules.period import SECOND

NOW = time.time_ns() // 1000
DAY = 86_400 * SECOND


def enter(name="Alice", **more):
    row = Participant(email=f"{name.lower()}@example.com", name=name, role="employee", **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def begin(who, agent="Firefox", at=NOW, **more):
    token = sessions.begin(who, agent, at, **more)
    db.session.commit()
    return token


def whose(app, token, at=NOW):
    with app.test_request_context(headers={"Cookie": f"{sessions.COOKIE}={token}"}):
        found = sessions._look_up(sessions.digest_of(token), at)
    db.session.rollback()
    return found and found.participant


def make_link(address="alice@example.com", at=NOW):
    link = sessions.make_link(begin_write(), address, at)
    db.session.commit()
    return link


# --- sessions


def test_only_the_digest_of_a_session_is_stored(app):
    token = begin(enter())
    stored = [str(value) for row in db.session.execute(select(WebSession.__table__)) for value in row]
    assert not any(token in value for value in stored)
    assert len(token) >= 43


def test_a_session_is_over_two_weeks_after_the_last_visit(app):
    alice = enter()
    token = begin(alice)
    assert whose(app, token, NOW + 13 * DAY) == alice
    assert whose(app, token, NOW + 26 * DAY) == alice  # that visit was noted
    assert whose(app, token, NOW + 41 * DAY) is None


def test_a_session_is_over_after_sixty_days_however_often_it_is_used(app):
    alice = enter()
    token = begin(alice)
    for day in range(10, 60, 10):
        assert whose(app, token, NOW + day * DAY) == alice
    assert whose(app, token, NOW + 60 * DAY) is None


def test_a_visit_is_noted_once_a_minute_and_is_one_query_otherwise(app):
    token = begin(enter())
    done = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: done.append(statement.split()[0]))
    for seconds in (30, 90, 120):
        done.clear()
        whose(app, token, NOW + seconds * SECOND)
        written = done.count("UPDATE")
        assert (written, done.count("SELECT")) == ((1, 1) if seconds == 90 else (0, 1))


def test_nobody_who_opens_a_page_waits_for_who_writes_just_then(app):
    alice = enter()
    token = begin(alice)
    query = select(WebSession.seen).where(WebSession.participant == alice)
    writing = db.engine.connect().execution_options(writes=True)
    with writing, writing.begin():
        writing.execute(update(WebSession).values(agent="Chromium"))
        before = time.monotonic()
        assert whose(app, token, NOW + 61 * SECOND) == alice
        assert time.monotonic() - before < 5
    assert db.session.scalar(query) == NOW
    assert whose(app, token, NOW + 62 * SECOND) == alice
    assert db.session.scalar(query) == NOW + 62 * SECOND


def test_whoever_leaves_is_out_on_that_day(app):
    alice = enter()
    token = begin(alice)
    today = date.fromtimestamp(NOW / SECOND).toordinal()  # noqa: DTZ012  # a day in the past, wherever this runs
    for left_on, inside in ((today + 2, True), (today - 1, False), (None, True)):
        begin_write().execute(update(Participant).values(left_on=left_on))
        db.session.commit()
        assert (whose(app, token) == alice) is inside


def test_sessions_are_listed_with_the_latest_visit_first(app):
    alice, bob = enter(), enter("Bob")
    begin(alice, "Firefox")
    begin(alice, "Safari " + "x" * 500, NOW + SECOND)
    begin(bob, "Opera")
    begin(alice, "Old", NOW - 15 * DAY)
    lines = sessions.open_sessions(alice, NOW)
    assert [line.agent[:7] for line in lines] == ["Safari ", "Firefox"]
    assert len(lines[0].agent) == sessions.AGENT_LENGTH


def test_sessions_end_one_by_one_or_all_but_one(app):
    alice, bob = enter(), enter("Bob")
    tokens = [begin(alice, str(number)) for number in range(4)]
    other = begin(bob)
    first, second, *_ = sorted(line.id for line in sessions.open_sessions(alice, NOW))
    assert sessions.revoke(alice, NOW, only=first) == 1
    db.session.commit()
    assert sessions.revoke(bob, NOW, only=second) == 0  # not his
    assert sessions.revoke(alice, NOW, but=second) == 2
    db.session.commit()
    assert [whose(app, token) for token in tokens] == [None, alice, None, None]
    assert whose(app, other) == bob
    assert sessions.revoke(alice, NOW) == 1
    db.session.commit()
    assert whose(app, tokens[1]) is None


def test_a_session_may_take_the_place_of_another(app):
    alice = enter()
    old = begin(alice)
    (line,) = sessions.open_sessions(alice, NOW)
    new = begin(alice, instead_of=line.id)
    assert (whose(app, old), whose(app, new)) == (None, alice)


# --- links


def test_a_link_is_used_together_with_the_session_that_it_opens_or_not_at_all(app):
    alice = enter()
    token = sessions.link_token(make_link().number)
    assert sessions.sign_in(token, "Firefox", NOW)
    db.session.rollback()  # as if the process had ended here
    assert sessions.link_address(token, NOW) == "alice@example.com"
    assert sessions.sign_in(token, "Firefox", NOW)
    db.session.commit()
    assert sessions.link_address(token, NOW) is None
    assert sessions.sign_in(token, "Firefox", NOW) is None
    db.session.rollback()
    assert len(sessions.open_sessions(alice, NOW)) == 1


def test_a_link_is_made_for_whoever_works_here(app):
    alice = enter()
    enter("Lea", left_on=1)
    assert make_link(" ALICE@example.com").participant == alice
    assert make_link("lea@example.com") is None
    assert make_link("nobody@example.com") is None
    assert len(db.session.scalars(select(SignInLink.id)).all()) == 1


def test_a_link_is_good_for_fifteen_minutes(app):
    enter()
    token = sessions.link_token(make_link().number)
    assert sessions.link_address(token, NOW + sessions.LINK_LIVES - 1)
    assert sessions.link_address(token, NOW + sessions.LINK_LIVES) is None
    assert sessions.sign_in(token, "", NOW + sessions.LINK_LIVES) is None


@pytest.mark.parametrize("token", ["", "1", "MQ.x", "MQ.", ".", "ü", "\0", "x" * 10_000])
def test_what_we_did_not_sign_is_no_link(app, token):
    enter()
    make_link()
    assert sessions.link_number(token) is None
    assert sessions.link_address(token, NOW) is None
    assert sessions.sign_in(token, "", NOW) is None


def test_a_link_is_signed_with_this_installations_secret(app, new_app, database):
    number = 1
    token = sessions.link_token(number)
    assert sessions.link_number(token) == number
    with new_app(database, SECRET_KEY="another secret that is long enough to be one"):
        assert sessions.link_number(token) is None


# --- sweeping


def test_what_opens_nothing_any_more_is_swept_and_the_rest_stays(app):
    alice = enter()
    kept = begin(alice)
    begin(alice, "idle", NOW - 15 * DAY)
    begin(alice, "ended", NOW - 61 * DAY)
    begin(alice, "revoked")
    (line,) = [one for one in sessions.open_sessions(alice, NOW) if one.agent == "revoked"]
    sessions.revoke(alice, NOW, only=line.id)
    db.session.commit()
    make_link(at=NOW - 31 * 60 * SECOND)
    good = make_link()
    assert sessions.sweep(NOW) == 4
    db.session.commit()
    assert whose(app, kept) == alice
    assert sessions.link_address(sessions.link_token(good.number), NOW)
