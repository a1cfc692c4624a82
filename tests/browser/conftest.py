"""A real browser before the real service: who wants to see something for themselves comes here.

``site`` is the service on an empty database, ``visit`` opens somebody's browser at it::

    def test_something(site, visit):
        page = visit("Alice", size=DESKTOP)
        page.goto("/")

A test fails if anything went wrong in a page it opened, whether it looked there or not.  Without Chromium these tests
are skipped, and fail where ``CI`` is set: a gate must not be green because nobody looked.
"""

import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from adoption.auth import devices
from adoption.auth import sessions
from adoption.extensions import db
from tests.browser import chromium
from tests.browser.serving import place
from tests.browser.serving import served
from tests.conftest import application
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import zone_at_noon

HERE = Path(__file__).parent
expect.set_options(timeout=chromium.PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """Return one Chromium for all tests of this process."""
    if chromium.program() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    with chromium.launched() as browser:
        yield browser


@dataclass
class Site:
    """The service, its people, and where it is."""

    app: object
    address: str
    staff: Staff


@pytest.fixture
def kind():
    """Say on which database a site is; tests ask for another with ``parametrize``."""
    return "sqlite"


@pytest.fixture
def book():
    """Say which book a site has: None is the starter book, "" is none at all; tests ask with ``parametrize``."""
    return


@contextmanager
def opened(maker, book=None):
    """Give a site on a new database of a kind: people, and a book in force, but nothing that happened."""
    url = maker.copy()
    try:
        with tempfile.TemporaryDirectory() as folder, place() as (listening, address):
            settings = {"PUBLIC_URL": address, "MAIL_FOLDER": f"{folder}/letters", "ORGANISATION_ZONE": zone_at_noon()}
            app = application(url, f"{folder}/archive", **settings)
            app.testing = False  # answers are those of the real service
            with pushed(app), served(app, listening):
                yield Site(app, address, Staff(book))
    finally:
        maker.drop(url)


@pytest.fixture
def site(browser, databases, kind, book):
    """Serve a new database."""
    with opened(databases(kind), book) as site:
        yield site


@pytest.fixture(scope="module")
def town(browser, databases):
    """Serve a town in which everybody has something of everything, for tests that change nothing in it."""
    with opened(databases("sqlite")) as site:
        site.has = site.staff.live()
        yield site


@contextmanager
def visits(browser, site):
    """Give how to open somebody's browser at a site; without a name it is a stranger's."""
    opened = []

    def visit(name=None, *, canteen=None, **more):
        context, watch = chromium.profile(browser, site.address, **more)
        opened.append((context, watch))
        if name is not None:
            sign_in(site, context, name)
        if canteen is not None:
            register(site, context, canteen)
        page = context.new_page()
        page.watch = watch
        return page

    try:
        yield visit
    finally:
        for context, _ in opened:
            context.close()
    assert [fault for _, watch in opened for fault in watch.faults] == []


@pytest.fixture
def visit(browser, site):
    """Return how to open somebody's browser at the site."""
    with visits(browser, site) as visit:
        yield visit


@pytest.fixture
def look_around(browser, town):
    """Return how to open somebody's browser in the town."""
    with visits(browser, town) as visit:
        yield visit


def sign_in(site, context, name):
    """Give a browser the cookie that signing in would have given it."""
    token = sessions.begin(site.staff[name], "a test", time.time_ns() // 1000)
    db.session.commit()
    context.add_cookies([{"name": sessions.COOKIE, "value": token, "url": site.address}])


def register(site, context, canteen):
    """Make a browser a registered device."""
    token = devices.register(canteen, by=None, now=time.time_ns() // 1000)
    db.session.commit()
    context.add_cookies([{"name": devices.COOKIE, "value": token, "url": f"{site.address}/counter"}])
