"""The demo: rich enough to look at, the same for the same day, and careful with everybody's data."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adoption import people_csv
from adoption.demo import company
from adoption.demo import life
from adoption.demo import setting
from tests.conftest import application
from tests.conftest import pushed

ROOT = Path(__file__).parent.parent.parent
ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 15, tzinfo=ZONE)
NOW = int(MONDAY.timestamp()) * 1_000_000
TODAY = MONDAY.toordinal()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Run the demo once; give its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    with pushed(application(f"sqlite:///{folder / 'other.db'}", folder / "archive")) as app:
        result = app.test_cli_runner().invoke(args=["demo", "--no-serve", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, result.stdout


@pytest.fixture
def flask(demo):
    folder, _ = demo
    with pushed(application(f"sqlite:///{folder / setting.NAME}", folder / "demo-archive")) as app:

        def run(*arguments):
            result = app.test_cli_runner().invoke(args=list(arguments))
            assert result.exit_code == 0, result.output
            return result.stdout

        yield run


def test_the_demo_has_something_for_every_eye(flask):
    people = people_csv.read(flask("people", "list").encode()).rows
    assert len(people) == 60
    assert len({team for person in people for team in person.teams}) == 5
    assert {person.role for person in people} == set(people_csv.cells.ROLES)
    assert sum(person.left_on is not None for person in people) >= 2
    names = "".join(person.name for person in people)
    assert re.search("[\u0400-\u04ff]", names)
    assert re.search("[\u4e00-\u9fff]", names)
    for name in ("Alice", "Bob", "Mei", "Hana", "Carl"):
        assert name in names


def test_the_demo_has_awards_of_every_kind(flask):
    awards = [json.loads(line) for line in flask("awards", "export").splitlines()]
    statuses = Counter(one["status"] for one in awards)
    assert len(awards) >= 20
    assert {"issued", "choosing", "redeemed", "voided", "corrected"} <= statuses.keys()
    assert any(one["holder"].startswith("team:") for one in awards)
    corrected = {one["holder"] for one in awards if one["status"] == "corrected"}
    assert life.IMPORTER in corrected


def test_the_demo_agrees_with_its_history(flask):
    assert "Everything agrees" in flask("verify")


def test_the_demo_says_what_to_look_at(demo):
    _, said = demo
    for text in ("Developed contacts this week", "Teams this month", "Awards: ", "/api/v1/", "curl -H", "Done in"):
        assert text in said
    assert "u999 of crm" in said
    assert re.search(r"60 people, \d+ activities, \d+ delivered twice", said)


def test_the_demo_has_letters_that_tell_of_adoption_and_a_diagnosis_that_tells_of_the_chain(demo):
    folder, _ = demo
    with closing(sqlite3.connect(folder / setting.NAME)) as connection:
        query = (
            "SELECT text FROM letter WHERE kind = 'digest' AND language = 'en' AND text IS NOT NULL ORDER BY id DESC"
        )
        text = connection.execute(query).fetchone()[0]
        (found,) = map(json.loads, connection.execute("SELECT found FROM diagnosis_data").fetchone())
    assert re.search(r"Adoption score: [0-9]+", text)
    assert {stage for stage, *_ in found["breaks"]} >= {"tasting", "offer", "trial", "contract"}
    assert found["survey"][1], "tasks are overdue, by team"


def test_the_demo_touches_no_other_database(demo):
    folder, _ = demo
    assert not (folder / "other.db").exists()


def test_the_same_day_has_the_same_life():
    one, other = (life.of(company.of(TODAY), TODAY, ZONE, NOW) for _ in range(2))
    assert one == other
    assert life.of(company.of(TODAY + 1), TODAY + 1, ZONE, NOW) != one


def test_life_is_like_life():
    delivery = life.of(company.of(TODAY), TODAY, ZONE, NOW)
    events = delivery.first
    times = [datetime.fromisoformat(event["time"]) for event in events]
    assert len(events) > 10_000
    assert max(times).timestamp() * 1_000_000 < NOW
    assert times != sorted(times)
    keys = Counter((event["source"], event["id"]) for event in events)
    assert max(keys.values()) == 2
    weekend = sum(moment.weekday() >= 5 for moment in times)
    assert 0 < weekend < len(times) / 50
    assert {"contact.created", "call.completed", "meeting.completed", "deal.created", "deal.won"} <= {
        event["type"] for event in events
    }
    assert all(event["retracts"] for event in delivery.corrections)


@pytest.mark.parametrize("content", [b"my own notes", b"SQLite format 3\0" + bytes(84)])
def test_a_file_that_no_demo_made_is_left_alone(app, tmp_path, content):
    file = tmp_path / setting.NAME
    file.write_bytes(content)
    result = app.test_cli_runner().invoke(args=["demo", "--no-serve", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "was not made by a demo" in result.stderr
    assert file.read_bytes() == content


def test_an_earlier_demo_makes_room(tmp_path):
    for _ in range(2):
        setting.fresh(tmp_path)
        with closing(sqlite3.connect(tmp_path / setting.NAME)) as connection:
            assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
            connection.execute("CREATE TABLE something (x)")


def test_two_demos_do_not_share_a_folder(app, tmp_path):
    with setting.alone(tmp_path):
        result = app.test_cli_runner().invoke(args=["demo", "--no-serve", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "Another demo is running" in result.stderr


def test_a_port_that_is_taken_is_named_before_anything_is_made(app, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = app.test_cli_runner().invoke(args=["demo", "--port", port, "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert f"port {port} is in use" in result.stderr
    assert list(tmp_path.glob("demo*")) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "No such file"),
        ("a,b\n1,2\n", "has the columns a, b, not person"),
        ("person,ts,action,phase,case\n", "not the log of loan applications"),
        ("person,ts,action,phase,case\nu1,yesterday,A_SUBMITTED,COMPLETE,c1\n", "is no time with a zone"),
        ("person,ts,action,phase,case\nu1,2011-10-01T00:38:44\n", "line 2: the row has 2 cells"),
        ("person,ts,action,phase,case\nu1,2011-10-01T00:38:44+0200,A_LOST,COMPLETE,c1\n", "'A_LOST:COMPLETE'"),
    ],
    ids=range(6),
)
def test_another_log_is_refused_with_its_fault(sqlite_app, tmp_path, content, fault):
    file = tmp_path / "log.csv"
    if content is not None:
        file.write_text(content)
    result = sqlite_app.test_cli_runner().invoke(
        args=["demo", "--no-serve", "--folder", str(tmp_path), "--data", str(file)]
    )
    assert result.exit_code == 1
    assert fault in result.stderr
    assert "Traceback" not in result.output


def test_the_demo_is_served_until_it_is_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: text for name, text in os.environ.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
    environ |= {"SPOONFUL_DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
    command = [sys.executable, "-m", "flask", "demo", "--port", str(port), "--folder", str(tmp_path)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "scheduler: running the jobs" in line:
                    break
            token = re.search("Bearer ([^']+)'", said)[1]
            assert answer(f"http://127.0.0.1:{port}/readyz") == {"ready": True}
            boards = answer(re.search(r"' '(http[^']+)'", said)[1], token)
            assert boards["lines"]
            assert f"http://127.0.0.1:{port}/team" in letter(tmp_path / setting.NAME)
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(30) == 0
    with setting.alone(tmp_path):
        pass  # its children ended, too: they held the lock


def letter(file):
    """Return the text of a weekly letter of the demo's past."""
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT text FROM letter WHERE kind = 'digest' AND text IS NOT NULL LIMIT 1"
        return connection.execute(query).fetchone()[0]


def answer(address, token=""):
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    for _ in range(100):
        with suppress(ConnectionError, urllib.error.URLError), urllib.request.urlopen(request, timeout=5) as found:  # noqa: S310
            return json.load(found)
        time.sleep(0.1)
    message = f"nobody answers at {address}"
    raise AssertionError(message)
