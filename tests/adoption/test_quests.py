"""Quests: who is shown which, how they tick themselves, what HR sees of it, and that nothing else depends on them."""

import html
import random
import re
import time
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import held
from adoption import jobs
from adoption import quests
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import JournalEntry
from adoption.models import QuestChoice
from adoption.models import QuestUse
from rules.book.features import FeatureError
from tests.staff import NORTH
from tests.staff import SOUTH
from tests.staff import Staff
from tests.visitors import Visitor

HANA = By(None, "Hana")
ROOT = Path(__file__).parent.parent.parent
BODY = {
    "on": ["call.logged"],
    "words": {"en": {"title": "Dial from here", "good_for": "Saves time.", "steps": ["Open", "Dial", "Talk"]}},
}


@pytest.fixture
def staff(app):
    found = Staff()
    for name in ("Alice", "Bob", "Hana"):
        Visitor(app, found[name]).post("/welcome")
    return found


@pytest.fixture
def offered(staff):
    """Give everybody, with the first wave begun and two quests offered of which nobody has used anything."""
    staff.begin_wave("First", NORTH, days=30)
    staff.offer("next-step", "plan-meeting")
    return staff


def now():
    return time.time_ns() // 1000


def home(staff, who):
    number = staff[who]
    found = quests.on_home(db.session.connection(), facts.current(), number, now())
    db.session.rollback()
    return None if found is None else (found.feature.key, found.state)


def choose(staff, who, key, what, *, ago=0):
    number = staff[who]
    quests.choose(begin_write(), number, key, what, now=now() - ago * 60_000_000)
    db.session.commit()


def shown(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))))


# --- who is shown what


def test_one_quest_at_a_time_is_shown_on_home_and_leads_to_its_steps(app, offered):
    alice = Visitor(app, offered["Alice"])
    page = shown(alice.get("/"))
    assert "A next step after each conversation" in page
    assert "Plan a meeting" not in page
    assert "Give it a day" in shown(alice.get("/quests/next-step"))


def test_before_a_teams_wave_has_begun_nobody_is_shown_anything(staff):
    staff.begin_wave("First", NORTH, days=-3)
    staff.offer("next-step")
    assert home(staff, "Alice") is None


def test_people_of_a_team_without_a_wave_are_shown_nothing(offered):
    assert home(offered, "Иван") is None


def test_what_a_fifth_of_the_team_uses_is_not_shown_any_more(offered):
    for who in ("Bob", "Cora"):
        offered.send([offered.event(who, "task.created", "contact/1")])
    offered.offer()
    assert home(offered, "Alice") == ("plan-meeting", "new")


def test_who_has_used_it_is_shown_something_else_though_the_team_hardly_does(offered):
    offered.send([offered.event("Alice", "task.created", "contact/1")])
    offered.offer()
    assert home(offered, "Alice") == ("plan-meeting", "new")
    assert home(offered, "Bob") == ("next-step", "new")


def test_what_hr_no_longer_offers_is_not_shown(offered):
    quests.offer(begin_write(), "next-step", offered=False, by=HANA, now=now())
    db.session.commit()
    assert home(offered, "Alice") == ("plan-meeting", "new")
    with pytest.raises(NotFoundError):
        choose(offered, "Alice", "next-step", "begin")


def test_later_and_not_for_me_put_a_quest_away_and_the_journal_has_nothing_of_it(app, offered):
    alice = Visitor(app, offered["Alice"])
    before = db.session.scalar(select(func.count()).select_from(JournalEntry))
    assert alice.post("/quests/next-step/later").status_code == 303
    assert home(offered, "Alice") == ("plan-meeting", "new")
    assert alice.post("/quests/plan-meeting/decline").status_code == 303
    assert home(offered, "Alice") is None
    assert home(offered, "Bob") == ("next-step", "new")
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == before
    assert "Begin" in shown(alice.get("/quests/plan-meeting"))


# --- how it ticks itself


def test_a_quest_ticks_itself_by_the_first_use_since_it_was_begun_and_says_what_is_next(app, offered):
    offered.send([offered.event("Alice", "task.created", "contact/1", minutes=50)])
    choose(offered, "Alice", "next-step", "begin", ago=40)
    assert home(offered, "Alice") == ("next-step", "begun")
    offered.send([offered.event("Alice", "task.created", "contact/2", minutes=20)])
    assert home(offered, "Alice") == ("next-step", "done")
    page = shown(Visitor(app, offered["Alice"]).get("/quests/next-step"))
    assert "Well done" in page
    assert "Plan a meeting in the CRM" in page


def test_a_use_that_was_taken_back_ticks_nothing_and_one_of_a_colleague_neither(offered):
    choose(offered, "Alice", "next-step", "begin", ago=40)
    offered.send([offered.event("Bob", "task.created", "contact/1")])
    (gone,) = offered.send([offered.event("Alice", "task.created", "contact/2")])
    offered.send([offered.event("Alice", "task.deleted", "contact/2", minutes=5) | {"retracts": gone}])
    assert home(offered, "Alice") == ("next-step", "begun")


def test_the_address_of_somebody_as_an_actor_ticks_too_however_it_is_spelled(offered):
    choose(offered, "Alice", "next-step", "begin", ago=40)
    offered.send([offered.event("Alice", "task.created", "contact/1") | {"actor": "ALICE@Example.com"}])
    assert home(offered, "Alice") == ("next-step", "done")


def test_in_which_order_activities_arrive_does_not_matter(offered):
    chance = random.Random()  # noqa: S311  # an example
    choose(offered, "Alice", "next-step", "begin", ago=240)
    happened = [
        offered.event("Alice", "task.created", f"contact/{n}", minutes=minutes)
        for n, minutes in enumerate((300, 230, 100, 20))
    ]
    happened.append(offered.event("Alice", "task.deleted", "contact/9", minutes=1) | {"retracts": happened[1]["id"]})
    chance.shuffle(happened)
    for one in happened:
        offered.send([one])
    alice = offered["Alice"]
    found, _ = quests.of(db.session.connection(), facts.current(), alice, "next-step", now())
    assert (found.state, found.done) == ("done", offered.today)


# --- what HR sees


def test_hr_sees_parts_of_wholes_of_five_people_or_more_alone(app, offered):
    offered.send([offered.event("Иван", "meeting.scheduled", "contact/1")])
    offered.leave("Gwen")
    offered.offer()
    uses = quests.teams()
    teams = facts.current().teams
    assert {teams[team] for found in uses.values() for team in found} == {NORTH}
    assert all(use.whole >= 5 for found in uses.values() for use in found.values())
    page = shown(Visitor(app, offered["Hana"]).get("/rollout/quests"))
    assert "0 of 6" in page
    assert SOUTH not in page
    assert "Иван" not in page


def test_counting_twice_leaves_the_same_rows(offered):
    offered.send([offered.event("Alice", "task.created", "contact/1")])
    found = []
    for _ in range(2):
        assert jobs.run("count-quests", lambda _done, _all: None)
        db.session.rollback()
        found.append(db.session.execute(select(QuestUse.__table__).order_by(QuestUse.quest, QuestUse.team)).all())
    assert found[0] == found[1]
    assert [row.part for row in found[0] if row.quest == "next-step"] == [1, 0]


def test_a_use_is_counted_by_the_fields_of_the_activity_too(offered):
    offered.send(
        [
            offered.event("Alice", "deal.updated", "deal/1", close_date="2026-12-01"),
            offered.event("Bob", "deal.updated", "deal/2", amount="5.00"),
        ]
    )
    offered.offer()
    assert sorted(use.part for use in quests.teams()["close-date"].values()) == [0, 1]


def test_hr_writes_one_of_its_own_and_it_is_in_the_journal(app, offered):
    hana = Visitor(app, offered["Hana"])
    form = {
        "key": "", "title": "Dial from here", "good_for": "Saves time.", "steps": "Open\nDial\n\nTalk\n",
        "link": "https://crm.example.com/phone", "on": "call.completed", "kind": "all",
        "field-0": "minutes", "op-0": "at_least", "value-0": "1",
    }  # fmt: skip
    assert hana.post("/rollout/quests/edit", form).status_code == 303
    hana.post("/rollout/quests/own-1/offer", {"offered": "yes"})
    one = quests.get("own-1")
    assert one.offered
    assert one.own
    assert one.feature.where.holds({"minutes": 3})
    things = db.session.execute(select(JournalEntry.action).where(JournalEntry.thing == "quest/own-1")).scalars().all()
    assert things == ["created", "changed"]
    assert 'href="https://crm.example.com/phone"' in Visitor(app, offered["Bob"]).get("/quests/own-1").text
    hana.post("/rollout/quests/own-1/remove")
    with pytest.raises(NotFoundError):
        quests.get("own-1")


def test_what_is_wrong_with_the_form_is_said_at_its_field(app, offered):
    form = {"key": "", "title": "", "good_for": "x", "steps": "one", "link": "javascript:alert(1)", "on": "a.b"}
    answer = Visitor(app, offered["Hana"]).post("/rollout/quests/edit", form)
    assert answer.status_code == 422
    assert {name for name in ("title", "steps", "link", "on") if f'id="fault-{name}"' in answer.text} == {
        *("title", "steps", "link")
    }


def test_hrs_words_in_one_language_leave_the_others_and_can_be_taken_back(app, offered):
    before = quests.get("merge")
    body = dict(before.body)
    body["words"] = body["words"] | {"en": BODY["words"]["en"]}
    quests.save(begin_write(), "merge", body, by=HANA, now=now())
    db.session.commit()
    assert quests.get("merge").feature.words["en"].title == "Dial from here"
    assert quests.get("merge").feature.words["ru"] == before.feature.words["ru"]
    quests.remove(begin_write(), "merge", by=HANA, now=now())
    db.session.commit()
    assert quests.get("merge").feature == before.feature


def test_a_condition_that_ships_survives_its_form(app, offered):
    hana, before = Visitor(app, offered["Hana"]), quests.get("close-date")
    page = hana.get("/rollout/quests/edit?key=close-date").text
    rows = {
        f"{name}-{place}": html.unescape(found)
        for name in ("field", "value")
        for place, found in enumerate(re.findall(rf'name="{name}-\d"[^>]*value="([^"]*)"', page))
    }
    chosen = re.findall(r'name="op-(\d)".*?value="(\w+)" selected', page)
    words = before.feature.words["en"]
    form = {
        "key": "close-date", "title": words.title + "!", "good_for": words.good_for, "steps": "\n".join(words.steps),
        "link": "", "on": ", ".join(before.feature.on), "kind": "any",
    } | rows | {f"op-{place}": name for place, name in chosen}  # fmt: skip
    assert hana.post("/rollout/quests/edit", form).status_code == 303
    assert quests.get("close-date").feature.where == before.feature.where


def test_a_body_with_a_fault_is_never_stored(offered):
    with pytest.raises(FeatureError):
        quests.save(begin_write(), "", BODY | {"link": "http://x"}, by=HANA, now=now())
    db.session.rollback()
    assert not any(one.own for one in quests.all_of())


# --- what is kept


def test_choices_go_with_the_person_and_after_a_year_and_are_in_the_copy_of_ones_data(offered):
    choose(offered, "Alice", "next-step", "begin")
    choose(offered, "Bob", "next-step", "decline")
    assert '"next-step"' in "".join(held.document(offered["Alice"], "", now()))
    offered.leave("Alice")
    quests.sweep(begin_write(), now())
    db.session.commit()
    (left,) = db.session.scalars(select(QuestChoice.participant)).all()
    assert left == offered["Bob"]
    quests.sweep(begin_write(), now() + 366 * 86_400_000_000)
    db.session.commit()
    assert not db.session.scalars(select(QuestChoice.participant)).all()


# --- nothing that counts depends on it


def counting_files():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    names = next(one["source_modules"] for one in contracts["contracts"] if one["name"].startswith("no sanctions"))
    for name in names:
        path = ROOT / name.replace(".", "/")
        yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


def test_no_code_that_counts_awards_ranks_or_pays_names_a_table_of_quests():
    named = re.compile(r"\bStoredQuest\b|\bQuest(Use|Choice)\b|\bquest_(use|choice)\b|adoption\.quests|import quests")
    assert not [str(file) for file in counting_files() if named.search(file.read_text(encoding="utf-8"))]


def test_no_code_of_quests_names_what_was_noticed_about_people():
    named = re.compile(r"adoption(\.| import )(evidence|flags|signals|privacy)|StoredFlag|EvidenceDay|AdoptionScore")
    files = [*(ROOT / "adoption" / "quests").glob("*.py"), ROOT / "rules" / "rollout" / "quests.py"]
    assert not [str(file) for file in files if named.search(file.read_text(encoding="utf-8"))]
