"""Giving roles and standing in, at a browser: what is refused is said beside its field, and what is allowed is done."""

import re
import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import delegating
from adoption import directory
from adoption import facts
from adoption import journal
from adoption import looks
from adoption import people_csv
from adoption.auth import roles
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import Participant
from rules import period
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import NORTH
from tests.staff import PEOPLE
from tests.staff import SOUTH
from tests.staff import Staff
from tests.staff import email
from tests.staff import zone_at_noon
from tests.visitors import Visitor

SETTINGS = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
DAYS = 86_400 * 10**9


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request, databases, tmp_path_factory):
    for url in fresh(databases, request.param):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), **SETTINGS)) as app:
            app.staff = Staff()
            app.has = app.staff.live()
            yield app


@pytest.fixture
def house(town):
    """Return the application, in which nobody was given anything yet."""
    connection = begin_write()
    for table in ("role_grant", "delegation"):
        connection.exec_driver_sql(f"DELETE FROM {table}")
    db.session.commit()
    town.extensions["looks"].clear()
    return town


def now():
    return time.time_ns() // 1000


def today():
    return period.moment(now()).astimezone(ZoneInfo(SETTINGS["ORGANISATION_ZONE"])).toordinal()


def iso(days=0):
    return date.fromordinal(today() + days).isoformat()


def visitor(app, name):
    return Visitor(app, app.staff[name])


def text_of(answer, status=200):
    assert answer.status_code == status
    return answer.get_data(as_text=True)


# --- roles


def form(who="Bob", role="cashier", **more):
    given = {"who": email(who) if who in PEOPLE else who, "role": role, "from": iso(), "until": "", "why": "holidays"}
    return given | more


def test_a_role_is_given_and_taken_back_by_form(house):
    ada, bob = visitor(house, "Ada"), visitor(house, "Bob")
    assert bob.get("/hr/journal").status_code == 403
    done = text_of(ada.post("/hr/roles", form(role="approver"), follow_redirects=True))
    assert "Bob has the role “Approver”." in done
    assert "holidays" in done
    assert bob.get("/hr/journal").status_code == 200
    number = re.search(r"/hr/roles/(\d+)/revoke", done).group(1)
    assert "The role is taken back." in text_of(ada.post(f"/hr/roles/{number}/revoke", follow_redirects=True))
    assert bob.get("/hr/journal").status_code == 403
    assert ada.post(f"/hr/roles/{number}/revoke").status_code == 404


@pytest.mark.parametrize(
    ("who", "sent", "field", "said"),
    [
        ("Hana", form("nobody@example.com"), "who", "Nobody who works here is called that."),
        ("Hana", form("Lea"), "who", "Nobody who works here is called that."),
        ("Hana", form("team:Sales North"), "who", "Nobody who works here is called that."),
        ("Hana", form("Hana"), "who", "Nobody gives themselves a role."),
        ("Hana", form(role="admin"), "role", "Only an administrator gives this role."),
        ("Hana", form(role="emperor"), "role", "Choose a role."),
        ("Hana", form(why=""), "why", "Say in a few words why"),
        ("Hana", form(**{"from": "2001-01-01"}), "until", "Choose days from today on"),
        ("Hana", form(until="soon"), "until", "Choose days from today on"),
        ("Hana", form(until="9999-12-31"), None, None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(house, who, sent, field, said):
    answer = visitor(house, who).post("/hr/roles", sent)
    if field is None:
        assert answer.status_code == 303
        return
    told = text_of(answer, 422)
    fault = re.search(rf'id="{field}-fault">([^<]+)', told).group(1)
    assert fault.startswith(said)
    assert f'value="{sent["who"]}"' in told
    assert roles.of(house.staff["Bob"]) == []


def test_somebody_can_be_named_instead_of_addressed(house):
    assert visitor(house, "Hana").post("/hr/roles", form("王伟")).status_code == 303
    assert [one.role for one in roles.of(house.staff["王伟"])] == ["cashier"]


def test_hr_takes_back_no_role_that_only_administrators_give(house):
    visitor(house, "Ada").post("/hr/roles", form(role="approver"))
    (one,) = roles.of(house.staff["Bob"])
    hana = visitor(house, "Hana")
    assert f"/hr/roles/{one.id}/revoke" not in text_of(hana.get("/hr/roles"))
    assert hana.post(f"/hr/roles/{one.id}/revoke").status_code == 403
    assert roles.of(house.staff["Bob"])[0].revoked is None


def test_roles_are_found_by_name(house):
    told = text_of(visitor(house, "Hana").get("/hr/roles?q=carl"))
    assert "carl@example.com" in told
    assert "ann@example.com" not in told


def test_who_gave_themselves_up_is_led_home(house):
    visitor(house, "Ada").post("/hr/roles", form(role="hr"))
    (one,) = roles.of(house.staff["Bob"])
    answer = visitor(house, "Bob").post(f"/hr/roles/{one.id}/revoke")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("role", sorted(roles.GIVEN))
def test_nobody_who_may_not_give_roles_does(house, role):
    for name in ("Alice", "Mei", "Ann", "Carl"):
        assert visitor(house, name).post("/hr/roles", form("Alice", role=role)).status_code == 403
    assert roles.of(house.staff["Alice"]) == []


# --- standing in


def hand(app, giver="Mei", receiver="Finn", team="", *, by=None, start=0, last=3):  # noqa: PLR0913  # one form
    sent = {"receiver": email(receiver), "team": team, "from": iso(start), "until": iso(last)}
    return visitor(app, by or giver).post("/stand-in", sent | ({"giver": email(giver)} if by else {}))


def pages_of(app, whose):
    """Return addresses that show something of somebody: awards, bonus statements, records."""
    has, month = app.has[whose], app.has.month
    return [
        f"/awards/{has.written()['eaten']}/why",
        f"/bonus/sales-bonus/{month}/{has.number}",
        f"/bonus/sales-bonus/{month}/{has.number}/statement.json",
        f"/records/{has.record}",
    ]


def opened(app, who, whose):
    someone = visitor(app, who)
    return {someone.get(path).status_code for path in pages_of(app, whose)}


def turn(app, name, role):
    """Give somebody another role in the directory."""
    number = app.staff[name]
    begin_write().execute(update(Participant).where(Participant.id == number).values(role=role))
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()


NOT = {403, 404}  # of which records are as if they were not there


def test_a_stand_in_sees_whom_the_giver_leads_and_nobody_else(house):
    assert opened(house, "Finn", "Alice") == NOT
    assert hand(house).status_code == 303
    for name in ("Alice", "Bob", "Cora"):
        assert opened(house, "Finn", name) == {200}
    for name in ("Mei", "Иван", "Olga", "Hana"):
        assert opened(house, "Finn", name) == NOT
    finn = visitor(house, "Finn")
    assert text_of(finn.get("/bonus/team")).count("/bonus/sales-bonus/") >= 5
    assert finn.get("/boards/contacts-this-week", query_string={"scope": f"team:{NORTH}"}).status_code == 200
    assert finn.get("/hr/journal").status_code == 403


@pytest.mark.parametrize(("start", "last", "seen"), [(0, 0, True), (0, 3, True), (1, 3, False)])
def test_before_it_begins_nothing_is_seen(house, start, last, seen):
    assert hand(house, start=start, last=last).status_code == 303
    assert opened(house, "Finn", "Alice") == ({200} if seen else NOT)


def test_it_ends_by_itself(house, monkeypatch):
    hand(house, last=2)
    finn = visitor(house, "Finn")
    path = pages_of(house, "Alice")[0]
    begun = time.time_ns()
    for days, status in ((2, 200), (3, 403)):
        monkeypatch.setattr(time, "time_ns", lambda days=days: begun + days * DAYS)
        assert finn.get(path).status_code == status


@pytest.mark.parametrize("who", ["Mei", "Finn", "Hana", "Ada"])
def test_either_of_them_and_hr_end_it_early(house, who):
    hand(house)
    (one,) = delegating.in_force(today())
    db.session.rollback()
    assert visitor(house, who).post(f"/stand-ins/{one.id}/end").status_code == 303
    assert opened(house, "Finn", "Alice") == NOT
    assert visitor(house, who).post(f"/stand-ins/{one.id}/end").status_code == 404


@pytest.mark.parametrize("who", ["Alice", "Olga", "Ann", "Carl"])
def test_nobody_else_ends_it_nor_learns_that_it_is_there(house, who):
    hand(house)
    (one,) = delegating.in_force(today())
    db.session.rollback()
    asked = [visitor(house, who).post(f"/stand-ins/{number}/end") for number in (one.id, 999_999)]
    assert [answer.status_code for answer in asked] == [404, 404]
    assert opened(house, "Finn", "Alice") == {200}


def test_what_was_handed_over_is_not_handed_on(house):
    hand(house)
    assert hand(house, "Finn", "Leo").status_code == 403, "he leads nobody"
    hand(house, "Olga", "Finn")
    hand(house, "Mei", "Olga")
    assert opened(house, "Olga", "Alice") == {200}
    hand(house, "Olga", "Leo")
    assert opened(house, "Leo", "Иван") == {200}
    assert opened(house, "Leo", "Alice") == NOT, "Alice is passed on to Olga, who does not lead her"


def test_one_team_is_that_team_alone(house):
    assert hand(house, "Dana", "Finn", NORTH).status_code == 303
    finn = visitor(house, "Finn")
    assert opened(house, "Finn", "Alice") == {200}
    assert opened(house, "Finn", "Иван") == NOT
    assert opened(house, "Finn", "Olga") == NOT
    north, south = (
        finn.get("/boards/contacts-this-week", query_string={"scope": f"team:{team}"}).status_code
        for team in (NORTH, SOUTH)
    )
    assert north == 200
    assert south == 200, "his own"


def test_it_is_over_when_the_giver_leads_no_longer(house):
    hand(house)
    turn(house, "Mei", "employee")
    try:
        assert opened(house, "Finn", "Alice") == NOT
    finally:
        turn(house, "Mei", "manager")


def test_an_employee_who_has_reports_sees_only_those_of_the_giver(house):
    """Somebody without the role of a manager, whom others name as theirs, gains nothing of their own by standing in."""
    turn(house, "Dana", "lead")
    try:
        hand(house, "Mei", "Dana")
        assert opened(house, "Dana", "Alice") == {200}
        assert opened(house, "Dana", "Иван") == NOT
    finally:
        turn(house, "Dana", "manager")


def test_a_stand_in_uses_nothing_of_theirs(house):
    hand(house)
    has = house.has["Alice"].written()
    finn = visitor(house, "Finn")
    assert finn.get(f"/rewards/{has['lunch']}").status_code == 403
    assert finn.post(f"/rewards/{has['choosing']}/choose", {}).status_code == 403


def test_a_token_of_a_stand_in_reaches_as_far(house):
    hand(house)
    made = auth.create_token(f"t{time.time_ns()}", ("admin",), email=email("Finn"), now=1)
    db.session.commit()
    headers = {"Authorization": f"Bearer {made}"}
    for name, status in (("Alice", 200), ("Иван", 403), ("Mei", 403)):
        path = f"/api/v1/participants/{email(name)}/awards"
        assert house.test_client().get(path, headers=headers).status_code == status


@pytest.mark.parametrize("who", ["Hana", "Ada"])
def test_nobody_takes_the_place_of_a_manager_by_themselves(house, who):
    assert opened(house, who, "Alice") == {200}, "they may see everybody's, but not what a manager alone does"
    answer = hand(house, receiver=who, by=who)
    assert "Write the e-mail address of somebody else who works here." in text_of(answer, 422)
    assert delegating.in_force(today()) == []
    db.session.rollback()
    assert "Alice" not in text_of(visitor(house, who).get("/team"))


def test_what_a_stand_in_looks_at_is_in_the_journal_with_the_giver(house):
    hand(house)
    since = journal.head().number
    db.session.rollback()
    finn, path = visitor(house, "Finn"), pages_of(house, "Dave")[0]
    finn.get(path)
    finn.get(path)
    rows = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.number > since)).all()
    assert [(row.action, row.thing, row.participant) for row in rows] == [
        ("read", f"participant/{house.staff['Dave']}", house.staff["Finn"])
    ]
    assert looks.read(rows[0].after).behalf == house.staff["Mei"]
    assert "(for Mei)" in text_of(visitor(house, "Hana").get("/hr/journal?action=read"))
    looked = text_of(visitor(house, "Dave").get("/me"))
    assert "(for Mei)" in looked[looked.index('id="looked-h"') :]


def test_what_a_stand_in_reads_on_the_page_of_the_team_is_in_the_journal_too(house):
    hand(house, receiver="王伟")
    since = journal.head().number
    db.session.rollback()
    for who in ("Mei", "王伟"):
        assert "Alice" in text_of(visitor(house, who).get("/team"))
    rows = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.number > since)).all()
    assert {row.thing for row in rows} >= {f"participant/{house.staff[name]}" for name in ("Alice", "Bob", "Cora")}
    assert {(row.action, row.participant) for row in rows} == {("read", house.staff["王伟"])}
    assert {looks.read(row.after).behalf for row in rows} == {house.staff["Mei"]}
    told = text_of(visitor(house, "Alice").get("/me"))
    assert "Page: the page of the team" in told[told.index('id="looked-h"') :]


def test_what_a_stand_in_reads_in_the_list_of_bonuses_is_in_the_journal_too(house):
    hand(house, receiver="Gwen")
    since = journal.head().number
    db.session.rollback()
    for who in ("Mei", "Gwen"):
        assert "Alice" in text_of(visitor(house, who).get("/bonus/team"))
    rows = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.number > since)).all()
    assert {row.thing for row in rows} >= {f"participant/{house.staff[name]}" for name in ("Alice", "Bob", "Cora")}
    assert {(row.action, row.participant) for row in rows} == {("read", house.staff["Gwen"])}
    assert {looks.read(row.after).behalf for row in rows} == {house.staff["Mei"]}


def test_both_see_it_and_it_is_in_the_journal(house):
    hand(house)
    assert "Finn sees in your place" in text_of(visitor(house, "Mei").get("/me"))
    assert "You see in the place of Mei" in text_of(visitor(house, "Finn").get("/me"))
    assert "was handed over" in text_of(visitor(house, "Hana").get("/hr/journal"))


def test_hr_hands_over_for_somebody_who_leads(house):
    assert hand(house, "Mei", "Finn", by="Hana").status_code == 303
    assert opened(house, "Finn", "Alice") == {200}
    assert "Finn sees in the place of Mei" in text_of(visitor(house, "Ada").get("/stand-in"))


def test_a_manager_hands_over_only_what_is_theirs(house):
    sent = {"giver": email("Olga"), "receiver": email("Finn"), "from": iso(), "until": iso(2)}
    assert visitor(house, "Mei").post("/stand-in", sent).status_code == 303
    assert [one.giver for one in delegating.in_force(today())] == [house.staff["Mei"]]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"receiver": "Mei"}, "somebody else who works here"),
        ({"receiver": "Lea"}, "somebody else who works here"),
        ({"team": SOUTH}, "Choose a team of those who are led."),
        ({"team": "no such team"}, "Choose a team of those who are led."),
        ({"start": -1}, "Choose days from today on"),
        ({"start": 3, "last": 2}, "Choose days from today on"),
        ({"last": 367}, "Choose days from today on"),
        ({"giver": "Alice", "by": "Hana"}, "Write who leads people here"),
        ({"giver": "Hana", "by": "Hana"}, "Write who leads people here"),
    ],
)
def test_what_cannot_be_handed_over_is_said_beside_its_field(house, more, said):
    assert said in text_of(hand(house, **more), 422)
    assert delegating.in_force(today()) == []


def test_nobody_stands_in_twice_on_a_day(house):
    assert hand(house, last=3).status_code == 303
    assert "already" in text_of(hand(house, start=3, last=9), 422)
    assert hand(house, start=4, last=9).status_code == 303


def test_there_is_no_such_thing_to_end(house):
    with pytest.raises(NotFoundError):
        delegating.end(999, by=journal.By(1, "x"), everybody=True, now=now())


# --- two roles, one person


def test_who_has_two_roles_still_does_not_approve_their_own_run(house):
    visitor(house, "Ada").post("/hr/roles", form("Hana", role="approver"))
    hana, month = visitor(house, "Hana"), house.has.month
    path = f"/hr/bonuses/sales-bonus/{month}"
    as_of = re.search(r'name="as_of" value="(\d+)"', text_of(visitor(house, "Ann").get(path))).group(1)
    answer = hana.post(f"{path}/approve", {"as_of": as_of})
    assert "somebody else approves it" in text_of(answer, 403)


# --- by a list of people


@pytest.mark.parametrize("role", sorted(roles.GUARDED))
def test_a_list_of_people_gives_no_role_that_only_administrators_give(house, role):
    people = people_csv.read(f"email,role\n{email('Bob')},{role}\n".encode())
    for admin, faults in ((False, 1), (True, 0)):
        by = directory.Told(journal.By(house.staff["Hana"], email("Hana")), now(), "", email("Hana"), admin)
        assert len(directory.load_people(people, on=today(), by=by).faults) == faults
        db.session.rollback()
