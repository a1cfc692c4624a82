"""Half a year of a real bank through the whole way: loaded as activities, judged night by night, and nobody suspected.

Of these clerks nobody ever said that they rely on spreadsheets, and nothing is known about their leave.
"""

import csv
import gzip
import json
from collections import Counter
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption import intake
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import EvidenceDay
from adoption.models import FlagStep
from adoption.models import Identity
from adoption.models import Participant
from rules import period
from tests.nights import nothing

LOG = Path(__file__).parents[3] / "shared" / "data" / "bpic2012_loans.csv.gz"
ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.timeout(900)
@pytest.mark.skipif(not LOG.exists(), reason=f"the real log is not here: {LOG}")
def test_no_clerk_of_a_real_bank_is_suspected(sqlite_app):
    """The account with the most events is the bank's own system, and nobody's."""
    with gzip.open(LOG, "rt", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: datetime.fromisoformat(row["ts"]))
    (system, _), *people = Counter(row["person"] for row in rows).most_common()
    days = [datetime.fromisoformat(rows[place]["ts"]).astimezone(ZONE).toordinal() for place in (0, -1)]
    enter([name for name, _ in people], since=days[0])
    for day, found in groupby(enumerate(rows), key=lambda one: moment(one[1]).toordinal()):
        evening = datetime.fromordinal(day).replace(hour=23, minute=59, tzinfo=ZONE)
        items = [told(number, row) for number, row in found if row["person"] != system]
        receipt = intake.accept_and_commit(items, door="file", now=period.microseconds(evening))
        assert receipt.refused == ()
    for day in (*range(days[0], days[1], 30), days[1]):  # of a longer history, a night looks back on ninety days
        night = datetime.fromordinal(day + 2).replace(hour=3, tzinfo=ZONE)
        evidence.run(period.microseconds(night), nothing)
    assert db.session.scalar(select(func.count()).select_from(EvidenceDay)) == len(people) * (days[1] - days[0] + 1)
    steps = Counter(db.session.scalars(select(FlagStep.does)))
    assert steps["raise"] == 0
    assert steps["hint"] <= 3, "what one is told about oneself alone is rare, too"


def enter(names, *, since):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for name in names:
        row = {"email": f"{name}@bank.example", "name": name, "role": "employee"}
        number = connection.execute(insert(Participant).values(row)).inserted_primary_key[0]
        connection.execute(insert(Identity).values(source="bank", id=name, participant=number))
    now = period.microseconds(datetime.fromordinal(since).replace(hour=1, tzinfo=ZONE))
    privacy.turn_on(connection, By(None, "test"), told=since, why="for a test", now=now)
    db.session.commit()


def moment(row):
    return datetime.fromisoformat(row["ts"]).astimezone(ZONE)


def told(number, row):
    """Return a step of a clerk as an activity: recorded in the moment in which it happened."""
    at = moment(row).isoformat()
    event = {"source": "bank", "id": f"{number:07}", "type": f"{row['action']}.{row['phase']}".replace(" ", "_")}
    return json.dumps(
        event | {"time": at, "recordedtime": at, "actor": row["person"], "subject": f"application/{row['case']}"}
    ).encode()
