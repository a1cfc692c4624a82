"""The dry run on its page, as a file, by command and by the API."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import text

from adoption import auth
from adoption import drafts
from adoption import facts
from adoption import history
from adoption import jobs
from adoption import stops
from adoption import trials
from adoption.extensions import db
from adoption.history import trial
from adoption.history import warm
from adoption.journal import By
from rules import book as books
from rules import period
from rules.book import composing
from rules.period import SECOND
from tests.adoption.test_trial import BOOK
from tests.adoption.test_trial import DRAFT
from tests.house import MONDAY
from tests.house import NOW
from tests.house import ZONE
from tests.house import House
from tests.visitors import Visitor

NAME = ("incentive", "callers")
DAYS = {"from": MONDAY.isoformat(), "to": (MONDAY + timedelta(days=13)).isoformat()}
HERE = "/hr/book/drafts/1/dry-run"


@pytest.fixture
def house(app):  # the house stands in it
    house = House(BOOK, people=("Alice", "Bob", "Hana"), teams={"north": ["Alice", "Bob"]})
    for number in range(5):
        house.did("Alice", "call.completed", f"contact/{number}", at=f"1{number}:00", id=f"alice-{number}")
    house.settle()
    db.session.execute(text("UPDATE participant SET role = 'hr' WHERE name = 'Hana'"))
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    write(house, DRAFT)
    return house


@pytest.fixture
def hana(app, house):
    return Visitor(app, house["Hana"])


def write(house, book, name=NAME):
    number = drafts.begin("Two calls", By(house["Hana"], "Hana"), 0)
    db.session.commit()
    drafts.change(number, 1, {name: composing.part(book, name)}, By(house["Hana"], "Hana"), 0)
    db.session.commit()
    return number


def asked(path=HERE, **more):
    return path + "?" + "&".join(f"{name}={value}" for name, value in (DAYS | more).items())


def words(answer):
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_hana_sees_what_her_draft_would_have_done_and_why(hana):
    page = hana.get(asked())
    said = words(page)
    assert page.status_code == 200
    assert "Nothing is written." in said
    assert "People who earn 1 of 3 as much as the rule in force" in said
    assert "Awards 2 ▲ 1 more than the rule in force" in said
    assert "€19.00 ▲ €9.50 more than the rule in force" in said
    assert "Alice north 1 2 ▲ more: 1 +€9.50" in said
    assert "2 awards as a sample" in said
    assert "Call logged" in said
    assert "2 of 3 had nothing that counts for “Calls” at all" in said


def test_the_days_can_be_chosen_and_wrong_ones_are_told_beside_the_field(hana):
    assert hana.get(HERE).status_code == 200
    wrong = hana.get(f"{HERE}?from=2026-03-09&to=2026-03-02")
    assert wrong.status_code == 422
    assert "The first day must not be later than the last one." in words(wrong)
    assert 'value="2026-03-09"' in wrong.get_data(as_text=True)
    for days in ("from=x&to=y", "from=0001-01-01&to=0001-01-01", "from=1900-01-01&to=2026-01-01", "from=2026-01-01"):
        assert hana.get(f"{HERE}?{days}").status_code == 422
    assert "only the days chosen count" in words(hana.get(f"{HERE}?from=2026-03-03&to=2026-03-05"))


def test_lines_are_sorted_by_what_is_clicked_on(hana, house):
    house.did("Bob", "call.completed")
    for _ in range(5):
        house.did("Bob", "call.completed", on=MONDAY + timedelta(days=1))
    rows = re.findall(r"<bdi>(\w+)</bdi></th>", hana.get(asked(sort="draft")).get_data(as_text=True))
    assert rows == ["Bob", "Alice", "Hana"]
    assert hana.get(asked(sort="nonsense")).status_code == 200


def test_a_draft_that_is_not_sound_or_changes_no_promise_says_so(hana, house):
    unsound = write(house, DRAFT.replace('metric = "calls"', 'metric = "nothing"'))
    assert "This draft cannot be tried yet." in words(hana.get(asked(f"/hr/book/drafts/{unsound}/dry-run")))
    same = write(house, DRAFT.replace('title = "Break"', 'title = "A longer break"'), ("reward", "break"))
    assert "This draft changes no promise." in words(hana.get(asked(f"/hr/book/drafts/{same}/dry-run")))
    assert hana.get(asked("/hr/book/drafts/99/dry-run")).status_code == 404
    assert hana.get(asked(f"/hr/book/drafts/{same}/dry-run.csv")).status_code == 404


def test_one_rule_of_several_can_be_tried_alone(hana, house):
    both = DRAFT + '\n[incentive.more]\nmetric = "calls"\nreach = 5\nper = "week"\nearns = "points"\n'
    number = write(house, both)
    drafts.change(number, 2, {("incentive", "more"): composing.part(both, ("incentive", "more"))}, By(None, "x"), 0)
    db.session.commit()
    here = f"/hr/book/drafts/{number}/dry-run"
    assert "All changed rules" in words(hana.get(asked(here)))
    assert "Awards 3 ▲ 2 more" in words(hana.get(asked(here)))
    assert "Awards 1 ▲ 1 more" in words(hana.get(asked(here, incentive="more")))


# --- files


def test_everybody_can_be_downloaded_and_no_name_becomes_a_formula(hana, house):
    house.person("=cmd|x")
    answer = hana.get(asked(f"{HERE}.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == ["'=cmd|x", "Alice", "Bob", "Hana"]
    alice = rows[1]
    assert (alice["awards_today"], alice["awards_draft"], alice["difference"]) == ("1", "2", "1")
    assert (alice["eur_today"], alice["eur_draft"], alice["counted"], alice["team"]) == ("9.5", "19", "5", "north")
    assert answer.headers["Content-Disposition"].endswith('dry-run-1-2026-03-02-2026-03-15.csv"')


def test_the_workbook_is_the_same_each_time(hana):
    once, again = (hana.get(asked(f"{HERE}.xlsx")).data for _ in range(2))
    assert once == again
    with zipfile.ZipFile(io.BytesIO(once)) as book:
        assert "sheet3.xml" in " ".join(book.namelist())
        assert b"contact/3" in book.read("xl/sharedStrings.xml")


# --- long ones


def test_a_long_run_is_begun_followed_cancelled_and_read(hana, monkeypatch):
    monkeypatch.setattr(trials.asking.quick, "__defaults__", (-1,))
    assert "This takes a while" in words(hana.get(asked()))
    assert hana.get(asked(f"{HERE}.csv")).status_code == 409
    begun = hana.post(asked())
    assert begun.status_code == 303
    address = begun.headers["Location"]
    assert "It begins in a moment." in words(hana.get(address))
    part = hana.get(address, headers={"X-Fragment": "1"}).get_data(as_text=True)
    assert "data-refresh" in part
    assert "<html" not in part
    assert hana.post(asked(f"{HERE}/cancel")).status_code == 303
    assert "The last run was cancelled." in words(hana.get(address))
    hana.post(asked())
    jobs.run("try-drafts", lambda _done, _total: None)
    said = words(hana.get(address))
    assert "Worked out" in said
    assert "Awards 2 ▲ 1 more" in said
    assert hana.get(asked(f"{HERE}.csv")).status_code == 200


# --- by command, by the API


def test_the_command_says_it_in_lines_and_as_csv(runner, house, tmp_path):
    file = tmp_path / "draft.toml"
    file.write_text(DRAFT)
    words_ = ["book", "try", str(file), "--from", DAYS["from"], "--to", DAYS["to"]]
    result = runner.invoke(args=words_)
    assert result.exit_code == 0, result.output
    assert re.search(r"awards +1 +2\n", result.stdout)
    assert re.search(r"EUR +9.5 +19\n", result.stdout)
    assert "warning: never holders=2 of=3 metric=calls" in result.stdout
    assert runner.invoke(args=[*words_, "--csv"]).stdout.startswith("name,team,role,quartile,counted")


def test_the_command_says_what_is_wrong(runner, house, tmp_path):
    file = tmp_path / "draft.toml"
    file.write_text("[nonsense")
    days = ["--from", DAYS["from"], "--to", DAYS["to"]]
    assert "was not tried" in runner.invoke(args=["book", "try", str(file), *days]).output
    file.write_text(BOOK)
    assert "promises what the newest one promises" in runner.invoke(args=["book", "try", str(file), *days]).output
    wrong = runner.invoke(args=["book", "try", str(file), *days, "--incentive", "nobody"])
    assert "There is no incentive 'nobody'" in wrong.output
    backwards = ["--from", DAYS["to"], "--to", DAYS["from"]]
    assert "must not be later" in runner.invoke(args=["book", "try", str(file), *backwards]).output
    file.write_bytes(b"\xff\xfe\x00")
    assert "is no text in UTF-8" in runner.invoke(args=["book", "try", str(file), *days]).output


@pytest.fixture
def token(house):
    made = auth.create_token("trials", ("book:read",), email="hana@example.com", now=0)
    db.session.commit()
    return {"Authorization": f"Bearer {made}"}


def test_the_api_tries_a_draft_and_a_text(client, token):
    answer = client.post("/api/v1/drafts/1/dry-run", json=DAYS, headers=token)
    assert answer.status_code == 200, answer.text
    body = answer.json
    assert (body["from"], body["to"], body["incentives"]) == (DAYS["from"], DAYS["to"], ["callers"])
    assert (body["today"]["awards"], body["draft"]["awards"]) == (1, 2)
    assert body["draft"]["worth"] == {"EUR": {"least": "19", "most": "19", "likely": "19"}}
    text_ = client.post("/api/v1/book/dry-run", json=DAYS | {"text": DRAFT}, headers=token)
    assert json.loads(text_.data) == json.loads(answer.data)


def test_the_api_refuses_what_cannot_be_tried(client, token):
    def status(path="/api/v1/book/dry-run", **body):
        return client.post(path, json=DAYS | body, headers=token).status_code

    assert status(text="[nonsense") == 422
    assert status(text=BOOK) == 422
    assert status(text=DRAFT, to="2020-01-01") == 422
    assert status(text=DRAFT, incentives=["nobody"]) == 404
    assert status("/api/v1/drafts/9/dry-run") == 404
    assert client.post("/api/v1/drafts/1/dry-run", json=DAYS).status_code == 401


def test_nothing_is_tried_of_a_published_draft_but_what_it_became(hana, house):
    number = write(house, DRAFT)
    drafts.publish(number, drafts.get(number).revision, By(house["Hana"], "Hana"), NOW)
    db.session.commit()
    assert hana.get(asked(f"/hr/book/drafts/{number}/dry-run")).status_code == 200


# --- stopped within the range


def twice(day):
    return {"first": day.toordinal(), "last": (day + timedelta(days=14)).toordinal()}


def tried(house, keys=("callers",), book=DRAFT):
    warm.forget()
    return trial.trial(books.load(book), keys, **twice(MONDAY))


def awarded(house):
    db.session.rollback()
    return sorted(map(tuple, db.session.execute(text("SELECT holder, status, reward FROM award"))))


def test_a_stop_within_the_range_changes_nothing_of_what_a_dry_run_says(house):
    house.did("Bob", "call.completed", "contact/1", at="08:00")
    without = tried(house)
    day = MONDAY + timedelta(days=1)
    noon = period.microseconds(datetime.combine(day, datetime.min.time(), ZONE)) + 12 * 3_600 * SECOND
    stops.stop("callers", "Something is wrong with it", By(house["Hana"], "Hana"), noon)
    db.session.commit()
    assert trial.encoded(tried(house)) == trial.encoded(without)
    house.send(*(house.event("Bob", "call.completed", on=day, at=f"1{hour}:00") for hour in range(4)))
    during = tried(house)
    assert [status for _, status, _ in awarded(house)].count("waiting") == 1, "five calls, four earn one"
    assert (during.today.awards, during.draft.awards) == (without.today.awards + 1, without.draft.awards + 2)
    stops.resume_and_release("callers", "It is put right", By(house["Hana"], "Hana"), noon + 86_400 * SECOND)
    assert trial.encoded(tried(house)) == trial.encoded(during), "who waited is given theirs, the answer is the same"
    assert during.today.awards == len(awarded(house)), "and what was in force is what is awarded now"
    assert history.verify().clean


def test_what_waits_of_a_stopped_rule_draws_on_no_budget_in_the_dry_run_of_another(house):
    both = BOOK + '[incentive.more]\nmetric = "calls"\nevery = 4\nper = "week"\nat_most = 1\nearns = "lunch"\n'
    house.publish(both, since=date(2026, 1, 5))
    house.settle()
    stops.stop("more", "Something is wrong with it", By(house["Hana"], "Hana"), NOW)
    db.session.commit()
    draft = both.replace('every = 4\nper = "week"\nat_most = 3', 'every = 2\nper = "week"\nat_most = 3')
    drawn = [one.others for one in tried(house, book=draft).budgets]
    house.send(*(house.event("Bob", "call.completed", at=f"1{hour}:30") for hour in range(4)))
    after = [one.others for one in tried(house, book=draft).budgets]
    assert "waiting" in {status for _, status, _ in awarded(house)}
    assert after == drawn


def test_the_page_says_which_stops_lay_in_its_days(house, hana):
    noon = period.microseconds(datetime.combine(MONDAY, datetime.min.time(), ZONE)) + 12 * 3_600 * SECOND
    stops.stop("callers", "Something is wrong with it", By(house["Hana"], "Hana"), noon)
    db.session.commit()
    assert "is stopped since 2 Mar. What became due since counts on both sides" in words(hana.get(asked()))
    stops.resume_and_release("callers", "It is put right", By(house["Hana"], "Hana"), noon + 86_400 * SECOND)
    assert "was stopped from 2 Mar to 3 Mar. What became due then counts on both sides" in words(hana.get(asked()))
    elsewhere = {"from": (MONDAY + timedelta(days=7)).isoformat()}
    assert "stopped" not in words(hana.get(asked(**elsewhere)))
