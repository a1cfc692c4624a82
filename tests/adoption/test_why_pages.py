"""Why, why not yet, the story of a record, what is counted: to whoever may know, and to nobody else."""

import html
import re
from datetime import date
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import explain
from adoption import facts
from adoption import records
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Participant
from tests.house import SOURCE
from tests.house import ZONE
from tests.house import House
from tests.leading import let_lead
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

THURSDAY = date(2026, 12, 24)
CLOCK = datetime(2026, 12, 24, 13, 0, tzinfo=ZONE)
SINCE = date(2026, 9, 1)
BOOK = """
[milestone."contact.developed"]
title = "Developed contact"
titles = { ru = "Проработанный контакт" }
record = "contact"
credit = "last"
undone_by = "contact.deleted"
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail"
on = ["contact.created", "contact.updated"]
where = { field = "email", filled = true }
[[milestone."contact.developed".needs]]
key = "next-step"
title = "a next step"
on = ["task.created"]
[metric.developed-contacts]
title = "Developed contacts"
titles = { ru = "Проработанные контакты" }
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.talks]
title = "Talks"
counts = "call.completed"
where = { field = "outcome", is = "reached" }
[reward.lunch]
title = "Free lunch"
titles = { ru = "Бесплатный обед" }
kind = "voucher"
[reward.points]
title = "Points"
kind = "points"
points = 10
[incentive.lunch]
title = "Two contacts"
titles = { ru = "Два контакта" }
metric = "developed-contacts"
every = 2
per = "week"
at_most = 3
earns = "lunch"
[incentive.talking]
title = "Two talks"
metric = "talks"
every = 2
per = "week"
earns = "points"
[incentive.together]
title = "Five together"
metric = "developed-contacts"
reach = 5
per = "month"
holder = "team"
earns = "lunch"
"""


@pytest.fixture
def house(app):
    with time_machine.travel(CLOCK, tick=False):
        yield House(BOOK, since=SINCE, teams={"North": ["Alice", "Bob"]}, people=("Alice", "Bob", "Mei", "Hana"))


def set_person(house, name, **values):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    connection.execute(update(Participant).where(Participant.id == house[name]).values(**values))
    db.session.commit()


def lead(house, manager, name):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    let_lead(connection, house[manager], house[name])
    db.session.commit()


def develop(house, who, number, *, lacks=(), at="09:10", **data):
    subject = f"contact/{number}"
    card = {"name": f"Nora {number}"} | ({} if "email" in lacks else {"email": "a@b.c"}) | data
    done = [house.did(who, "contact.created", subject, on=THURSDAY, at="09:00", **card)]
    if "task" not in lacks:
        done.append(house.did(who, "task.created", subject, on=THURSDAY, at=at))
    return done


def award_of(house, who, incentive="lunch"):
    db.session.rollback()
    return next(one.id for one in explain.awards_of(house[who]) if one.incentive == incentive)


def get(app, house, who, path, **more):
    db.session.rollback()
    return Visitor(app, house[who], **more).get(path)


def said(answer):
    assert answer.status_code == 200, answer.status
    text = re.sub(r'<span class="hide">.*?</span>', "", answer.get_data(as_text=True))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def page(app, house, who, path, **more):
    return said(get(app, house, who, path, **more))


# --- why an award


def test_an_award_says_what_made_it_count(app, house):
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    text = page(app, house, "Alice", f"/awards/{award_of(house, 'Alice')}/why")
    for words in (
        "Earned: a free lunch.",
        "2 of “Developed contacts” counted, week 52 of 2026.",
        "+1 Nora 1 is now “Developed contact” 24 Dec, 09:10 · received 12:00",
        "2 ÷ 2 = 1 (at most 3)",
        "Every 2 developed contacts in a week earn a free lunch, at most 3 times a week.",
        "“Two contacts”, version 1, in force since Tuesday 1 September 2026",
        "Limit 1 of 3",
        "Go to this reward",
    ):
        assert words in text


def test_points_show_their_line_in_the_ledger(app, house):
    ids = [house.did("Alice", "call.completed", "contact/1", on=THURSDAY, outcome="reached") for _ in range(2)]
    path = f"/awards/{award_of(house, 'Alice', 'talking')}/why"
    assert "Ledger entry +10 points , 24 Dec, 12:00 · not reversed" in page(app, house, "Alice", path)
    house.did("Alice", "call.corrected", "contact/1", on=THURSDAY, at="11:00", retracts=ids[0])
    text = page(app, house, "Alice", path)
    assert "“Two talks” is no longer due." in text
    assert "Reversal in the ledger −10 points" in text
    assert "not reversed" not in text


def test_an_award_that_is_no_longer_due_says_since_when_and_because_of_what(app, house):
    develop(house, "Alice", 1)
    _, task = develop(house, "Alice", 2)
    house.did("Alice", "task.corrected", "contact/2", on=THURSDAY, at="11:00", retracts=task)
    text = page(app, house, "Alice", f"/awards/{award_of(house, 'Alice')}/why")
    for words in (
        "“Two contacts” is no longer due.",
        "No longer due since 24 Dec, 12:00. What is counted now is not enough for it.",
        "Later corrections Next step set: Nora 2 24 Dec, 09:10 Taken back 24 Dec, 12:00 · Corrected in the CRM",
        "1 ÷ 2 = 0 (at most 3)",
    ):
        assert words in text
    assert "Go to this reward" not in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("waiting", "Earned: a free lunch. It is yours, and will be given out in a moment."),  # nothing limits it
        ("redeemed", "Earned and used: a free lunch."),
        ("expired", "Its time ran out before it was used."),
        ("corrected", "What was used stays used."),
        ("choosing", "Earned, and still to be chosen: a free lunch."),
    ],
)
def test_every_state_of_an_award_has_its_sentence(app, house, status, words):
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    path = f"/awards/{award_of(house, 'Alice')}/why"
    begin_write().execute(update(Award).where(Award.holder == house["Alice"]).values(status=status))
    db.session.commit()
    assert words in page(app, house, "Alice", path)


def test_reasons_are_told_in_the_readers_language(app, house):
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    text = page(app, house, "Alice", f"/awards/{award_of(house, 'Alice')}/why", language="ru")
    assert "«Бесплатный обед»" in text
    assert "Показатель «Проработанные контакты»" in text
    assert get(app, house, "Alice", f"/awards/{award_of(house, 'Alice')}/why", language="zh").status_code == 200


def test_whoever_leads_somebody_reads_whose_award_it_is(app, house):
    set_person(house, "Mei", role="manager")
    lead(house, "Mei", "Alice")
    house.settle()
    develop(house, "Alice", 1)
    develop(house, "Alice", 2)
    text = page(app, house, "Mei", f"/awards/{award_of(house, 'Alice')}/why")
    assert "My week · Alice ·" in text
    assert "Go to this reward" not in text  # it is Alice's to use


# --- what the API tells whom


def asked(app, house, who, path):
    """Return the API's answer to a token of somebody's own, or of a service."""
    db.session.rollback()
    email = who and f"{who.lower()}@example.com"
    with app.app_context():
        made = auth.create_token(f"{who}'s for {path}", ("awards:read", "progress:read"), email=email, now=1)
        db.session.commit()
    db.session.rollback()
    answer = app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {made}"})
    assert answer.status_code == 200, answer.json
    return answer.json


def test_the_api_tells_a_member_of_a_team_nothing_of_colleagues_records(app, house):
    for number in range(1, 5):
        develop(house, "Bob", number)
    develop(house, "Alice", 5)
    db.session.rollback()
    award = next(one.id for one in explain.awards_of(house["North"]))
    told = {who: asked(app, house, who, f"/awards/{award}/why")["activities"] for who in ("Alice", "Bob", None)}
    named = {who: [one["subject"] for one in activities] for who, activities in told.items()}
    every = [f"contact/{number}" for number in range(1, 6)]
    assert named == {"Alice": [None] * 4 + every[4:], "Bob": [*every[:4], None], None: every}
    assert [one["id"] is None for one in told["Alice"]] == [True] * 4 + [False]
    assert [one["adds"] for one in told["Alice"]] == ["1"] * 5


def test_the_api_names_only_ones_own_open_records_of_a_team(app, house):
    develop(house, "Bob", 8, lacks=["task"])
    develop(house, "Alice", 9, lacks=["task"])
    path = "/participants/team:North/incentives/together/why-not-yet"
    answers = {who: asked(app, house, who, path) for who in ("Alice", "Bob", None)}
    named = {who: {one["record"] for one in answer["records"]} for who, answer in answers.items()}
    assert named == {"Alice": {"contact/9"}, "Bob": {"contact/8"}, None: {"contact/8", "contact/9"}}
    assert "contact/8" not in answers["Alice"]["missing"]


# --- whose awards and records


WHO = ("Alice", "Bob", "Mei", "Dana", "Olga", "Иван", "Hana", "Ada", "Ann", "Leo", "Carl")


@pytest.fixture
def staff(new_app, database):
    with new_app(database, ORGANISATION_ZONE=zone_at_noon()) as app:
        found = Staff()
        found.send([one for number in range(11) for one in found.contact("Alice", number)])
        found.send(found.contact("Bob", 50))
        award = db.session.execute(select(Award.__table__).where(Award.holder == found["Alice"])).first()
        name = explain.written(explain.AwardKey(award.version, award.holder, award.period, award.ordinal))
        visitors = {who: Visitor(app, found[who]) for who in WHO} | {"nobody": Visitor(app)}
        db.session.rollback()
        yield name, visitors


def test_an_award_is_seen_by_its_holder_those_who_lead_them_and_those_who_see_everybody(staff):
    award, visitors = staff
    codes = {who: one.get(f"/awards/{award}/why").status_code for who, one in visitors.items()}
    seen = {"Alice": 200, "Mei": 200, "Dana": 200, "Hana": 200, "Ada": 200, "nobody": 303}
    assert codes == dict.fromkeys(WHO, 403) | seen


def test_an_award_that_does_not_exist_is_told_only_to_whoever_might_see_it(staff):
    award, visitors = staff
    parts = award.split("-")
    absent = "-".join([*parts[:3], "999"])
    codes = {who: visitors[who].get(f"/awards/{absent}/why").status_code for who in ("Alice", "Bob", "Mei", "Hana")}
    assert codes == {"Alice": 404, "Bob": 403, "Mei": 404, "Hana": 404}
    assert {one.get("/awards/none/why").status_code for who, one in visitors.items() if who != "nobody"} == {404}


def body(answer):
    """Return what a page says, without the proofs of its forms."""
    return re.sub(r'name="(csrf_token|back)" value="[^"]*"', "", answer.get_data(as_text=True))


def test_a_record_is_seen_by_whoever_had_a_part_in_it_and_unknown_to_others(staff):
    _, visitors = staff
    codes = {who: one.get("/records/contact/3").status_code for who, one in visitors.items()}
    seen = {"Alice": 200, "Mei": 200, "Dana": 200, "Hana": 200, "Ada": 200, "nobody": 303}
    assert codes == dict.fromkeys(WHO, 404) | seen
    bob = visitors["Bob"]
    assert bob.get("/records/contact/50").status_code == 200
    known, unknown = bob.get("/records/contact/3"), bob.get("/records/contact/4000")
    assert (known.status_code, body(known)) == (unknown.status_code, body(unknown))


def test_a_search_finds_ones_own_records_alone(staff):
    _, visitors = staff
    assert "Robin 3" in said(visitors["Alice"].get("/records?q=robin"))
    assert "Robin 3" not in said(visitors["Bob"].get("/records?q=robin"))
    assert visitors["Bob"].get("/records?q=contact/3").status_code == 200  # nothing is found, and nothing given away
    assert visitors["Hana"].get("/records?q=contact/3").location == "/records/contact/3"


# --- why not yet


def test_what_is_missing_and_where(app, house):
    develop(house, "Alice", 1)
    develop(house, "Alice", 2, lacks=["task"])
    records.link(SOURCE, "https://crm.example.com/{kind}s/{id}")
    db.session.commit()
    answer = get(app, house, "Alice", "/incentives/lunch/why-not-yet")
    text = said(answer)
    for words in (
        "1 more for “Two contacts”: a free lunch.",
        "Two contacts · week 52 of 2026",
        "Every 2 developed contacts in a week earn a free lunch, at most 3 times a week.",
        "Nora 2 missing: a next step",
        "Search one of your records",
    ):
        assert words in text
    assert 'href="https://crm.example.com/contacts/2"' in answer.get_data(as_text=True)


def test_a_team_has_its_own_way(app, house):
    develop(house, "Bob", 1)
    assert "4 more for “Five together”" in page(app, house, "Alice", "/incentives/together/why-not-yet")
    assert get(app, house, "Mei", "/incentives/together/why-not-yet").status_code == 404  # in no team


def test_a_team_s_way_names_no_colleagues_records(app, house):
    develop(house, "Bob", 8, lacks=["task"])
    develop(house, "Alice", 9, lacks=["task"])
    text = page(app, house, "Alice", "/incentives/together/why-not-yet")
    assert "Nora 9 missing: a next step" in text
    assert "Nora 8" not in text
    assert "Nora 8" in page(app, house, "Bob", "/incentives/together/why-not-yet")
    assert "Nora 8" not in page(app, house, "Alice", "/")


def test_ones_own_records_are_found_behind_many_of_a_colleagues(app, house):
    develop(house, "Alice", 9, lacks=["task"])
    for number in range(20, 45):
        develop(house, "Bob", number, lacks=["task"], at="10:00")
    assert "Nora 9 missing" in page(app, house, "Alice", "/incentives/together/why-not-yet")


def test_an_incentive_that_nobody_knows_is_not_found(app, house):
    assert get(app, house, "Alice", "/incentives/none/why-not-yet").status_code == 404


def test_what_is_offered_to_others_says_so(app, house):
    head, tail = BOOK.split("[incentive.together]")
    leads = tail.replace('holder = "team"', 'who = { role = ["lead"] }')
    house.publish(f"{head}[incentive.leads]{leads}", since=SINCE)
    house.settle()
    assert "Not offered in this period." in page(app, house, "Alice", "/incentives/leads/why-not-yet")


# --- the story of a record


def test_a_record_says_what_it_lacks_and_what_counted(app, house):
    develop(house, "Alice", 7, lacks=["email"])
    house.did("Alice", "call.completed", "contact/7", on=THURSDAY, at="10:00", outcome="no answer")
    house.did("Alice", "call.completed", "contact/7", on=THURSDAY, at="10:30", outcome="reached")
    text = page(app, house, "Alice", "/records/contact/7")
    for words in (
        "Nora 7 is not counted yet. Still missing: an e-mail.",
        "an e-mail still missing",
        "a next step Next step set · you · 24 Dec, 09:10",
        "Call logged · you 24 Dec, 10:30 Talks",
        "Call logged · you 24 Dec, 10:00 Not counted for “Talks”. It would be if: “outcome” is “reached”.",
    ):
        assert words in text


def test_a_finished_record_says_for_whom_it_counts(app, house):
    develop(house, "Alice", 7)
    assert "Nora 7 is “Developed contact” and counts for you." in page(app, house, "Alice", "/records/contact/7")
    house.did("Alice", "contact.deleted", "contact/7", on=THURSDAY, at="11:00")
    text = page(app, house, "Alice", "/records/contact/7")
    assert "Nora 7 was “Developed contact” and no longer counts: Contact deleted." in text
    assert "Reached 24 Dec, 09:10, taken back 24 Dec, 11:00" in text


def test_colleagues_have_no_names_in_a_story(app, house):
    set_person(house, "Hana", role="hr")
    set_person(house, "Mei", role="manager")
    lead(house, "Mei", "Bob")
    house.settle()
    house.did("Alice", "contact.created", "contact/7", on=THURSDAY, at="09:00", name="Nora", email="a@b.c")
    house.did("Bob", "task.created", "contact/7", on=THURSDAY, at="09:30")
    house.did("stranger", "call.completed", "contact/7", on=THURSDAY, at="10:00", outcome="reached")
    path = "/records/contact/7"
    mine = page(app, house, "Alice", path)
    assert "counts for: a colleague" in mine
    assert "Next step set · a colleague" in mine
    assert "Call logged · somebody" in mine
    assert "Bob" not in mine
    led = page(app, house, "Mei", path)
    assert "counts for: Bob" in led
    assert "New contact · a colleague" in led
    everything = page(app, house, "Hana", path)
    assert "New contact · Alice" in everything
    assert "Call logged · stranger" in everything


def test_a_record_of_a_kind_without_milestones_has_a_story_too(app, house):
    house.did("Alice", "call.completed", "deal/1", on=THURSDAY, outcome="reached")
    text = page(app, house, "Alice", "/records/deal/1")
    assert "Deal 1: what is done about it is counted one by one." in text
    assert "Call logged · you" in text


@pytest.mark.parametrize("name", ["contact/a b", "contact/a?b=c", "contact/a#b", "contact/ä/ö", "contact/%41", "plain"])
def test_any_name_of_a_record_has_an_address(app, house, name):
    develop(house, "Alice", 0)
    house.did("Alice", "call.completed", name, on=THURSDAY, at="10:00", outcome="reached")
    text = get(app, house, "Alice", "/today").get_data(as_text=True)
    hrefs = [html.unescape(one) for one in re.findall(r'href="(/records/[^"]+)"', text)]
    assert all(get(app, house, "Alice", one).status_code == 200 for one in hrefs)
    assert len(hrefs) == 2


def test_the_only_record_that_is_found_says_at_once_why(app, house):
    develop(house, "Alice", 7, lacks=["task"])
    develop(house, "Alice", 8)
    text = page(app, house, "Alice", "/records?q=nora+7")
    assert "Nora 7 is not counted yet. Still missing: a next step." in text
    assert "None of your records of the last three months is called so." in page(app, house, "Alice", "/records?q=zzz")
    assert "You have not worked on a record" in page(app, house, "Bob", "/records")


def test_what_is_searched_for_is_text(app, house):
    text = get(app, house, "Alice", '/records?q="><script>alert(1)</script>').get_data(as_text=True)
    assert "<script>alert" not in text


# --- what we count


def test_every_rule_in_force_is_a_sentence(app, house):
    text = page(app, house, "Alice", "/what-we-count")
    for words in (
        "Every 2 developed contacts in a week earn a free lunch, at most 3 times a week.",
        "“Talks” is the number of activities of type call.completed, where “outcome” is “reached”.",
        "“Developed contact”: each contact counts once it has an e-mail and a next step.",
        "“Free lunch”: a voucher.",
        "How long you are online",
        "Groups of fewer than 5 show their total alone.",
        "14 days after the last visit",
    ):
        assert words in text
    for field in ("email", "outcome"):  # the only ones that these rules look at
        assert field in text
    assert "amount" not in text


def test_a_rule_that_is_still_to_come_says_from_when(app, house):
    house.publish(BOOK.replace("every = 2\nper", "every = 7\nper", 1), since=date(2026, 12, 28))
    text = page(app, house, "Alice", "/what-we-count")
    assert "Two contacts from Monday 28 December 2026 Every 7 developed contacts" in text
    assert "Every 2 developed contacts" in text


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_rules_are_told_in_every_language(app, house, language):
    assert get(app, house, "Alice", "/what-we-count", language=language).status_code == 200


def test_without_a_book_nothing_is_counted(app, house):
    house.publish("", since=date(2026, 12, 1))
    assert "No rules are in force yet, so nothing is counted." in page(app, house, "Alice", "/what-we-count")
