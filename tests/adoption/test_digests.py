"""Weekly letters: gathered in bulk, written once for a reader and a week, ended by one click, and of nobody else."""
# ruff: noqa: RUF001  # full-width punctuation is meant

import re
import time
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from sqlalchemy import delete
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption.digests import gathering
from adoption.digests import planning
from adoption.digests import posts
from adoption.digests import reading
from adoption.digests import setting
from adoption.digests import subscribing
from adoption.digests import writing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import links
from adoption.mail import looking
from adoption.mail import message
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import Award
from adoption.models import Letter
from adoption.models import Participant
from rules import digest
from rules.digest import timing
from rules.period import SECOND
from tests.bureau import LEADERS
from tests.bureau import MONDAY
from tests.bureau import NOW
from tests.bureau import WEEK
from tests.bureau import Bureau
from tests.bureau import at
from tests.bureau import email
from tests.leading import let_lead
from tests.postbox import Postbox
from tests.racing import at_once
from tests.visitors import Visitor

SETTINGS = {"PUBLIC_URL": "https://spoonful.example.com", "MAIL_FROM": "Spoonful <spoonful@example.com>"}
HOUR = 3_600 * SECOND
FIRST = WEEK.toordinal()


@pytest.fixture
def app(new_app, database):
    with new_app(database, **SETTINGS) as app:
        yield app


@pytest.fixture
def bureau(app):
    return Bureau()


def run(now=NOW):
    return dict(planning.run(now, lambda _done, _total: None))


def letters(kind="digest"):
    query = select(Letter.participant, Letter.week, Letter.state, Letter.reply).where(Letter.kind == kind)
    found = [tuple(row) for row in db.session.execute(query.order_by(Letter.week, Letter.participant))]
    db.session.rollback()
    return found


def letter(who, week=FIRST):
    found = reading.of_week(who, week)
    db.session.rollback()
    return found


def choose(who, now=NOW, **chosen):
    subscribing.choose(who, "digest", now, **chosen)
    db.session.commit()


def statements(work):
    """Return how many statements something takes."""
    seen = []

    def note(_connection, _cursor, sql, *_):
        seen.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


# --- what is said


def test_a_letter_tells_of_the_team_and_of_nobody_else(bureau):
    assert run() == {"rendered": 3}
    for leader, team in LEADERS.items():
        said = letter(bureau[leader])
        others = {name for other, names in LEADERS.items() if other != leader for name in (other, *names)}
        named = set(re.findall(r"\w+", said.text + re.sub("<[^>]*>", " ", said.html)))
        assert set(team) <= named
        assert not others & named


def test_the_letter_says_result_direction_and_reason(bureau):
    run()
    said = letter(bureau["Mei"])
    assert said.subject == "Your team's week: Developed contacts 21 (▲10)"
    lead = "Developed contacts: 21, that is 10 more than the week before. 4 of 5 people did more than the week before."
    assert lead in said.text
    assert f">{lead}</h1>" in said.html
    assert reading.lead(bureau["Mei"], NOW) == lead
    told = reading.told(bureau["Mei"], NOW)
    assert (told.lead, told.language) == (lead, "en"), "the team page has the same sentence"
    assert told.deeds.keys() == {bureau["Alice"], bureau["Anna"], bureau["Bob"]}


def test_a_newcomer_had_no_goal_before_their_first_day(bureau):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    row = update(Participant).where(Participant.id == bureau["Bob"])
    connection.execute(row.values(hired_on=(WEEK + timedelta(days=1)).toordinal()))
    db.session.commit()
    told = gathering.facts_of(gathering.company(FIRST, NOW), [bureau["Mei"]])[bureau["Mei"]]
    targets = {one.name: one.targets for one in told.reports}
    assert [one is not None for one in targets["Bob"]] == [False] * 8 + [True]
    assert any(one is not None for one in targets["Alice"][:-1])
    run()
    assert "improved most" not in "".join(line for line in letter(bureau["Mei"]).text.splitlines() if "Bob" in line)


def test_text_and_page_say_the_same_in_the_same_order(bureau):
    bureau.work("Li", 0, WEEK, half=3)
    run()
    said = letter(bureau["Mei"])
    heads = re.findall(r"<h2[^>]*>([^<]+)</h2>", said.html)
    assert len(heads) == 5
    plain = [
        line
        for line, below in zip(said.text.splitlines(), said.text.splitlines()[1:], strict=False)
        if set(below) == {"-"} and line
    ]
    assert plain[: len(heads)] == heads
    for name in ("Alice", "6 · reached", "2 · 2 more", "3 records are one step from done: a next step."):
        assert name in said.text
        assert name in re.sub("<[^>]*>", "", said.html)


def test_records_that_were_worked_on_just_now_do_not_wait(bureau):
    bureau.work("Li", 0, WEEK, half=2)
    company = gathering.company(FIRST, NOW)
    mei = bureau["Mei"]
    assert [len(one.records) for one in gathering.facts_of(company, [mei])[mei].open] == [2]
    early = gathering.company(FIRST, at(WEEK + timedelta(days=1), 12))
    assert [len(one.records) for one in gathering.facts_of(early, [mei])[mei].open] == [1]


def test_no_more_queries_for_more_managers(bureau):
    def letters_to(*leaders):
        company = gathering.company(FIRST, NOW)
        planning.make(company, [subscribing.Due(bureau[one], FIRST, NOW, subscribing.Chosen()) for one in leaders])
        db.session.rollback()

    letters_to("Mei")
    assert statements(lambda: letters_to("Mei")) == statements(lambda: letters_to("Mei", "Olga", "Paul"))


def test_hr_can_take_the_names_with_goals_out(bureau):
    setting.name(people=False, who=bureau["Hana"], now=NOW)
    db.session.commit()
    run()
    said = letter(bureau["Mei"])
    assert "Towards their own goal" not in said.text
    assert "Lena" not in said.text + said.html
    assert "3 of 5" in said.text


def test_a_letter_speaks_the_language_that_its_reader_chose(bureau):
    choose(bureau["Mei"], language="zh")
    run()
    said = letter(bureau["Mei"])
    assert (said.language, said.subject) == ("zh", "您团队的一周：已完善的联系人 21 (▲10)")
    assert '<html lang="zh">' in said.html


def test_a_name_adds_no_line_and_no_header(bureau):
    begin_write().execute(
        update(Participant).where(Participant.id == bureau["Bob"]).values(name="Bob\r\nBcc: x@example.com\u2028<b>")
    )
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    run()
    said = letter(bureau["Mei"])
    assert "Bob Bcc: x@example.com <b>: 6 · reached" in said.text
    assert "<b>" not in said.html
    parsed = message_from_bytes(message.build(said, "spoonful@example.com"), policy=default)
    assert parsed["Bcc"] is None


@pytest.mark.parametrize("status", ["redeemed", "corrected"])
def test_what_was_used_in_the_week_is_told_also_if_it_is_no_longer_due(bureau, status):
    eaten = {"status": status, "redeemed": at(WEEK + timedelta(days=2), 12)}
    lunch = (Award.holder == bureau["Alice"], Award.period == FIRST, Award.ordinal == 1)
    begin_write().execute(update(Award).where(*lunch).values(**eaten))
    db.session.commit()
    told = gathering.facts_of(gathering.company(FIRST, NOW), [bureau["Mei"]])[bureau["Mei"]]
    assert [(one.key, one.used) for one in told.rewards] == [("lunch", 1)]


# --- once for a reader and a week


def test_a_week_is_written_once(bureau):
    assert run() == {"rendered": 3}
    assert run(NOW + HOUR) == {}
    assert len(letters()) == 3


def test_a_zone_changed_on_monday_morning_gives_no_second_letter(bureau):
    mei = bureau["Mei"]
    assert run() == {"rendered": 3}
    choose(mei, zone="America/Los_Angeles")
    for hours in range(36):
        assert run(NOW + hours * HOUR) == {}
    assert [week for who, week, *_ in letters() if who == mei] == [FIRST]


def test_another_address_gives_no_second_letter(bureau):
    run()
    connection = begin_write()
    connection.execute(update(Participant).where(Participant.id == bureau["Mei"]).values(email="mei@new.example.com"))
    facts.changed(connection, rescore=False)
    db.session.commit()
    company = gathering.company(FIRST, NOW)
    made = planning.make(company, [subscribing.Due(bureau["Mei"], FIRST, NOW, subscribing.Chosen())])
    outbox.enter(begin_write(), [planning.row(facts.current(), one, NOW) for one in made])
    db.session.commit()
    assert len(letters()) == 3


def test_two_processes_at_once_write_one_letter_each(bureau):
    found = at_once(*[run] * 4)
    assert all(isinstance(one, dict) for one in found), found
    assert [state for *_, state, _ in letters()] == ["rendered"] * 3


def test_a_letter_that_is_a_day_late_is_not_sent_and_never_two_weeks_at_once(bureau):
    late = at(MONDAY + timedelta(days=15), 12)
    assert run(late) == {"skipped": 3}
    assert {(week, reply) for _, week, _, reply in letters()} == {(FIRST + 14, "late")}
    assert run(at(MONDAY + timedelta(days=22), 8, 30)) != {}
    assert {week for _, week, *_ in letters()} == {FIRST + 14, FIRST + 21}


def test_a_letter_comes_within_a_day_after_an_outage(bureau):
    bureau.receive([bureau.event("Alice", "call.completed", "contact/1", on=MONDAY)], at(MONDAY, 18))
    assert run(at(MONDAY + timedelta(days=1), 7)) == {"rendered": 3}
    assert run(at(MONDAY + timedelta(days=1), 9)) == {}


def test_everybody_gets_it_at_their_own_hour(bureau):
    choose(bureau["Mei"], weekday=2, hour=16, zone="Asia/Shanghai")
    assert run() == {"rendered": 2}
    comes = subscribing.of(bureau["Mei"], "digest").wish
    moment = timing.due(FIRST, comes, facts.current().zone, bureau["Mei"])
    bureau.receive([bureau.event("Alice", "call.completed", "contact/1", on=MONDAY)], moment - HOUR)
    assert run(moment - SECOND) == {}
    assert run(moment) == {"rendered": 1}
    assert letter(bureau["Mei"]).due == moment


def test_the_number_of_a_letter_does_not_depend_on_when_it_was_written(app, bureau):
    run()
    before = {one.participant: one.message_id for one in reading.history()}
    begin_write().execute(delete(Letter))
    db.session.commit()
    run(NOW + 5 * HOUR)
    assert {one.participant: one.message_id for one in reading.history()} == before


# --- when there is none


def test_whoever_switched_it_off_gets_none_and_one_that_waits_is_taken_back(bureau):
    choose(bureau["Olga"], active=False)
    assert run() == {"rendered": 2}
    choose(bureau["Mei"], active=False)
    assert {(who, state, reply) for who, _, state, reply in letters()} == {
        (bureau["Mei"], "skipped", "off"),
        (bureau["Paul"], "rendered", None),
    }


def test_stale_data_sends_managers_nothing_and_tells_hr_once(bureau):
    stale = at(MONDAY + timedelta(days=1), 7)
    for name in ("Mei", "Olga", "Paul"):
        choose(bureau[name], weekday=1, hour=6)
    assert run(stale) == {"skipped": 3}
    assert {reply for *_, reply in letters()} == {"stale"}
    told = db.session.execute(select(Letter.address, Letter.facts).where(Letter.kind == "feed-alert")).all()
    assert sorted(told) == [(email("Ada"), '{"why":"stale"}'), (email("Hana"), '{"why":"stale"}')]


def test_two_weeks_at_zero_are_told_to_hr_and_not_to_the_manager(bureau):
    later = MONDAY + timedelta(days=14)
    bureau.work("Alice", 1, MONDAY)
    bureau.work("Hugo", 1, MONDAY + timedelta(days=7))
    bureau.work("Alice", 1, MONDAY + timedelta(days=7))
    assert run(at(later)) == {"rendered": 2, "skipped": 1}
    told = db.session.scalars(select(Letter.facts).where(Letter.kind == "feed-alert")).all()
    assert told == ['{"why":"silent","team":"South"}'] * 2
    with time_machine.travel(datetime(2026, 12, 14, 12, tzinfo=UTC)):
        sending.run(lambda *_: None)
    subject = db.session.scalar(select(Letter.subject).where(Letter.kind == "feed-alert"))
    assert subject == "Nothing was counted for a team in two weeks: does its data arrive?"


def test_a_small_team_is_not_named_to_hr(bureau):
    connection = begin_write()
    let_lead(connection, None, bureau["Gil"])
    facts.changed(connection, rescore=False)
    db.session.commit()
    bureau.work("Alice", 1, MONDAY + timedelta(days=7))
    bureau.work("Hugo", 1, MONDAY + timedelta(days=7))
    run(at(MONDAY + timedelta(days=14)))
    told = db.session.scalars(select(Letter.facts).where(Letter.kind == "feed-alert")).all()
    assert told == ['{"why":"silent","team":null}'] * 2


def test_a_letter_that_cannot_be_written_stops_no_other(bureau, monkeypatch):
    made = writing.write

    def broken(found, participant, *more):
        if participant == bureau["Mei"]:
            raise ZeroDivisionError
        return made(found, participant, *more)

    monkeypatch.setitem(posts.POSTS, "digest", replace(posts.POSTS["digest"], write=broken))
    assert run() == {"rendered": 2, "failed": 1}
    assert letter(bureau["Mei"]).reply == "ZeroDivisionError: "


def test_a_reader_whose_facts_cannot_be_gathered_stops_no_other(bureau, monkeypatch):
    gather = posts.POSTS["digest"].facts

    def broken(found, readers):
        if bureau["Mei"] in readers:
            raise ZeroDivisionError
        return gather(found, readers)

    monkeypatch.setitem(posts.POSTS, "digest", replace(posts.POSTS["digest"], facts=broken))
    assert run() == {"rendered": 2, "failed": 1}
    assert letter(bureau["Mei"]).reply == "ZeroDivisionError: "


def test_a_kind_of_letter_that_cannot_be_gathered_stops_no_other_kind_and_comes_when_it_can(bureau, monkeypatch):
    subscribing.choose(bureau["Alice"], "my-week", NOW - 24 * HOUR, active=True)
    db.session.commit()
    whole = posts.POSTS["digest"]

    def broken(_first, _now):
        raise ZeroDivisionError

    monkeypatch.setitem(posts.POSTS, "digest", replace(whole, gather=broken))
    with pytest.raises(ZeroDivisionError):
        run()
    assert db.session.scalars(select(Letter.kind)).all() == ["my-week"]
    monkeypatch.setitem(posts.POSTS, "digest", whole)
    assert run() == {"rendered": 3}


def test_a_team_that_has_not_begun_alarms_nobody(app):
    bureau = Bureau(work=False)
    assert run() == {"skipped": 3}
    assert {reply for *_, reply in letters()} == {"unbegun"}
    assert letters("feed-alert") == []
    assert reading.lead(bureau["Mei"], NOW) is None


# --- ways out


def test_a_letter_has_the_headers_of_a_regular_letter(bureau):
    run()
    said = letter(bureau["Mei"])
    parsed = message_from_bytes(message.build(said, "spoonful@example.com"), policy=default)
    assert parsed["List-Unsubscribe"] == f"<{links.stop(bureau['Mei'], 'digest')}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (parsed["Auto-Submitted"], parsed["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert parsed["Message-ID"] == said.message_id
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


def way_out(bureau, name="Mei"):
    return links.stop(bureau[name], "digest").removeprefix("https://spoonful.example.com")


def test_one_click_ends_the_letters_without_a_cookie_or_a_form_of_ours(app, bureau):
    stranger = app.test_client()
    answer = stranger.post(way_out(bureau), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    db.session.rollback()
    assert not subscribing.of(bureau["Mei"], "digest").active
    assert run() == {"rendered": 2}


def test_looking_at_the_way_out_changes_nothing(app, bureau):
    page = Visitor(app).get(way_out(bureau))
    assert page.status_code == 200
    assert "Send me no more of them" in page.get_data(as_text=True)
    db.session.rollback()
    assert subscribing.of(bureau["Mei"], "digest").active


def test_whoever_left_can_come_back_by_the_same_way(app, bureau):
    stranger = Visitor(app)
    assert "Send them to me again" in stranger.post(way_out(bureau), proof=False).get_data(as_text=True)
    assert "Send me no more of them" in stranger.post(way_out(bureau) + "/again", proof=False).get_data(as_text=True)
    db.session.rollback()
    assert subscribing.of(bureau["Mei"], "digest").active


@pytest.mark.parametrize(
    "change", [lambda path: path[:-1] + ("A" if path[-1] != "A" else "B"), lambda _: "/letters/out/x"]
)
def test_an_address_that_nobody_was_sent_opens_nothing(app, bureau, change):
    path = change(way_out(bureau))
    for answer in (Visitor(app).get(path), Visitor(app).post(path, proof=False)):
        assert answer.status_code == 404
    db.session.rollback()
    assert subscribing.of(bureau["Mei"], "digest").active


def test_a_link_to_a_letter_is_no_way_out_and_the_other_way_round(app, bureau):
    view = writing.Ways(bureau["Mei"], FIRST).view.rpartition("/")[2]
    assert Visitor(app).post(f"/letters/out/{view}", proof=False).status_code == 404
    assert Visitor(app).get(f"/letters/view/{way_out(bureau).rpartition('/')[2]}").status_code == 404


def test_the_link_shows_the_letter_as_it_was_sent_and_ends_after_a_month(app, bureau):
    run()
    path = writing.Ways(bureau["Mei"], FIRST).view.removeprefix("https://spoonful.example.com")
    said = letter(bureau["Mei"])
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False):
        shown = app.test_client().get(path)
    assert shown.get_data(as_text=True) == said.html
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Robots-Tag"] == "noindex"
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC) + timedelta(days=31), tick=False):
        assert app.test_client().get(path).status_code == 404


def test_every_link_of_a_letter_leads_somewhere(app, bureau):
    bureau.work("Li", 0, WEEK, half=1)
    run()
    said = letter(bureau["Mei"])
    found = set(re.findall(r'href="([^"]+)"', said.html)) | set(re.findall(r"https://\S+", said.text))
    assert len(found) >= 7
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False):
        mei = Visitor(app, bureau["Mei"])
        for address in found:
            path = address.replace("&amp;", "&").removeprefix("https://spoonful.example.com")
            assert mei.get(path).status_code == 200, address


# --- several senders


def test_eight_workers_on_one_queue_send_each_letter_once(new_app, database):
    with Postbox() as box, new_app(database, SMTP_URL=box.url, MAIL_PER_MINUTE="10000", **SETTINGS) as app:
        bureau = Bureau()
        run()
        soon = time.time_ns() // 1000
        connection = begin_write()
        connection.execute(update(Letter).values(due=soon, expires=soon + 24 * HOUR))
        rows = connection.execute(select(Letter.__table__).where(Letter.participant == bureau["Mei"])).mappings().one()
        more = [
            dict(rows) | {"id": None, "week": FIRST - 7 * number, "occasion": str(number)} for number in range(1, 41)
        ]
        for one in more:
            one.pop("id")
            one["message_id"] = f"<{one['week']}@example.com>"
        connection.execute(Letter.__table__.insert(), more)
        db.session.commit()
        at_once(*[lambda: sending.run(lambda *_: None)] * 8)
        for _ in range(100):
            if not looking.counts(soon).get("waiting"):
                break
            sending.run(lambda *_: None)
            time.sleep(0.02)
        assert looking.counts(soon) == {"sent": 43}
        names = [one.message["message-id"] for one in box.letters]
        assert len(names) == len(set(names)) == 43
        assert app.testing


# --- pages


def page(app, who, path):
    answer = Visitor(app, who).get(path)
    db.session.rollback()
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def monday(bureau):
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC)):
        yield bureau


def test_a_manager_sees_the_very_bytes(app, monday):
    run()
    said = letter(monday["Mei"])
    assert page(app, monday["Mei"], "/digest/letter") == (200, said.html)
    assert page(app, monday["Mei"], "/digest/letters/2026-W48") == (200, said.html)
    status, shown = page(app, monday["Mei"], "/digest")
    assert status == 200
    assert "These very bytes are in the outbox." in shown


def test_before_it_is_sent_a_manager_sees_what_would_be_sent(app, monday):
    _, before = page(app, monday["Mei"], "/digest/letter")
    run()
    assert before == letter(monday["Mei"]).html


def test_day_hour_zone_and_language_can_be_chosen(app, monday):
    form = {"active": "1", "weekday": "4", "hour": "16", "zone": "Asia/Tokyo", "language": "ru"}
    answer = Visitor(app, monday["Mei"]).post("/digest", form)
    assert answer.status_code == 303
    db.session.rollback()
    assert subscribing.of(monday["Mei"], "digest")._replace(changed=0) == subscribing.Chosen(
        True, 4, 16, "Asia/Tokyo", "ru"
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weekday": "7"}, "Choose a day of the week."),
        ({"hour": "24"}, "Choose an hour from 0 to 23."),
        ({"hour": "-1"}, "Choose an hour from 0 to 23."),
        ({"zone": "Mars/Olympus"}, "There is no such time zone; choose one of the list."),
        ({"zone": "../../etc/passwd"}, "There is no such time zone; choose one of the list."),
        ({"language": "tlh"}, "Choose one of the languages."),
    ],
)
def test_a_wrong_wish_is_said_beside_its_field_and_nothing_changes(app, monday, wrong, said):
    form = {"active": "1", "weekday": "4", "hour": "16", "zone": "", "language": ""} | wrong
    answer = Visitor(app, monday["Mei"]).post("/digest", form)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    db.session.rollback()
    assert subscribing.of(monday["Mei"], "digest") == subscribing.Chosen()


def test_a_copy_for_oneself_has_the_same_bytes(app, monday):
    run()
    assert Visitor(app, monday["Mei"]).post("/digest/test").status_code == 303
    copies = db.session.execute(
        select(Letter.html, Letter.text, Letter.address).where(Letter.kind == "digest-copy")
    ).all()
    said = letter(monday["Mei"])
    assert [tuple(one) for one in copies] == [(said.html, said.text, email("Mei"))]
    for _ in range(6):
        db.session.rollback()
        last = Visitor(app, monday["Mei"]).post("/digest/test").status_code
    assert last == 429


def test_thanks_go_to_a_direct_report_in_the_words_of_the_letter(app, monday):
    run()
    _, shown = page(app, monday["Mei"], f"/digest/thanks/{monday['Bob']}")
    assert "Bob improved most: 6 for “Developed contacts” after 1 the week before." in shown
    answer = Visitor(app, monday["Mei"]).post(f"/digest/thanks/{monday['Bob']}", {"words": "Dear Bob,\n\nwell done."})
    assert answer.status_code == 303
    sending.run(lambda *_: None)
    sent = db.session.execute(select(Letter.address, Letter.subject, Letter.text).where(Letter.kind == "thanks")).one()
    assert (sent.address, sent.subject) == (email("Bob"), "Mei says thank you")
    assert "well done." in sent.text


@pytest.mark.parametrize("words", ["", "   ", "x" * 1_001])
def test_thanks_without_words_are_not_sent(app, monday, words):
    answer = Visitor(app, monday["Mei"]).post(f"/digest/thanks/{monday['Bob']}", {"words": words})
    assert answer.status_code == 422
    assert letters("thanks") == []


def test_nobody_thanks_somebody_elses_reports(app, monday):
    assert page(app, monday["Mei"], f"/digest/thanks/{monday['Carlo']}")[0] == 404
    assert Visitor(app, monday["Mei"]).post(f"/digest/thanks/{monday['Carlo']}", {"words": "x"}).status_code == 404


def test_hr_sees_any_letter_and_the_reader_learns_of_it(app, monday):
    run()
    hana = monday["Hana"]
    assert page(app, hana, f"/hr/digests/{monday['Mei']}/letter")[1] == letter(monday["Mei"]).html
    assert "Mei" in page(app, hana, "/hr/digests")[1]
    assert "looked" in page(app, monday["Mei"], "/me")[1].lower()


def test_managers_see_nobody_elses_letters(app, monday):
    run()
    for path in ("/hr/digests", f"/hr/digests/{monday['Olga']}", f"/hr/digests/{monday['Olga']}/letter"):
        assert page(app, monday["Mei"], path)[0] == 403


def test_hr_switches_names_off_and_the_journal_keeps_it(app, monday):
    assert Visitor(app, monday["Hana"]).post("/hr/digests/named", {"named": ""}).status_code == 303
    db.session.rollback()
    assert not setting.named()
    db.session.rollback()
    assert Visitor(app, monday["Mei"]).post("/hr/digests/named", {"named": "1"}).status_code == 403
    db.session.rollback()
    assert not setting.named()


def test_every_reader_has_a_digest_even_of_one_person(app, monday):
    connection = begin_write()
    let_lead(connection, None, *(monday[name] for name in ("Ida", "Jan", "Kim", "Lou")))
    facts.changed(connection, rescore=False)
    db.session.commit()
    company = gathering.company(FIRST, NOW)
    found = digest.make(gathering.facts_of(company, [monday["Paul"]])[monday["Paul"]])
    assert [line.name for line in found.lines] == ["Hugo"]
    assert {bar.median for bar in found.bars} == {None}
