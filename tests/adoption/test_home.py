"""My week: one sentence that says the state and the gap, the nearest records, today, and this week beside the last."""

import gzip
import html
import re
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert
from sqlalchemy import update

from adoption import facts
from adoption import languages
from adoption import preferences
from adoption import records
from adoption import telling
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.models import RecordLink
from adoption.pages import home
from adoption.pages import week as weeks
from adoption.telling import deeds
from rules.incentive import Reward
from rules.lead import Goal
from rules.lead import Lead
from rules.lead import Situation
from rules.value import UNIT
from tests.house import NOW
from tests.house import SOURCE
from tests.house import ZONE
from tests.house import House
from tests.visitors import Visitor

THURSDAY = date(2026, 12, 24)  # the day of ``NOW``
MONDAY = date(2026, 12, 21)
CLOCK = datetime(2026, 12, 24, 13, 0, tzinfo=ZONE)  # a little after everything came
SINCE = date(2026, 9, 1)
DEVELOPED = """
[milestone."contact.developed"]
title = "Developed contact"
titles = { ru = "Проработанный контакт", zh = "已完善的联系人" }
record = "contact"
credit = "last"
undone_by = "contact.deleted"
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail or a phone number"
titles = { ru = "адрес", zh = "邮箱" }
on = ["contact.created", "contact.updated"]
where = { field = "email", filled = true }
[[milestone."contact.developed".needs]]
key = "next-step"
title = "a next step"
titles = { ru = "следующий шаг", zh = "下一步" }
on = ["task.created"]
[metric.developed-contacts]
title = "Developed contacts"
titles = { ru = "Проработанные контакты", zh = "已完善的联系人" }
counts = "contact.developed"
measure = "distinct"
of = "subject"
[reward.lunch]
title = "Free lunch"
titles = { ru = "Бесплатный обед", zh = "免费午餐" }
kind = "voucher"
valid_days = 30
[reward.break]
title = "Lunch break 10 minutes earlier"
kind = "time_off"
minutes = 10
[reward.star]
title = "Gold star"
kind = "badge"
"""
LUNCH = """
[incentive.lunch]
title = "Three contacts"
titles = { ru = "Три контакта", zh = "三个联系人" }
metric = "developed-contacts"
every = 3
per = "week"
at_most = 2
earns = ["lunch", "break"]
"""
ONCE = """
[incentive.once]
title = "Two contacts"
metric = "developed-contacts"
reach = 2
per = "week"
earns = "{earns}"
"""
CALLS = """
[metric.calls]
title = "Calls"
counts = "call.completed"
[incentive.steady]
title = "Four days"
metric = "calls"
in_a_row = 4
per = "week"
at_most = 1
earns = "star"
"""
REVENUE = """
[metric.revenue]
title = "Revenue"
counts = "deal.won"
measure = "sum"
of = "amount"
[incentive.big-month]
title = "Big month"
metric = "revenue"
every = 1000
per = "month"
earns = "lunch"
"""
BOARD = """
[board.week]
title = "Contacts of the week"
metric = "developed-contacts"
per = "week"
"""
BOOK = DEVELOPED + LUNCH


@pytest.fixture
def clock():
    with time_machine.travel(CLOCK, tick=False) as traveller:
        yield traveller


@pytest.fixture
def new_house(app, clock):
    return lambda book=BOOK, **more: House(book, since=SINCE, **more)


def develop(house, who, *numbers, on=THURSDAY, at="09:00", lacks=(), **data):
    """Finish contacts, or leave something out."""
    happened = []
    for number in numbers:
        subject = f"contact/{number}"
        card = {"name": f"Nora {number}", "company": "Fjord & Field"} | ({} if "email" in lacks else {"email": "a@b.c"})
        happened.append(house.event(who, "contact.created", subject, on=on, at=at, **card | data))
        if "task" not in lacks:
            happened.append(house.event(who, "task.created", subject, on=on, at=at, title="Send samples"))
    house.send(*happened)
    return [one["id"] for one in happened]


def welcomed(house, who):
    preferences.choose(house[who], welcomed=1)
    db.session.commit()


def visitor(app, house, who="Alice", **more):
    welcomed(house, who)
    return Visitor(app, house[who], **more)


def page(app, house, who="Alice", path="/", **more):
    answer = visitor(app, house, who, **more).get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def lead_of(text):
    return html.unescape(re.search(r'<h1 class="lead">(.*?)</h1>', text).group(1))


def part(text, heading):
    """Return the section under a heading, without tags."""
    found = next(one for one in re.findall(r"<section.*?</section>", text, re.DOTALL) if f">{heading}<" in one)
    found = re.sub(r'<span class="hide">.*?</span>', "", found)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())


# --- the one sentence


def test_so_much_more_for_what(app, new_house):
    house = new_house()
    develop(house, "Alice", 1)
    assert lead_of(page(app, house)) == (
        "2 more for “Three contacts”: a free lunch or a lunch break 10 minutes earlier, you choose."
    )


def test_what_is_not_chosen_yet_comes_first(app, new_house):
    house = new_house()
    develop(house, "Alice", 1, 2, 3)
    text = page(app, house)
    assert lead_of(text) == (
        "You have earned it: a free lunch or a lunch break 10 minutes earlier. The choice is yours."
    )
    assert "“Three contacts” is reached." in text
    assert "/rewards/" in text


def test_what_was_reached_can_be_reached_once_more(app, new_house):
    house = new_house(DEVELOPED + LUNCH.replace('["lunch", "break"]', '"lunch"'))
    develop(house, "Alice", 1, 2, 3, 4)
    text = page(app, house)
    assert lead_of(text) == "“Three contacts” is reached. 2 more for another: a free lunch."
    assert "Ready for you: a free lunch." in text
    assert "Valid until 23 Jan." in text
    assert "Earned so far: 1 of 2." in text


def test_everything_is_earned(app, new_house):
    house = new_house(DEVELOPED + ONCE.format(earns="star"))
    develop(house, "Alice", 1, 2, 3)
    text = page(app, house)
    assert lead_of(text) == "You have earned everything that is on offer right now."
    assert "All earned this week: 1 of 1." in text


def test_a_voucher_is_ready_when_nothing_is_left_to_earn(app, new_house):
    house = new_house(DEVELOPED + ONCE.format(earns="lunch"))
    develop(house, "Alice", 1, 2)
    assert lead_of(page(app, house)) == "Ready for you: a free lunch."


def test_nothing_is_counted_yet(app, new_house):
    text = page(app, new_house())
    assert lead_of(text) == (
        "Nothing is counted yet. 3 more for “Three contacts”: "
        "a free lunch or a lunch break 10 minutes earlier, you choose."
    )
    assert "Nothing counted yet this week. The first update usually takes a minute to appear." in text


def test_late_data_is_admitted(app, new_house, clock):
    house = new_house()
    develop(house, "Alice", 1, on=MONDAY - timedelta(days=7))
    clock.move_to(CLOCK + timedelta(hours=4))
    late = "CRM data is 5 hours late. Nothing is lost; points will appear with their original time."
    assert lead_of(page(app, house)) == late


def test_late_data_is_a_note_where_something_is_counted(app, new_house, clock):
    house = new_house()
    develop(house, "Alice", 1)
    clock.move_to(CLOCK + timedelta(hours=3))
    text = page(app, house)
    assert lead_of(text).startswith("2 more for")
    assert "CRM data is 4 hours late." in text


def test_somebody_who_is_away_is_told_so_kindly(app, new_house):
    house = new_house()
    develop(house, "Alice", 1)
    house.absent("Alice", MONDAY, date(2026, 12, 28))
    house.settle()
    said = "You are away until 27 Dec. Streaks pause, and nothing is lost."
    assert lead_of(page(app, house)) == said


def test_nothing_is_offered(app, new_house):
    house = new_house(DEVELOPED)
    develop(house, "Alice", 1)
    text = page(app, house)
    assert lead_of(text) == "There is nothing to earn right now. Your week is counted all the same."
    assert "Nora 1 is now “Developed contact”" in html.unescape(text)


def test_streaks_count_working_days(app, new_house):
    house = new_house(DEVELOPED + CALLS)
    for day in (22, 23):
        house.did("Alice", "call.completed", "contact/1", on=date(2026, 12, day))
    text = page(app, house)
    assert lead_of(text) == "2 more working days in a row for “Four days”: the badge “Gold star”."
    assert "2 more working days to go." in text
    house.did("Alice", "call.completed", "contact/1", on=THURSDAY)
    assert "Today is done. A day off pauses the streak and does not break it." in page(app, house)


def test_sums_are_a_bar_and_have_their_own_numbers(app, new_house):
    house = new_house(DEVELOPED + REVENUE)
    house.did("Alice", "deal.won", "deal/7", on=THURSDAY, amount="1250.50")
    text = page(app, house)
    assert "749.5 more for another: a free lunch." in text
    assert 'class="cubes"' not in text
    assert "<b>1,250.5</b>" in text
    assert "+1,250.5" in text


LANGUAGES = {"ru": ("«Три контакта»", "«Бесплатный обед»"), "zh": ("“三个联系人”", "“免费午餐”")}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_situation_is_said_in_every_language(app, new_house, code):
    house = new_house()
    develop(house, "Alice", 1, 2)
    text = html.unescape(page(app, house, language=code))
    assert f'<html lang="{code}"' in text
    assert all(words in lead_of(text) for words in LANGUAGES[code])
    develop(house, "Alice", 3)
    assert LANGUAGES[code][0] in html.unescape(page(app, house, language=code))


titles = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=20)
goals = st.builds(
    Goal,
    key=st.just("any"),
    per=st.sampled_from(["day", "week", "month", "ever"]),
    have=st.integers(0, 10 * UNIT),
    target=st.integers(10 * UNIT, 99 * UNIT),
    step=st.just(10 * UNIT),
    order=st.just(0),
    streak=st.booleans(),
)


rewards = st.lists(st.builds(Reward, key=st.just("r"), kind=st.just("voucher"), title=titles), min_size=1, max_size=3)


@given(st.sampled_from(Situation), goals, titles, rewards, st.sampled_from(["en", "ru", "zh"]))
def test_any_week_has_its_words(situation, goal, title, gifts, code):
    told = telling.Told(title=title, rewards=gifts, waiting=gifts, away_until=739_000, late=timedelta(hours=4))
    with Flask("any").app_context(), languages.speaking(code):  # a context is all that is needed
        said = telling.lead(Lead(situation, goal), told)
    assert "%(" not in said
    if situation in {Situation.MORE, Situation.AGAIN, Situation.FIRST}:
        assert title in said


# --- the goal and the nearest records


def test_each_step_is_a_cube(app, new_house):
    house = new_house()
    develop(house, "Alice", 1)
    text = page(app, house)
    assert text.count('<i class="on">') == 1
    assert text.count('<i class="near">') == 2
    assert 'aria-valuenow="1" aria-valuetext="1 of 3"' in text


def test_a_long_way_is_a_bar(app, new_house):
    house = new_house(DEVELOPED + LUNCH.replace("every = 3", "every = 13"))
    develop(house, "Alice", 1)
    text = page(app, house)
    assert '<progress class="bar" max="130000" value="10000"' in text
    assert "cubes" not in text


def test_open_records_say_what_they_lack_and_lead_into_the_crm(app, new_house):
    house = new_house()
    develop(house, "Alice", 1, lacks=["task"])
    develop(house, "Alice", 2, lacks=["email"])
    records.link(SOURCE, "https://crm.example.com/{kind}s/{id}")
    db.session.commit()
    text = page(app, house)
    near = part(text, "Nearly there")
    assert "Nora 1 · Fjord & Field missing: a next step" in near
    assert "Nora 2 · Fjord & Field missing: an e-mail or a phone number" in near
    assert 'href="https://crm.example.com/contacts/1" rel="noreferrer" aria-label="Open Nora 1 in the CRM"' in text
    assert "Show the 2 nearest records" in text
    assert 'href="#near"' in text


def test_without_a_link_a_record_leads_to_its_story(app, new_house):
    house = new_house()
    develop(house, "Alice", 1, lacks=["task"], name="")
    text = page(app, house)
    assert "Contact 1" in part(text, "Nearly there")
    assert 'href="/records/contact/1" aria-label="Look at Contact 1"' in text


def test_only_so_many_records_are_shown_at_once(app, new_house):
    house = new_house()
    develop(house, "Alice", *range(9), lacks=["task"])
    text = page(app, house)
    assert "3 more records" in text
    assert "Show the 3 nearest records" in text  # three are needed


@pytest.mark.parametrize("template", ["javascript:alert({id})", "data:text/html,{id}", "//evil.example/{id}"])
def test_no_link_leads_anywhere_but_to_a_web_page(app, new_house, template):
    house = new_house()
    develop(house, "Alice", 1, lacks=["task"])
    begin_write().execute(insert(RecordLink).values(source=SOURCE, template=template))  # past the door that checks
    db.session.commit()
    text = page(app, house)
    assert template.partition("{")[0] not in text
    assert 'href="/records/contact/1"' in text


def test_names_and_titles_are_text_and_nothing_else(app, new_house):
    evil = "<script>alert(1)</script>"
    book = BOOK.replace('"Three contacts"', f"'{evil}'").replace('"Developed contact"', f"'\"><img src=x> {evil}'")
    house = new_house(book)
    develop(house, "Alice", 1, lacks=["task"], name=f'"><img src=x onerror=alert(1)>{evil}', company=evil)
    develop(house, "Alice", 2, name=evil)
    for path in ("/", "/today", "/records", "/records/contact/1", "/incentives/lunch/why-not-yet", "/what-we-count"):
        text = page(app, house, path=path)
        assert "<script>alert" not in text
        assert "<img" not in text


def test_other_incentives_are_rows_that_lead_to_their_reasons(app, new_house):
    house = new_house(BOOK + CALLS + REVENUE)
    develop(house, "Alice", 1)
    house.did("Alice", "call.completed", "contact/1", on=THURSDAY)
    also = part(page(app, house), "Also within reach")
    assert "Big month 1,000 more to go: 0 of 1,000 this month. 0 / 1,000" in also
    assert "Four days 3 more working days to go: 1 of 4 in a row. 1 / 4" in also
    assert 'href="/incentives/big-month/why-not-yet"' in page(app, house)


def test_what_ended_without_being_earned_is_gone(app, new_house):
    house = new_house(BOOK + CALLS)
    house.publish(BOOK, since=date(2026, 12, 23))
    house.settle()
    develop(house, "Alice", 1)
    assert "Four days" not in page(app, house)


def test_the_teams_goal_is_among_them_and_never_the_first(app, new_house):
    team = LUNCH.replace("incentive.lunch", "incentive.together").replace("every = 3", 'every = 2\nholder = "team"')
    house = new_house(BOOK + team.replace("Three contacts", "Two together"), teams={"North": ["Alice", "Bob"]})
    develop(house, "Bob", 1)
    text = page(app, house)
    assert lead_of(text).startswith("Nothing is counted yet. 3 more for “Three contacts”")
    assert "Two together your team 1 more to go: 1 of 2 this week." in part(text, "Also within reach")


# --- today


def test_today_says_what_was_counted_for_what(app, new_house):
    house = new_house(BOOK + CALLS)
    develop(house, "Alice", 1, at="10:12")
    house.did("Alice", "call.completed", "contact/1", on=THURSDAY, at="10:15")
    house.did("Alice", "lead.rated", "contact/1", on=THURSDAY)  # nobody counts this
    today = part(page(app, house), "Today")
    assert "+1 Call logged: Nora 1 10:15 · Calls why?" in today
    assert "+1 Nora 1 is now “Developed contact” 10:12 · Developed contacts why?" in today
    assert today.index("Call logged") < today.index("Developed contact")  # the newest first
    assert "rated" not in today


def test_what_was_counted_earlier_this_week_is_not_counted_again(app, new_house):
    steps = """
[metric.next-steps]
title = "Next steps"
counts = "task.created"
measure = "distinct"
of = "subject"
"""
    house = new_house(BOOK + steps)
    house.did("Alice", "task.created", "contact/5", on=MONDAY)
    house.did("Alice", "task.created", "contact/5", on=THURSDAY)
    house.did("Alice", "task.created", "contact/6", on=THURSDAY, at="11:00")
    house.did("Alice", "task.created", "contact/6", on=THURSDAY, at="11:30")
    today = part(page(app, house), "Today")
    assert "Contact 5" not in today
    assert today.count("+1 Next step set: Contact 6") == 1


@pytest.mark.parametrize("kind", [*deeds.DEEDS, "note.corrected", "offer.sent"])
def test_whatever_was_done_can_be_said_with_and_without_its_record(sqlite_app, kind):
    assert "Nora" in telling.deed(kind, "Nora")
    assert telling.deed(kind, None)
    assert "%(" not in telling.deed(kind, "Nora") + telling.deed(kind, None)


def test_types_that_nobody_has_words_for_are_called_by_their_name(app, new_house):
    house = new_house(BOOK + CALLS.replace("call.completed", "offer.sent"))
    house.did("Alice", "offer.sent", "offer/9", on=THURSDAY)
    assert "offer.sent: offer/9" in part(page(app, house), "Today")


def test_what_was_earned_today_is_a_line_that_says_why(app, new_house):
    house = new_house()
    develop(house, "Alice", 1, 2, 3)
    text = page(app, house)
    assert "“Three contacts” is reached" in part(text, "Today")
    assert re.search(r'href="/awards/\d+-\d+-\d+-1/why"', text)


def test_a_correction_is_its_own_kind_of_line(app, new_house):
    house = new_house()
    _, task, *_ = develop(house, "Alice", 1, 2, 3, on=MONDAY)
    with time_machine.travel(CLOCK - timedelta(minutes=30), tick=False):
        house.send(house.event("Alice", "task.corrected", "contact/1", on=THURSDAY, at="11:00", retracts=task))
    today = part(page(app, house), "Today")
    assert "Taken back: Next step set: Nora 1" in today
    assert "why?" in today


def test_ten_lines_are_enough_and_all_of_today_is_a_page(app, new_house):
    house = new_house()
    develop(house, "Alice", *range(14))
    text = page(app, house)
    assert "All of today: 16 lines" in text  # two awards
    assert part(text, "Today").count("is now") <= weeks.LINES
    assert page(app, house, path="/today").count('class="tag up num"') == 14


# --- this week beside the last


def test_oneself_beside_the_week_before_up_to_the_same_weekday(app, new_house):
    house = new_house(BOOK + BOARD)
    develop(house, "Alice", 1, 2, on=MONDAY - timedelta(days=7))
    develop(house, "Alice", 3, on=date(2026, 12, 18))  # a Friday does not count against a Thursday
    develop(house, "Alice", 4, 5, 6)
    week = part(page(app, house), "This week so far")
    assert "You 3 ▲ 1 more than last week up to this day" in week
    develop(house, "Alice", 7, 8, on=MONDAY - timedelta(days=6))
    assert "You 3 last week up to this day: 4" in part(page(app, house), "This week so far")


@pytest.mark.parametrize(("size", "shown"), [(4, False), (5, True)])
def test_a_team_is_shown_from_five_on(app, new_house, size, shown):
    people = ("Alice", "Bob", "Cora", "Dave", "Erin")[:size]
    house = new_house(BOOK + BOARD, people=people, teams={"North": people})
    develop(house, "Bob", 1, 2)
    week = part(page(app, house), "This week so far")
    assert ("Your team 2" in week) is shown


def test_the_nearest_neighbour_is_called_as_they_wish(app, new_house):
    people = ("Alice", "Bob", "Cora", "Dave", "Erin", "Finn")
    house = new_house(BOOK + BOARD, people=people)
    for place, who in enumerate(reversed(people)):
        develop(house, who, *range(10 * place, 10 * place + place + 1), on=MONDAY)
    preferences.choose(house["Dave"], shown="alias", alias="Night Owl")
    db.session.commit()
    assert "Nearest neighbour 1 behind Night Owl" in part(page(app, house, "Erin"), "This week so far")
    assert "Nearest neighbour You are in front." in part(page(app, house, "Alice"), "This week so far")


# --- the first visit, and other people


def test_the_first_visit_says_three_things_until_they_are_put_away(app, new_house):
    house = new_house()
    alice = Visitor(app, house["Alice"])
    text = alice.get("/").get_data(as_text=True)
    for words in ("What is counted", "What you can earn", "Who can see it", "never how long you are online"):
        assert words in text
    assert alice.post("/welcome", proof=False).status_code == 400
    answer = alice.post("/welcome")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "What you can earn" not in alice.get("/").get_data(as_text=True)


def test_nobody_without_a_session_sees_a_week(app, new_house):
    new_house()
    assert Visitor(app).get("/").status_code == 303


@pytest.mark.parametrize(
    ("role", "leads", "closed"),
    [("cashier", "/counter", "/letters"), ("admin", "/letters", None), ("lead", "/boards", "/counter")],
)
def test_whoever_works_without_the_crm_is_led_to_what_they_use(app, new_house, role, leads, closed):
    new_house()
    somebody = enter("Carl", role)
    text = Visitor(app, somebody).get("/").get_data(as_text=True)
    assert "You work without the CRM" in text
    assert f'href="{leads}"' in text
    assert f'href="{closed}"' not in text


def enter(name, role="employee"):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    row = {"email": f"{name.lower()}@example.com", "name": name, "role": role}
    number = connection.execute(insert(Participant).values(row)).inserted_primary_key[0]
    db.session.commit()
    return number


def test_an_empty_house_has_a_good_page_too(app, clock):
    alice = enter("Alice")
    preferences.choose(alice, welcomed=1)
    db.session.commit()
    text = Visitor(app, alice).get("/").get_data(as_text=True)
    assert "There is nothing to earn right now." in text
    assert "Good afternoon, Alice" in text
    assert "Week 52" in text


@pytest.mark.parametrize(
    ("hour", "said"),
    [(5, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening"), (4, "evening")],
)
def test_the_greeting_follows_the_clock(sqlite_app, hour, said):
    assert home.greeting(CLOCK.replace(hour=hour), "Alice") == f"Good {said}, Alice"


@pytest.mark.parametrize(
    ("name", "first"),
    [("Alice Novak", "Alice"), ("Novak, Alice", "Alice"), ("陈静", "陈静"), ("Иван Петров", "Иван"), ("", "")],
)
def test_people_are_greeted_by_their_first_name(name, first):
    assert home.first_name(name) == first


# --- live, and fast


def test_the_page_that_is_open_asks_whether_anything_changed(app, new_house):
    house = new_house()
    develop(house, "Alice", 1)
    alice = visitor(app, house)
    tag = html.unescape(re.search(r'data-etag="([^"]+)"', alice.get("/").get_data(as_text=True)).group(1))
    asked = {"X-Fragment": "1", "If-None-Match": tag}
    same = alice.get("/", headers=asked)
    assert (same.status_code, same.data) == (304, b"")
    develop(house, "Alice", 2)
    fresh = alice.get("/", headers=asked)
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != tag
    assert fresh.headers["Cache-Control"] == "private, no-store"
    text = fresh.get_data(as_text=True)
    assert "data-refresh" in text
    assert "<html" not in text
    assert "csrf_token" not in text


def queries(ask):
    seen = []

    def note(*args):
        seen.append(args[2])

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    ask()
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_number_of_queries_does_not_follow_what_there_is_to_show(app, new_house):
    house = new_house(BOOK + BOARD + CALLS)
    develop(house, "Alice", 1, lacks=["task"])
    develop(house, "Alice", 2)
    house.did("Alice", "call.completed", "contact/2", on=THURSDAY)
    alice = visitor(app, house)
    pages = ("/", "/today", "/records", "/records/contact/2")
    few = []
    for path in pages:
        alice.get(path)  # what is made once is made
        few.append(queries(lambda path=path: alice.get(path)))
    develop(house, "Alice", *range(10, 70), lacks=["task"])
    house.send(*(house.event("Alice", "call.completed", "contact/2", on=THURSDAY) for _ in range(200)))
    for path in pages:
        alice.get(path)
    assert [queries(lambda path=path: alice.get(path)) for path in pages] == few


def test_the_page_is_light(app, new_house):
    house = new_house(BOOK + BOARD + CALLS + REVENUE)
    develop(house, "Alice", *range(60), lacks=["task"])
    develop(house, "Alice", *range(100, 130))
    assert len(gzip.compress(page(app, house).encode())) < 60_000


def test_somebody_who_has_left_their_team_is_nobodys_neighbour_there(app, new_house):
    people = ("Alice", "Bob", "Cora", "Dave", "Erin")
    house = new_house(BOOK + BOARD, people=people, teams={"North": people})
    connection = begin_write()
    facts.changed(connection, rescore=True)
    connection.execute(update(Participant).where(Participant.id == house["Erin"]).values(left_on=MONDAY.toordinal()))
    db.session.commit()
    assert "Your team" not in part(page(app, house), "This week so far")  # four are left


assert CLOCK.timestamp() * 1e6 > NOW  # what came in the house has come by then
