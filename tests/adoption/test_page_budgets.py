"""What a page may cost and must keep: its weight, its queries, its headers, and no code or style inside of it."""

import gzip
import re
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import event

from adoption import facts
from adoption import inforce
from adoption.chat import channels
from adoption.chat.channels import Wanted
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import chats
from adoption.pages import headers
from adoption.signals import feeds
from adoption.signals import register
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.places import FACES
from tests.places import PLACES
from tests.staff import Staff
from tests.staff import zone_at_noon

KILOBYTES = 60  # of a first visit: the page and everything it loads, compressed
LOOK = Path(__file__).parent.parent.parent / "adoption" / "static" / "look.css"
SETTINGS = {"PUBLIC_URL": "http://localhost"}
ALL = PLACES | FACES
every_page = pytest.mark.parametrize("name", ALL)


class Page(HTMLParser):
    """What a page refers to, and what it should not hold."""

    def __init__(self, html):
        super().__init__()
        self.loads, self.later, self.links, self.inline = set(), set(), set(), []
        self.ids, self.labels = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")
        self.inline += [f"{tag} {name}=" for name in given if name == "style" or name.startswith("on")]
        self.inline += [f"{tag} {name}" for name, value in attributes if (value or "").startswith("javascript:")]
        for name in ("src", "href"):
            if name in given and tag not in {"a", "iframe"}:
                self.loads.add(given[name].partition("#")[0])
        ours = {value.partition("#")[0] for value in given.values() if (value or "").startswith("/static/")}
        self.later |= ours - self.loads
        if tag == "a":
            self.links.add(given.get("href"))
        if "id" in given:
            self.ids.append(given["id"])


@pytest.fixture(scope="module")
def town(databases, tmp_path_factory):
    """Return an application in which everybody has something of everything."""
    for url in fresh(databases, "sqlite"):
        app = application(url, tmp_path_factory.mktemp("archive"), **SETTINGS, ORGANISATION_ZONE=zone_at_noon())
        with pushed(app):
            app.staff = Staff()
            app.has = app.staff.live()
            yield app


@pytest.fixture
def open_page(town):
    """Return how to open a page of the table; gives the answer, and who asked."""

    def opened(name):
        place = ALL[name]
        visitor = place.visitor(town, town.staff)
        db.session.rollback()  # what this session read before is old now
        answer = visitor.get(place.path(town.has), follow_redirects=True)
        assert answer.status_code == place.status, answer.get_data(as_text=True)
        assert (answer.request.path == "/sign-in") is (place.path(town.has) == "/sign-in"), "not signed in"
        return answer, visitor

    return opened


@every_page
def test_a_first_visit_is_light(open_page, name):
    answer, visitor = open_page(name)
    weights = {"the page": len(gzip.compress(answer.data))}
    for address in Page(answer.get_data(as_text=True)).loads:
        with visitor.get(address) as file:
            weights[address] = len(gzip.compress(file.data))
    assert sum(weights.values()) <= KILOBYTES * 1000, weights


@every_page
def test_everything_a_page_refers_to_is_there(open_page, name):
    answer, visitor = open_page(name)
    page = Page(answer.get_data(as_text=True))
    for address in page.loads | page.later:
        with visitor.get(address) as found:
            assert found.status_code == 200, address
            assert "immutable" in found.headers["Cache-Control"], address
    assert sorted(page.ids) == sorted(set(page.ids)), "an id stands for one thing"


def test_what_is_loaded_later_is_light_too(open_page):
    answer, visitor = open_page("counter.index")
    (reader,) = Page(answer.get_data(as_text=True)).later  # by a browser that has a camera and cannot read codes itself
    with visitor.get(reader) as file:
        assert len(gzip.compress(file.data)) <= KILOBYTES * 1000


@every_page
def test_every_picture_is_in_the_file_of_pictures(open_page, name):
    answer, _ = open_page(name)
    drawn = set(re.findall(r"icons\.svg\?v=\w+#([\w-]+)", answer.get_data(as_text=True)))
    kept = set(re.findall(r'<symbol[^>]* id="([\w-]+)"', LOOK.with_name("icons.svg").read_text(encoding="utf-8")))
    assert drawn <= kept


@every_page
def test_a_page_holds_no_code_and_no_style(open_page, name):
    answer, _ = open_page(name)
    assert Page(answer.get_data(as_text=True)).inline == []


# --- headers


@every_page
def test_every_page_comes_with_the_headers_that_keep_it_ours(open_page, name):
    answer, _ = open_page(name)
    framing = answer.headers["Content-Security-Policy"].replace("; frame-src 'self'", "")  # a letter, on its page
    for header, value in headers.HEADERS.items():
        assert (framing if header == "Content-Security-Policy" else answer.headers[header]) == value
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Permissions-Policy"].startswith("camera=")


@pytest.mark.parametrize(
    "path", ["/nothing", "/", "/sign-in", "/healthz", "/api/v1/", "/api/v1/boards/x", "/static/look.css", "/counter"]
)
def test_every_answer_has_them_also_a_refusal(town, path):
    with town.test_client().get(path, headers={"Accept": "text/html"}) as answer:
        for name, value in headers.HEADERS.items():
            assert answer.headers[name] == value


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in headers.POLICY
    assert "http" not in headers.POLICY
    assert "*" not in headers.POLICY
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
        headers.DIRECTIVES
    )


def test_the_look_of_the_dark_is_the_same_however_it_is_chosen():
    css = LOOK.read_text(encoding="utf-8")
    blocks = re.findall(r"(?:data-theme=.?dark.?\]|:not\(\[data-theme=.?light.?\]\))[^{]*\{([^}]*)\}", css)
    tokens = [dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in blocks]
    chosen, followed = (one for one in tokens if "--paper" in one)
    assert chosen == followed


# --- queries


@contextmanager
def counted(engine):
    """Count the statements that are sent to the database."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def queries(databases, tmp_path_factory):
    """Return the statements of every page, when there is little and when there is much."""
    found = []
    for url in fresh(databases, "sqlite"):
        app = application(url, tmp_path_factory.mktemp("archive"), **SETTINGS, ORGANISATION_ZONE=zone_at_noon())
        with pushed(app):
            staff = Staff()
            has = staff.live()
            found.append(_statements(app, staff, has))
            more(staff)
            found.append(_statements(app, staff, has))
    return found


def more(staff):
    """Let there be much more of everything."""
    for week in range(2, 7):
        staff.send(
            [
                event
                for place, name in enumerate(("Alice", "Bob", "Mei"))
                for number in range(25)
                for event in staff.contact(name, 10_000 + 1000 * week + 100 * place + number, days=7 * week)
            ]
        )
    staff.send(
        [
            event
            for number in range(60)
            for event in staff.contact("Alice", 30_000 + number, needs=2 if number % 2 else 3, minutes=number)
        ]
    )
    for number in range(5):
        feeds.connect(f"office-{number}", "file", f"Office {number}", {}, by=By(None, "test"), now=staff.now)
        db.session.commit()
        for enter in (register.enrol, register.propose):
            enter(f"List {number}", "name", f"{enter.__name__} {number}", by=By(None, "test"), now=staff.now)
            db.session.commit()
    for number in range(5):
        wanted = Wanted("teams", f"Channel {number}", "https://example.com/hooks/x", "en", None, ["alerts"])
        channels.connect(wanted, chats.topics(), by=By(None, "test"), now=staff.now)
        db.session.commit()
    for number in range(20):
        staff.till(f"Canteen {number}")
    for award in staff.open_choices("Alice")[:4]:
        staff.choose(award)
    facts.current()
    inforce.current()


def _statements(app, staff, has):
    statements = {}
    for name, place in ALL.items():
        visitor = place.visitor(app, staff)
        db.session.rollback()
        visitor.get(place.path(has))  # what a process keeps is read once
        with counted(db.engine) as sent:
            visitor.get(place.path(has))
        statements[name] = sent
    return statements


@every_page
def test_the_number_of_queries_does_not_depend_on_how_much_there_is(queries, name):
    little, much = (statements[name] for statements in queries)
    assert len(much) <= len(little), "\n".join(much)
    assert len(little) <= 40
