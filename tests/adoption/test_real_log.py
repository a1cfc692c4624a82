"""A real log goes through the same door: a slice of 244,190 steps of the clerks of a bank (BPI Challenge 2012)."""

import csv
import gzip
import json
from collections import Counter
from collections import defaultdict
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest

from adoption.demo import loans
from tests.conftest import application
from tests.conftest import pushed

LOG = Path(__file__).parents[3] / "shared" / "data" / "bpic2012_loans.csv.gz"
ROWS = 20_000
needs_log = pytest.mark.skipif(not LOG.exists(), reason=f"the log is not here: {LOG}")


def rows(number=None):
    with gzip.open(LOG, "rt", encoding="utf-8") as file:
        yield from islice(csv.DictReader(file), number)


@pytest.fixture(scope="module")
def slice_of_log():
    return list(rows(ROWS))


@pytest.fixture(scope="module")
def file(tmp_path_factory, slice_of_log):
    path = tmp_path_factory.mktemp("loans") / "slice.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, slice_of_log[0])
        writer.writeheader()
        writer.writerows(slice_of_log)
    return path


@pytest.fixture(scope="module")
def flask(file):
    """Load the slice as ``flask demo --data`` does, and run commands on the outcome."""
    folder = file.parent
    with pushed(application(f"sqlite:///{folder / 'other.db'}", folder / "archive")) as app:
        arguments = ["demo", "--no-serve", "--folder", str(folder), "--data", str(file)]
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, result.output
        assert f"{ROWS} activities, 0 delivered twice" in result.stdout
    with pushed(application(f"sqlite:///{folder / 'demo.db'}", folder / "demo-archive")) as app:
        yield lambda *arguments: app.test_cli_runner().invoke(args=[str(one) for one in arguments])


@needs_log
def test_no_two_rows_are_the_same_so_all_columns_together_identify_one():
    found = Counter(tuple(row.values()) for row in rows())
    assert len(found) == 244_190
    assert max(found.values()) == 1


@needs_log
def test_every_step_of_the_log_has_a_meaning():
    kinds = {(row["action"], row["phase"]): row for row in rows()}
    mapping = loans.mapping()
    for row in kinds.values():
        (activity,) = mapping.row(row)
        assert isinstance(activity, dict), activity
        assert activity["source"] == loans.SOURCE


@needs_log
def test_tallies_are_what_counting_by_hand_gives(flask, slice_of_log):
    system, _ = Counter(row["person"] for row in slice_of_log).most_common(1)[0]
    calls, activated = Counter(), defaultdict(set)
    for row in slice_of_log:
        month = datetime.fromisoformat(row["ts"]).strftime("%Y-%m")
        if row["action"].startswith("W_Nabellen") and row["phase"] == "COMPLETE":
            calls[f"{row['person']}@{loans.DOMAIN}", month] += 1
        if row["action"] == "A_ACTIVATED":
            activated[f"{row['person']}@{loans.DOMAIN}", month].add(row["case"])
    assert tallies(flask, "calls") == {key: count for key, count in calls.items() if not key[0].startswith(system)}
    assert tallies(flask, "activated-loans") == {key: len(cases) for key, cases in activated.items()}


def tallies(flask, metric):
    found = map(json.loads, flask("tallies", "export", "--metric", metric, "--per", "month").stdout.splitlines())
    return {(one["holder"], one["period"]): int(one["value"]) for one in found if "@" in one["holder"]}


@needs_log
def test_loading_the_log_again_changes_nothing(flask, file):
    mapping = Path(loans.__file__).parent / "loans_mapping.toml"
    before = flask("awards", "export").stdout
    assert before.count("\n") > 5
    result = flask("activities", "load", file, "--mapping", mapping)
    assert json.loads(result.stdout.splitlines()[-1]) == {"accepted": 0, "duplicates": ROWS, "refused": 0}
    assert flask("awards", "export").stdout == before


@needs_log
def test_the_log_agrees_with_its_history(flask):
    result = flask("verify")
    assert result.exit_code == 0, result.output
