"""Letters that come back: each is known by the address on its envelope, and for good means that no more are sent."""

from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption.digests import bouncing
from adoption.digests import planning
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import envelope
from adoption.mail import looking
from adoption.mail import sending
from adoption.models import Letter
from rules.period import SECOND
from tests.bureau import NOW
from tests.bureau import WEEK
from tests.bureau import Bureau
from tests.bureau import email
from tests.postbox import Postbox

SETTINGS = {
    "PUBLIC_URL": "https://spoonful.example.com",
    "MAIL_FROM": "Spoonful <spoonful@example.com>",
    "BOUNCE_ADDRESS": "bounces@example.com",
    "MAIL_PER_MINUTE": "10000",
}
DAY = 86_400 * SECOND


@pytest.fixture
def box():
    with Postbox() as box:
        yield box


@pytest.fixture
def app(new_app, database, box):
    with new_app(database, SMTP_URL=box.url, **SETTINGS) as app:
        yield app


@pytest.fixture
def bureau(app):
    bureau = Bureau()
    planning.run(NOW, lambda *_: None)
    begin_write().execute(update(Letter).values(due=0, expires=2**60))
    db.session.commit()
    sending.run(lambda *_: None)
    begin_write().execute(update(Letter).values(changed=NOW))
    db.session.commit()
    return bureau


def letter(bureau, name="Mei"):
    found = reading.of_week(bureau[name], WEEK.toordinal())
    db.session.rollback()
    return found


def status(to, action="failed", code="5.1.1", words="smtp; 550 5.1.1 User unknown"):
    """Return what a mail server writes when it could not deliver something."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"], report["Subject"] = "MAILER-DAEMON@mail.example.com", to, "Undelivered Mail"
    report.attach(MIMEText("I could not deliver your message."))
    whole, one = EmailMessage(), EmailMessage()
    whole["Reporting-MTA"] = "dns; mail.example.com"
    one["Final-Recipient"], one["Action"], one["Status"] = "rfc822; mei@example.com", action, code
    one["Diagnostic-Code"] = words
    about = MIMEMessage(whole)
    about.set_type("message/delivery-status")
    about.set_payload([whole, one])
    report.attach(about)
    return report.as_bytes()


def take(data, now=NOW):
    said = bouncing.take(data, now)
    db.session.commit()
    return said


def test_each_letter_comes_from_an_address_of_its_own(bureau, box):
    senders = {one.to: one.sender for one in box.letters}
    assert len(set(senders.values())) == 3
    assert envelope.number_of(senders[email("Mei")]) == letter(bureau).id
    assert all(one.message["from"] == "Spoonful <spoonful@example.com>" for one in box.letters)


def test_an_unknown_address_gets_no_more_and_administrators_are_told(bureau, box):
    sender = next(one.sender for one in box.letters if one.to == email("Mei"))
    assert take(status(sender)).endswith("no more are sent there")
    found = letter(bureau)
    assert (found.state, found.reply) == ("bounced", "5.1.1 smtp; 550 5.1.1 User unknown")
    assert looking.counts(NOW)["bounced"] == 1
    assert subscribing.of(bureau["Mei"], "digest").suspended == NOW
    told = db.session.scalars(select(Letter.address).where(Letter.kind == "came-back")).all()
    assert told == [email("Ada")]
    assert planning.run(NOW + 7 * DAY, lambda *_: None)["skipped"] >= 1
    later = reading.of_week(bureau["Mei"], WEEK.toordinal() + 7)
    assert (later.state, later.reply) == ("skipped", "suspended")


def test_reading_it_again_changes_nothing(bureau):
    sender = envelope.sender(letter(bureau).id)
    take(status(sender))
    assert "is known to have come back" in take(status(sender), NOW + SECOND)
    assert db.session.scalars(select(Letter.kind).where(Letter.kind == "came-back")).all() == ["came-back"]


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_is_only_delayed_changes_nothing(bureau, action):
    assert "nothing was changed" in take(status(envelope.sender(letter(bureau).id), action, "4.4.1"))
    assert letter(bureau).state == "sent"


def test_a_server_that_gave_up_is_no_wrong_address(bureau):
    take(status(envelope.sender(letter(bureau).id), "failed", "4.4.7"))
    assert letter(bureau).state == "bounced"
    assert subscribing.of(bureau["Mei"], "digest").suspended is None


def test_nobody_stops_letters_by_making_up_an_address(bureau):
    number = letter(bureau).id
    for made_up in (f"bounces+{number}-{'a' * 16}@example.com", f"bounces+{number}@example.com", "bounces@example.com"):
        assert take(status(made_up)) == "it names no letter of ours"
    other = envelope.sender(number + 1).replace(f"+{number + 1}-", f"+{number}-")
    assert take(status(other)) == "it names no letter of ours"
    assert letter(bureau).state == "sent"


def test_a_status_that_comes_too_late_changes_nothing(bureau):
    assert "too long ago" in take(status(envelope.sender(letter(bureau).id)), NOW + 8 * DAY)
    assert letter(bureau).state == "sent"


@pytest.mark.parametrize(
    "data", [b"", b"\xff\x00\r\n\r\n", b"To: \xff\r\nContent-Type: message/delivery-status\r\n\r\nx"]
)
def test_whatever_comes_is_read_without_a_fault(bureau, data):
    assert take(data) == "it names no letter of ours"


def test_a_folder_and_standard_input_are_read_by_the_command(app, bureau, tmp_path, runner, monkeypatch):
    new = tmp_path / "box" / "new"
    new.mkdir(parents=True)
    begin_write().execute(update(Letter).values(changed=2**60))
    db.session.commit()
    (new / "1").write_bytes(status(envelope.sender(letter(bureau).id)))
    (new / "2").write_bytes(b"nothing")
    found = runner.invoke(args=["mail", "bounce", str(tmp_path / "box")])
    assert found.exit_code == 0, found.output
    lines = found.output.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["1\tletter", "2\tit"], found.output


def test_somebody_who_asks_again_gets_letters_again(bureau):
    take(status(envelope.sender(letter(bureau).id)))
    subscribing.choose(bureau["Mei"], "digest", NOW + 1, active=True, suspended=None)
    db.session.commit()
    assert subscribing.of(bureau["Mei"], "digest").suspended is None
