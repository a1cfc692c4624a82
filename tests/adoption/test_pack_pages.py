"""Packs on a page: explained, fed by what sources send, and added to a draft; the same by command."""

import json
import time

import pytest

from adoption import drafts
from adoption import facts
from adoption import intake
from rules import wording
from rules.book import load
from rules.book import packs
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

PATH = "/hr/book/packs"
SHIPPED = packs.shipped()


@pytest.fixture
def town(new_app, database):
    with new_app(database, ORGANISATION_ZONE=zone_at_noon()) as app:
        app.staff = Staff()
        yield app


@pytest.fixture
def hana(town):
    return Visitor(town, town.staff["Hana"])


def page(visitor, path=PATH):
    answer = visitor.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def plain(html):
    return html.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_pack_is_explained_in_the_readers_language_with_every_rule_as_its_sentence(town, language):
    said = plain(page(Visitor(town, town.staff["Hana"], language=language)))
    for pack in SHIPPED:
        for one in (pack.titles, pack.for_whom, pack.does, pack.avoids):
            assert one[language] in said
        for rule in pack.book.incentives.values():
            assert wording.sentence(rule, pack.book, language) in said


def test_it_tells_what_sources_really_sent(town, hana):
    assert "No source has sent anything" in page(hana)
    staff = town.staff
    staff.send([staff.event("Alice", "deal.won", "deal/1", amount=10)])
    old = staff.event("Alice", "deal.lost", "deal/2", days=31)
    intake.accept_and_commit([json.dumps(old).encode()], door="test", now=time.time_ns() // 1000)
    said = page(hana)
    card = said[said.index('id="clean-closing"') :]
    assert "Your sources send 1 of its 2 types" in card[: card.index("</article>")]


def test_it_tells_the_most_that_ten_people_cost_in_a_month(hana):
    said = page(hana)
    card = said[said.index('id="clean-closing"') :]
    assert "€120.00 · 200 points" in card[: card.index("</article>")]


def test_adding_one_begins_a_draft_and_changes_nothing_that_is_in_force(town, hana):
    before = facts.current().book
    answer = hana.post(f"{PATH}/habits", {"draft": "new"})
    assert answer.status_code == 303
    (draft,) = drafts.listed()
    assert draft.title == "Habits"
    assert town.staff["Hana"] in draft.authors
    assert {(part.kind, part.key) for part in draft.parts} == {
        ("reward", "coffee"), ("incentive", "ten-steady-days"), ("incentive", "a-next-step-a-day"),
    }  # fmt: skip  # what the starter book lacks of it
    assert drafts.check(draft).faults == ()
    assert facts.current().book == before


def test_a_second_one_goes_into_the_same_draft(hana):
    hana.post(f"{PATH}/habits", {"draft": "new"})
    (draft,) = drafts.listed()
    assert f'value="{draft.number}"' in page(hana)
    hana.post(f"{PATH}/customer-care", {"draft": str(draft.number)})
    (after,) = drafts.listed()
    assert (after.number, after.revision) == (draft.number, draft.revision + 1)
    assert ("incentive", "twenty-requests") in {(part.kind, part.key) for part in after.parts}
    assert drafts.check(after).faults == ()


def test_what_is_there_already_begins_no_draft(town, hana):
    hana.post(f"{PATH}/habits", {"draft": "new"})
    (draft,) = drafts.listed()
    hana.post(f"{PATH}/habits", {"draft": str(draft.number)})
    assert "there is nothing to add" in page(hana)
    assert drafts.get(draft.number).revision == draft.revision
    town.staff.publish(drafts.composed(draft))
    hana.post(f"{PATH}/habits", {"draft": "new"})
    assert len(drafts.listed()) == 1
    assert "in the book" in page(hana)


@pytest.mark.parametrize(
    ("path", "draft", "status"),
    [("nothing", "new", 404), ("habits", "999", 404), ("habits", "x", 404), ("habits", "9" * 30, 404)],
)
def test_what_is_not_there_is_said_so(hana, path, draft, status):
    assert hana.post(f"{PATH}/{path}", {"draft": draft}).status_code == status
    assert drafts.listed() == []


def test_an_approver_reads_packs_and_adds_none(town):
    ann = Visitor(town, town.staff["Ann"])
    assert "Add to a draft" not in page(ann)
    assert ann.post(f"{PATH}/habits", {"draft": "new"}).status_code == 403


# --- by command


def test_the_command_lists_packs_and_tells_one(town):
    run = town.test_cli_runner().invoke
    listed = run(args=["book", "packs"]).output
    assert all(pack.key in listed for pack in SHIPPED)
    told = run(args=["book", "packs", "habits", "--language", "ru"]).output
    (habits,) = (pack for pack in SHIPPED if pack.key == "habits")
    assert habits.does["ru"] in told
    assert all(wording.sentence(one, habits.book, "ru") in told for one in habits.book.incentives.values())
    assert "call.completed" in told
    raw = run(args=["book", "packs", "habits", "--toml"]).output
    assert load(raw) == habits.book
    wrong = run(args=["book", "packs", "habit"])
    assert wrong.exit_code != 0
    assert "habits" in wrong.output
