"""Best practice: who is asked, what colleagues see with and without a name, and what a word taken back leaves."""

import html
import re
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from adoption import facts
from adoption import held
from adoption import practice
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import PracticePerson
from tests.adoption.test_quests import counting_files
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

ROOT = Path(__file__).parent.parent.parent
# Who won how many deals: enough for six of them, and Alice most.
WON = {"Alice": 13, "Bob": 12, "Cora": 12, "Dave": 12, "Erin": 12, "Иван": 12, "王伟": 12, "Gwen": 3}
TIP = "Write it down while they speak."


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request, databases, tmp_path_factory):
    """Give everybody, after half a year of won deals; shared by the tests of this module, which answer anew."""
    for url in fresh(databases, request.param):
        app = application(url, tmp_path_factory.mktemp("archive"), ORGANISATION_ZONE=zone_at_noon())
        with pushed(app):
            staff = Staff()
            staff.send([one for place, name in enumerate(WON) for one in deals(staff, name, 100 * place)])
            for name in ("Alice", "Bob"):
                Visitor(app, staff[name]).post("/welcome")
            yield app, staff


@pytest.fixture
def asked(company):
    """Give everybody, of whom nobody has answered yet."""
    app, staff = company
    connection = begin_write()
    connection.execute(PracticePerson.__table__.delete())
    db.session.commit()
    practice.gather(now())
    db.session.commit()
    return app, staff


def deals(staff, who, first):
    """Return the activities of somebody's won deals."""
    for number in range(first, first + WON[who]):
        about = f"deal/{number}"
        yield staff.event(who, "deal.created", about, days=20, name=f"Secret customer {number}")
        yield staff.event(who, "call.completed", about, days=18)
        yield staff.event(who, "task.created", about, days=18, minutes=20)
        yield staff.event(who, "deal.stage_changed", about, days=10, stage="offer" if who != "Bob" else "Bobs own")
        yield staff.event(who, "deal.won", about, days=3, amount="4711.00", currency="EUR")


def now():
    return time.time_ns() // 1000


def choose(staff, who, choice, tip=""):
    number = staff[who]
    practice.choose(begin_write(), number, choice, tip, now=now())
    db.session.commit()


def shown(app, staff, path="/practice", who="Gwen"):
    page = Visitor(app, staff[who]).get(path)
    assert page.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True).split("<main")[-1])))


def everybody(staff, choice, *but):
    for who in WON:
        number = staff[who]
        if who not in but and practice.mine(number) is not None:
            choose(staff, who, choice)


def test_those_who_win_most_are_asked_privately_and_nobody_else(asked):
    app, staff = asked
    found = {who for who in WON if practice.is_asked(staff[who])}
    assert found == {"Alice"}
    assert "May they see it?" in shown(app, staff, "/", "Alice")
    assert "May they see it?" not in shown(app, staff, "/", "Bob")
    assert "there is no question for you" in shown(app, staff, "/me/practice", "Bob")
    with pytest.raises(NotFoundError):
        choose(staff, "Bob", "named")
    db.session.rollback()


def test_without_a_word_nothing_is_kept_but_that_they_are_asked(asked):
    _, staff = asked
    rows = db.session.execute(select(PracticePerson.__table__)).all()
    assert [(row.participant, row.choice, row.tip, row.pattern) for row in rows] == [(staff["Alice"], None, "", None)]


def test_with_a_name_colleagues_see_the_steps_and_the_tip_but_no_customer_and_no_amount(asked):
    app, staff = asked
    choose(staff, "Alice", "named", TIP)
    page = shown(app, staff)
    for part in ("Alice", TIP, "A conversation", "Stage “offer”", "working days later"):
        assert part in page
    assert "Secret" not in page
    assert "4711" not in page
    assert "middle of all" in page


def test_a_word_taken_back_shows_nothing_anywhere_at_once_and_not_after_the_night_either(asked):
    app, staff = asked
    alice = Visitor(app, staff["Alice"])
    alice.post("/me/practice", {"choice": "named", "tip": TIP})
    assert TIP in shown(app, staff)
    alice.post("/me/practice", {"choice": "no", "tip": TIP})
    for _ in range(2):
        page = shown(app, staff)
        assert "Alice" not in page
        assert TIP not in page
        row = db.session.execute(select(PracticePerson.__table__)).one()
        assert (row.choice, row.tip, row.pattern) == ("no", "", None)
        assert TIP not in "".join(held.document(staff["Alice"], "", now()))
        practice.gather(now())
        db.session.commit()


def test_without_a_name_nothing_is_shown_while_fewer_than_five_could_be_it(asked):
    app, staff = asked
    choose(staff, "Alice", "unnamed", TIP)
    assert TIP not in shown(app, staff)
    assert practice.shared(now()) == []


def test_without_a_name_five_could_be_it_and_stages_of_few_are_told_as_any_stage(asked):
    app, staff = asked
    for who in ("Bob", "Cora", "Dave", "Erin"):
        begin_write().execute(PracticePerson.__table__.insert().values(participant=number_of(who), asked=True, tip=""))
        db.session.commit()
    choose(staff, "Alice", "unnamed", TIP)
    choose(staff, "Bob", "unnamed")
    page = shown(app, staff)
    assert page.count("A colleague") == 2
    assert "Alice" not in page
    assert "Bobs own" not in page
    choose(staff, "Cora", "named")
    page = shown(app, staff)
    assert "Cora" in page
    assert "A colleague" not in page  # four are left


def number_of(who):
    return facts.current().holder_of(f"{who.lower()}@example.com")


def test_the_journal_has_the_date_and_the_name_of_nobody_who_does_not_show_it(asked):
    _, staff = asked
    before = db.session.scalars(select(JournalEntry.number).where(JournalEntry.thing == "practice")).all()
    for choice in ("unnamed", "no", "named"):
        choose(staff, "Alice", choice)
    query = select(JournalEntry.participant, JournalEntry.name, JournalEntry.after).where(
        JournalEntry.thing == "practice", JournalEntry.number > max(before, default=0)
    )
    rows = db.session.execute(query.order_by(JournalEntry.number)).all()
    assert [row.name for row in rows] == ["somebody", "somebody", "Alice"]
    assert [row.participant for row in rows] == [None, None, staff["Alice"]]


def test_ones_own_figures_are_ones_own(asked):
    app, staff = asked
    assert "A conversation" in shown(app, staff, who="Gwen")
    assert "your own steps are here" in shown(app, staff, who="Finn")


def test_the_middle_is_of_five_people_or_more_and_gathering_twice_is_the_same(asked):
    _, staff = asked
    choose(staff, "Alice", "named", TIP)
    first = practice.common(), practice.shared(now())
    practice.gather(now())
    db.session.commit()
    assert (practice.common(), practice.shared(now())) == first
    assert first[0].middle.people == len([number for number in WON.values() if number >= 10])
    assert "deal.stage_changed:Bobs own" not in first[0].steps


def test_a_tip_that_is_too_long_or_no_choice_at_all_is_refused(asked):
    app, staff = asked
    alice = Visitor(app, staff["Alice"])
    assert alice.post("/me/practice", {"choice": "named", "tip": "x" * 501}).status_code == 422
    assert alice.post("/me/practice", {"choice": "perhaps"}).status_code == 422
    assert practice.mine(staff["Alice"]).choice is None


def test_who_has_left_is_shown_no_more_and_nothing_is_kept_of_them(asked):
    app, staff = asked
    choose(staff, "Alice", "named", TIP)
    staff.leave("Alice")
    assert TIP not in shown(app, staff)
    practice.gather(now())
    db.session.commit()
    assert db.session.scalar(select(PracticePerson.choice).where(PracticePerson.participant == staff["Alice"])) is None


def test_no_code_that_counts_awards_ranks_or_pays_names_a_table_of_practice_and_practice_none_about_people():
    named = re.compile(r"\bPractice(Person|Common)\b|\bpractice_(person|common)\b|import practice|adoption\.practice")
    assert not [str(file) for file in counting_files() if named.search(file.read_text(encoding="utf-8"))]
    noticed = re.compile(r"adoption(\.| import )(evidence|flags|signals|privacy)|StoredFlag|EvidenceDay|AdoptionScore")
    files = [*(ROOT / "adoption" / "practice").glob("*.py"), ROOT / "rules" / "rollout" / "practice.py"]
    assert not [str(file) for file in files if noticed.search(file.read_text(encoding="utf-8"))]
