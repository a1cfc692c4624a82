"""Signing in by a letter: nobody learns who works here, a link works once, and whoever leaves is out."""

import re
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import jobs
from adoption import limits
from adoption.auth import sessions
from adoption.demo import cast
from adoption.demo import company
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.limits import Limit
from adoption.mail import sending
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import SignInLink
from adoption.models import WebSession
from adoption.pages import sign_in
from tests.conftest import application
from tests.conftest import pushed
from tests.visitors import Visitor

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

PUBLIC = "https://spoonful.example.com"
ALICE, LEA, STRANGER = "alice@example.com", "lea@example.com", "stranger@example.com"


@pytest.fixture
def app(new_app, database, tmp_path):
    with new_app(database, PUBLIC_URL=PUBLIC, MAIL_FOLDER=str(tmp_path / "letters")) as app:
        enter("Alice")
        enter("Lea", left_on=1)
        yield app


def enter(name, **more):
    row = Participant(email=f"{name.lower()}@example.com", name=name, role="employee", **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def now():
    return time.time_ns() // 1000


def ask(visitor, address=ALICE, **more):
    answer = visitor.post("/sign-in", {"address": address} | more)
    db.session.rollback()  # what the test's own session has read is old now
    return answer


def letters():
    """Let what was planned be sent; return the addresses it went to, and the path of each link."""
    sending.run(lambda _done, _total: None)
    rows = db.session.execute(select(Letter.address, Letter.text).where(Letter.state == "sent").order_by(Letter.id))
    found = [(row.address, re.findall(r"https?://\S+", row.text)[0].removeprefix(PUBLIC)) for row in rows]
    db.session.rollback()
    return found


def link(app, **more):
    """Ask for a letter and return the path of its link."""
    ask(Visitor(app), **more)
    return letters()[-1][1]


def who(visitor):
    """Return whose pages somebody sees; ``None`` for a stranger."""
    with visitor.client as client:
        client.get("/what-we-count", headers=visitor.headers)
        found = sessions.visitor()
    db.session.rollback()
    return found and found.name


def open_sessions():
    count = db.session.scalar(select(func.count()).select_from(WebSession).where(WebSession.revoked.is_(None)))
    db.session.rollback()
    return count


# --- asking for a letter


def test_a_page_that_needs_somebody_leads_here_and_back(app):
    alice = Visitor(app)
    refused = alice.get("/rewards?page=2")
    assert (refused.status_code, refused.location) == (303, "/sign-in?next=/rewards?page%3D2")
    form = alice.get(refused.location).get_data(as_text=True)
    assert 'name="back" value="/rewards?page=2"' in form
    path = link(app, back="/rewards?page=2")
    assert path.endswith("?next=/rewards?page%3D2")
    assert Visitor(app).post(path).location == "/rewards?page=2"


def test_whoever_asks_is_told_to_look_into_their_mail(app):
    alice = Visitor(app)
    answer = ask(alice)
    assert (answer.status_code, answer.location) == (303, "/sign-in/sent")
    page = alice.get("/sign-in/sent").get_data(as_text=True)
    assert "If that address works here, a letter is on its way." in page
    assert "15 minutes" in page
    assert ALICE in page
    assert [address for address, _ in letters()] == [ALICE]


def everything(app, address):
    """Return all that an address is answered: status, headers and both pages, less what is random or the address."""
    visitor = Visitor(app)
    answer = ask(visitor, address)
    page = visitor.get(answer.location)
    told = []
    for one in (answer, page):
        text = one.get_data(as_text=True).replace(address, "ADDRESS")
        proof = TOKEN.search(text)
        text = text.replace(proof.group(1), "PROOF") if proof else text
        headers = sorted(
            (name, re.sub("=.*?;", "=;", value) if name == "Set-Cookie" else value) for name, value in one.headers
        )
        told.append((one.status_code, [header for header in headers if header[0] != "Content-Length"], text))
    return told


def test_the_answer_tells_nothing_about_who_works_here(app):
    known = everything(app, ALICE)
    assert known == everything(app, STRANGER)
    assert known == everything(app, LEA)
    assert [address for address, _ in letters()] == [ALICE]


def test_the_work_tells_nothing_either(app):
    done = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: done.append(statement))
    work = []
    for address in (ALICE, STRANGER, LEA):
        visitor = Visitor(app)
        form = {"address": address, "csrf_token": visitor.proof()}
        done.clear()
        visitor.client.post("/sign-in", data=form, headers=visitor.headers)
        work.append(list(done))
    assert work[0]
    assert work[0] == work[1] == work[2]
    assert not any("participant" in statement and "SELECT" in statement for statement in work[0])


@pytest.mark.parametrize(
    "address", ["", "alice", "alice@", "@example.com", "a b@c", "a@b@c", "x" * 300 + "@example.com"]
)
def test_what_is_no_address_is_told_so_beside_the_field(app, address):
    answer = ask(Visitor(app), address)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="address-fault"' in page
    assert 'id="address-fault"' in page
    assert db.session.scalar(select(Letter.id)) is None


def test_an_address_may_be_typed_in_capitals_and_with_space_around_it(app):
    ask(Visitor(app), "  ALICE@Example.COM ")
    assert [address for address, _ in letters()] == [ALICE]


def test_the_form_can_be_filled_by_a_program_and_by_pasting(app):
    page = Visitor(app).get("/sign-in").get_data(as_text=True)
    field = re.search(r'<input class="input"[^>]*>', page).group()
    assert 'type="email"' in field
    assert 'autocomplete="email"' in field
    assert "onpaste" not in page
    assert '<label for="address">' in page


def test_a_letter_comes_in_the_language_that_was_spoken(app):
    ask(Visitor(app, language="ru"))
    sending.run(lambda _done, _total: None)
    assert db.session.scalar(select(Letter.language)) == "ru"


def test_a_form_of_somebody_else_asks_for_nothing(app):
    for path in ("/sign-in", "/sign-in/as", "/sign-out", link(app)):
        answer = Visitor(app).post(path, {"address": ALICE}, proof=False)
        assert answer.status_code == 400, path
    assert len(letters()) == 1
    assert open_sessions() == 0


# --- how often


def test_an_address_is_sent_few_letters_known_or_not(app):
    for address in (ALICE, STRANGER):
        answers = [ask(Visitor(app), address) for _ in range(7)]
        assert [one.status_code for one in answers] == [303] * 5 + [429] * 2
        assert 700 <= int(answers[-1].headers["Retry-After"]) <= 720
        assert "tried too often" in answers[-1].get_data(as_text=True)
    assert len(letters()) == 5


def test_what_is_refused_to_one_is_not_refused_to_another(app):
    enter("Bob")
    for _ in range(6):
        ask(Visitor(app))
    assert ask(Visitor(app), "bob@example.com").status_code == 303


def test_one_network_cannot_ask_for_everybody(app, monkeypatch):
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(("sign-in by network", "sign-in letter"), Limit(3, 3600)))
    visitor = Visitor(app)
    answers = [ask(visitor, f"p{number}@example.com").status_code for number in range(5)]
    assert answers == [303, 303, 303, 429, 429]


def test_several_processes_count_together(database_url, tmp_path):
    settings = {"PUBLIC_URL": PUBLIC, "MAIL_FOLDER": str(tmp_path)}
    with (
        pushed(application(database_url, tmp_path / "archive", **settings)) as one,
        pushed(application(database_url, tmp_path / "archive", **settings)) as two,
    ):
        answers = [ask(Visitor(app)).status_code for app in (one, two) * 4]
    assert answers == [303] * 5 + [429] * 3


def test_behind_a_proxy_networks_are_told_apart(new_app, database, tmp_path):
    with new_app(database, PUBLIC_URL=PUBLIC, TRUSTED_PROXIES="1", MAIL_FOLDER=str(tmp_path)) as app:
        seen = []
        app.before_request(lambda: seen.append(sign_in._network()))
        visitor = Visitor(app)
        for given in ("192.0.2.1", "192.0.2.2", "203.0.113.9, 192.0.2.1", "2001:db8::7"):
            visitor.get("/sign-in", headers={"X-Forwarded-For": given})
        assert seen == ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::/64"]


# --- the link


def test_opening_a_link_uses_nothing_up(app):
    path = link(app)
    for _ in range(3):
        page = Visitor(app).get(path)
        assert page.status_code == 200
        assert "a…@example.com" in page.get_data(as_text=True)
        assert ALICE not in page.get_data(as_text=True)
    assert Visitor(app).client.head(path).status_code == 200
    assert open_sessions() == 0
    alice = Visitor(app)
    assert alice.post(path).status_code == 303
    assert who(alice) == ALICE


def test_a_session_is_kept_where_no_script_and_no_other_site_reads_it(app):
    answer = Visitor(app).post(link(app))
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{sessions.COOKIE}=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    token = cookie.partition("=")[2].partition(";")[0]
    assert db.session.scalar(select(WebSession.digest)) != token


def test_a_link_works_once(app):
    path = link(app)
    assert Visitor(app).post(path).status_code == 303
    second = Visitor(app)
    for answer in (second.get(path), second.post(path)):
        assert answer.status_code == 410
        assert "Ask for a new link" in answer.get_data(as_text=True)
    assert who(second) is None


def test_whoever_is_signed_in_already_just_goes_on(app):
    path = link(app)
    alice = Visitor(app)
    alice.post(path)
    page = alice.get(path).get_data(as_text=True)
    assert "You are signed in as Alice." in page
    assert "Ask for a new link" not in page


def test_a_link_works_for_fifteen_minutes(app):
    path, moment = link(app), time.time()
    with time_machine.travel(moment + 14.9 * 60):
        assert Visitor(app).get(path).status_code == 200
    with time_machine.travel(moment + 15.1 * 60):
        assert Visitor(app).get(path).status_code == 410
        assert Visitor(app).post(path).status_code == 410
    assert open_sessions() == 0


def test_a_link_that_we_did_not_sign_opens_nothing(app):
    path = link(app)
    token = path.removeprefix("/sign-in/")
    number, _, _ = token.partition(".")
    for forged in (token[:-1], f"{token}x", f"{number}.AAAA", number, "x", "1" * 3000, "as"):
        for answer in (Visitor(app).get(f"/sign-in/{forged}"), Visitor(app).post(f"/sign-in/{forged}x")):
            assert answer.status_code == 410, forged
    assert open_sessions() == 0


def test_trying_many_links_has_an_end(app):
    visitor = Visitor(app)
    answers = [visitor.get(f"/sign-in/forged{number}").status_code for number in range(40)]
    assert Counter(answers) == {410: 30, 429: 10}
    assert visitor.get(link(app)).status_code == 200  # a good one still opens


def test_of_many_that_use_a_link_at_once_one_gets_in(postgresql_url, tmp_path):
    settings = {"PUBLIC_URL": PUBLIC, "MAIL_FOLDER": str(tmp_path)}
    with pushed(application(postgresql_url, tmp_path / "archive", **settings)) as app:
        enter("Alice")
        path = link(app)
        ready = threading.Barrier(20)
        answers = []

        def use():
            visitor = Visitor(app)
            form = {"csrf_token": visitor.proof()}
            ready.wait()
            answers.append(visitor.client.post(path, data=form, headers=visitor.headers).status_code)

        workers = [threading.Thread(target=use) for _ in range(20)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert Counter(answers) == {303: 1, 410: 19}
        assert open_sessions() == 1


def test_a_link_of_somebody_who_left_meanwhile_opens_nothing(app):
    path = link(app)
    begin_write().execute(update(Participant).where(Participant.email == ALICE).values(left_on=1))
    db.session.commit()
    assert Visitor(app).get(path).status_code == 410
    assert Visitor(app).post(path).status_code == 410
    assert open_sessions() == 0


ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "evil.example",
    "///evil.example",
    "/%0d%0aLocation:%20https://evil.example\r\n",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(app, address):
    asked = Visitor(app)
    page = asked.get("/sign-in", query_string={"next": address}).get_data(as_text=True)
    kept = re.findall('name="back" value="([^"]*)"', page)
    assert all(one == "" or one.startswith("/sign-in?") for one in kept), kept
    path = link(app, back=address)
    assert "evil" not in path
    alice = Visitor(app)
    for answer in (
        alice.post(path, query_string={"next": address}),
        Visitor(app).post(link(app), {"back": address}),
    ):
        assert (answer.status_code, answer.location) == (303, "/")


# --- sessions


def test_signing_in_makes_a_new_session_whatever_cookie_came(app):
    alice = Visitor(app)
    alice.client.set_cookie(sessions.COOKIE, "chosen by somebody else")
    answer = alice.post(link(app))
    assert "chosen" not in str(answer.headers)
    assert who(alice) == ALICE
    stranger = Visitor(app)
    stranger.client.set_cookie(sessions.COOKIE, "chosen by somebody else")
    assert who(stranger) is None


def test_signing_in_again_ends_the_session_before_it(app):
    alice = Visitor(app)
    alice.post(link(app))
    first = alice.client.get_cookie(sessions.COOKIE).value
    alice.post(link(app))
    assert alice.client.get_cookie(sessions.COOKIE).value != first
    assert open_sessions() == 1
    stale = Visitor(app)
    stale.client.set_cookie(sessions.COOKIE, first)
    assert who(stale) is None


def test_signing_out_ends_the_session_on_the_server(app):
    alice = Visitor(app)
    alice.post(link(app))
    token = alice.client.get_cookie(sessions.COOKIE).value
    answer = alice.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert alice.client.get_cookie(sessions.COOKIE) is None
    alice.client.set_cookie(sessions.COOKIE, token)
    assert who(alice) is None
    assert Visitor(app).post("/sign-out").status_code == 303  # whoever is out may still press it


def test_a_session_on_another_browser_stays(app):
    one, other = Visitor(app), Visitor(app)
    one.post(link(app))
    other.post(link(app))
    one.post("/sign-out")
    assert (who(one), who(other)) == (None, ALICE)


def test_a_form_that_was_open_before_signing_in_is_not_sent_as_somebody(app):
    alice = Visitor(app)
    before = alice.proof()
    alice.post(link(app))
    answer = alice.client.post("/sign-out", data={"csrf_token": before}, headers=alice.headers)
    assert answer.status_code == 400
    assert who(alice) == ALICE


# --- settings


def test_a_link_does_not_lead_where_a_request_says(app):
    visitor = Visitor(app)
    form = {"address": ALICE, "csrf_token": visitor.proof()}
    visitor.client.post("/sign-in", data=form, headers=visitor.headers | {"X-Forwarded-Host": "evil.example"})
    db.session.rollback()
    sending.run(lambda _done, _total: None)
    text = db.session.scalar(select(Letter.text))
    assert urlsplit(re.findall(r"https?://\S+", text)[0]).netloc == "spoonful.example.com"


def test_without_a_public_address_the_operator_is_told_what_to_set(new_app, database, caplog):
    with new_app(database) as app:
        enter("Alice")
        assert "PUBLIC_URL" in Visitor(app).get("/sign-in").get_data(as_text=True)
        for address in (ALICE, STRANGER):
            answer = ask(Visitor(app), address)
            assert answer.status_code == 503
            assert "PUBLIC_URL" in answer.get_data(as_text=True)
        assert "PUBLIC_URL is not set" in caplog.text
        assert db.session.scalar(select(Letter.id)) is None


# --- the demo


@pytest.fixture
def demo(new_app, database, tmp_path):
    with new_app(database, SPOONFUL_DEMO="1", MAIL_FOLDER=str(tmp_path)) as app:
        yield app


def enter_cast():
    for place, one in enumerate(cast.members()):
        left_on = 739_000 if one.address.startswith("oscar") else None
        db.session.add(Participant(email=one.address, name=f"Name {place}", role="employee", left_on=left_on))
    db.session.commit()


def test_in_the_demo_one_chooses_whom_to_be(demo):
    enter_cast()
    somebody = Visitor(demo)
    page = somebody.get("/sign-in").get_data(as_text=True)
    for one in cast.members():
        assert f'value="{one.address}"' in page
    alice = cast.members()[0].address
    answer = somebody.post("/sign-in/as", {"address": alice, "back": "/rewards"})
    assert (answer.status_code, answer.location) == (303, "/rewards")
    assert who(somebody) == alice
    assert Visitor(demo).post("/sign-in/as", {"address": "nobody@example.com"}).status_code == 404


def test_in_the_demo_one_may_become_somebody_else(demo):
    enter_cast()
    alice, mei = cast.members()[0].address, cast.members()[4].address
    somebody = Visitor(demo)
    for one in (alice, mei):
        somebody.post("/sign-in/as", {"address": one})
    assert who(somebody) == mei
    assert open_sessions() == 1


def test_in_the_demo_whoever_has_left_is_out(demo):
    enter_cast()
    somebody = Visitor(demo)
    answer = somebody.post("/sign-in/as", {"address": cast.members()[-1].address})
    assert answer.status_code == 403
    assert "has been out since" in answer.get_data(as_text=True)
    assert who(somebody) is None
    assert open_sessions() == 0


def test_without_the_cast_the_first_few_people_can_be_chosen(demo):
    for number in range(9):
        enter(f"Person{number}")
    page = Visitor(demo).get("/sign-in").get_data(as_text=True)
    assert len(re.findall('name="address" value="person', page)) == 6


@pytest.mark.usefixtures("demo")
def test_everybody_of_the_cast_is_somebody_of_the_company():
    everybody = {company.address(name) for name, _, _ in company.names()} | {
        company.address(name) for name in company.HOUSE
    }
    assert {one.address for one in cast.members()} <= everybody


def test_outside_of_the_demo_nobody_is_chosen(app):
    somebody = Visitor(app)
    assert somebody.post("/sign-in/as", {"address": ALICE}).status_code == 404
    assert who(somebody) is None
    assert 'class="cast"' not in somebody.get("/sign-in").get_data(as_text=True)


# --- sweeping


def test_what_is_over_is_swept_daily(app):
    Visitor(app).post(link(app))
    link(app)
    with time_machine.travel(time.time() + 90 * 86_400):
        jobs.run("sweep-sign-ins", lambda _done, _total: None)
        jobs.run("sweep-letters", lambda _done, _total: None)
    for table in (SignInLink, WebSession):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    db.session.rollback()


@pytest.mark.parametrize(
    ("address", "shown"), [("alice@example.com", "a…@example.com"), ("a@b", "a…@b"), ("李@例.cn", "李…@例.cn")]
)
def test_an_address_is_shown_so_that_only_its_owner_knows_it(address, shown):
    assert sign_in.masked(address) == shown
