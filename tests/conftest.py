"""An application on a migrated, empty database, made anew for each test, on SQLite and on PostgreSQL.

``app`` and ``client`` run a test on both databases; ``sqlite_app`` and ``postgresql_app`` on one.  ``new_app`` makes as
many as a test wants, so that each example of a property starts empty::

    @given(activities())
    def test_order_does_not_matter(new_app, database, activities):
        with new_app(database) as app:
            ...

One PostgreSQL server serves the whole run, also under ``pytest -n``; it starts when the first test asks for it.
``DATABASE_URL_TEST`` names a server to use instead (a database in which more may be created).
"""

import fcntl
import itertools
import os
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from sqlalchemy.engine import make_url

from tests import servers

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SHARED = pytest.StashKey[Path]()  # the folder that all processes of one run share
PREFIX = "spoonful-tests-"
MAKING = threading.Lock()  # Werkzeug parses code for its routes, which CPython 3.11 cannot do in two threads at once
OWNER = "controller.pid"

hypothesis_settings.register_profile(
    "ci",
    deadline=None,  # the first example pays for what is made once
    print_blob=True,
    derandomize=True,  # the gate says the same twice; ``HYPOTHESIS_PROFILE=thorough`` looks for what is new
    # A database per test, not per example, is what a test that asks for `app` wants; others use `new_app`.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "thorough", hypothesis_settings.get_profile("ci"), derandomize=False, max_examples=1_000
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config):
    given = getattr(config, "workerinput", None)
    if given:
        config.stash[SHARED] = Path(given["shared"])
        return
    config.stash[SHARED] = folder = servers.scratch(PREFIX)
    (folder / OWNER).write_text(str(os.getpid()))
    for other in folder.parent.glob(f"{PREFIX}*"):  # left behind by runs that were killed
        with suppress(FileNotFoundError, ValueError):  # one that is being made this moment
            if not lives(int((other / OWNER).read_text())):
                servers.remove(other, stop=False)


def lives(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["shared"] = str(node.config.stash[SHARED])


def pytest_unconfigure(config):
    if hasattr(config, "workerinput") or SHARED not in config.stash:
        return
    folder = config.stash[SHARED]
    for databases in (Sqlite(folder), Postgresql(folder)):
        databases.clear()
    servers.remove(folder)


@contextmanager
def locked(folder):
    """Let one process at a time do what is done once for all."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Sqlite:
    """Copies of one migrated file."""

    def __init__(self, folder):
        self.template = folder / "template.db"
        self.folder = folder
        self.names = (f"{os.getpid()}-{number}.db" for number in itertools.count())

    def prepare(self, migrate):
        with locked(self.folder):
            if not self.template.exists():
                draft = self.template.with_suffix(".draft")
                draft.unlink(missing_ok=True)
                migrate(f"sqlite:///{draft}")
                with closing(sqlite3.connect(draft)) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                draft.rename(self.template)

    def copy(self):
        path = self.folder / next(self.names)
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def drop(self, url):
        path = make_url(url).database
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)

    def clear(self):
        """Nothing lies outside the shared folder."""


class Postgresql:
    """Copies of one migrated database, on one server for all processes."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "postgresql.url"
        self.prefix = folder.name.replace("-", "_").lower()
        self.template = f"{self.prefix}_template"
        self.names = (f"{self.prefix}_{os.getpid()}_{number}" for number in itertools.count())
        self.given = os.environ.get("DATABASE_URL_TEST")
        self.strategy = "WAL_LOG" if self.given else "FILE_COPY"  # quicker where its checkpoints cost nothing

    def prepare(self, migrate):
        failed = self.state.with_suffix(".failed")
        with locked(self.folder):
            if failed.exists():
                raise RuntimeError(failed.read_text())
            if not self.state.exists():
                failed.write_text("PostgreSQL did not start or migrate: see the first test that asked for it")
                self.url = make_url(self.given or servers.start(self.folder).url()).set(drivername="postgresql+psycopg")
                self.run("CREATE DATABASE {}", self.template)
                migrate(self.address(self.template))
                self.state.write_text(self.address(self.url.database))
                failed.unlink()
        self.url = make_url(self.state.read_text())

    def copy(self):
        name = next(self.names)
        self.run(f"CREATE DATABASE {{}} TEMPLATE {{}} STRATEGY {self.strategy}", name, self.template)
        return self.address(name)

    def drop(self, url):
        self.run("DROP DATABASE {} WITH (FORCE)", make_url(url).database)

    def clear(self):
        """Leave a server that was given as it was found."""
        if self.given and self.state.exists():
            self.url = make_url(self.state.read_text())
            with self.connect() as connection:
                names = connection.execute(
                    "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix]
                ).fetchall()
            for (name,) in names:
                self.run("DROP DATABASE {} WITH (FORCE)", name)

    def address(self, database):
        return self.url.set(database=database).render_as_string(hide_password=False)

    def connect(self):
        return psycopg.connect(self.address(self.url.database).replace("+psycopg", "", 1), autocommit=True)

    def run(self, statement, *names):
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def application(url, archive, *, own=False, **environ):
    """Make the application the way wsgi.py does, with settings of a test; whose routes are changed is its ``own``."""
    from config import Settings  # noqa: PLC0415  # tests of `rules` need no application
    from tests import twins  # noqa: PLC0415  # the same

    defaults = {
        "DATABASE_URL": url,
        "SECRET_KEY": "only tests know this one, and they tell everybody",
        "ORGANISATION_ZONE": "Europe/Amsterdam",
        "ARCHIVE_FOLDER": str(archive),
    }
    with MAKING:
        app = twins.application(Settings.from_environment(defaults | environ), own=own)
    app.testing = True
    return app


@contextmanager
def pushed(app):
    """Work inside the application, and leave no connection open."""
    from adoption.extensions import db  # noqa: PLC0415

    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def migrate(url):
    from flask_migrate import upgrade  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as archive, pushed(application(url, archive)):
        upgrade(directory=str(MIGRATIONS))


@pytest.fixture(scope="session")
def databases(pytestconfig):
    """Return the maker of migrated databases of a kind."""
    makers = {"sqlite": Sqlite(pytestconfig.stash[SHARED]), "postgresql": Postgresql(pytestconfig.stash[SHARED])}
    ready = set()

    def maker(kind):
        if kind not in ready:
            makers[kind].prepare(migrate)
            ready.add(kind)
        return makers[kind]

    return maker


@pytest.fixture(scope="session")
def new_app(databases):
    """Return a context manager: an application on a new empty database of a kind, its context pushed."""

    @contextmanager
    def make(kind, **environ):
        maker = databases(kind)
        url = maker.copy()
        try:
            with tempfile.TemporaryDirectory() as archive, pushed(application(url, archive, **environ)) as app:
                yield app
        finally:
            maker.drop(url)

    return make


def fresh(databases, kind):
    url = databases(kind).copy()
    yield url
    databases(kind).drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Run the test once for each kind of database, and say which."""
    return request.param


@pytest.fixture
def database_url(databases, database):
    yield from fresh(databases, database)


@pytest.fixture
def sqlite_url(databases):
    yield from fresh(databases, "sqlite")


@pytest.fixture
def postgresql_url(databases):
    yield from fresh(databases, "postgresql")


@pytest.fixture
def app(database_url, tmp_path):
    with pushed(application(database_url, tmp_path / "archive")) as app:
        yield app


@pytest.fixture
def sqlite_app(sqlite_url, tmp_path):
    with pushed(application(sqlite_url, tmp_path / "archive")) as app:
        yield app


@pytest.fixture
def postgresql_app(postgresql_url, tmp_path):
    with pushed(application(postgresql_url, tmp_path / "archive")) as app:
        yield app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()
