"""Settings are read once, and every mistake in them is named at once."""

import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import ROOT
from config import Settings
from config import SettingsError

SECRET = "a secret of more than thirty-two characters"

MISTAKES = [
    ("DATABASE_URL", "mysql://hana@db/spoonful"),
    ("DATABASE_URL", "postgresql+asyncpg://hana@db/spoonful"),
    ("DATABASE_URL", "postgresql://db"),
    ("DATABASE_URL", "postgresql://db:port/spoonful"),
    ("DATABASE_URL", "spoonful.db"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "sqlite:////tmp"),
    ("SECRET_KEY", "changeme"),
    ("SECRET_KEY", "x" * 31),
    ("SPOONFUL_DEMO", "perhaps"),
    ("ORGANISATION_ZONE", "Europe/Amsterdm"),
    ("ORGANISATION_ZONE", "Europe"),
    ("ORGANISATION_ZONE", "+01:00"),
    ("ORGANISATION_ZONE", "/etc/localtime"),
    ("ORGANISATION_ZONE", "../UTC"),
    ("ORGANISATION_NAME", "x" * 101),
    ("ORGANISATION_NAME", "two\nlines"),
    ("CURRENCY", "EURO"),
    ("CURRENCY", "€"),
    ("WORKING_DAYS", "mon,tue,,thu"),
    ("WORKING_DAYS", "mon-fri"),
    ("WORKING_DAYS", "1,2,3"),
    ("ARCHIVE_FOLDER", __file__),
    ("ARCHIVE_FOLDER", f"{__file__}/archive"),
    ("MAX_REQUEST_BYTES", "10 MB"),
    ("MAX_REQUEST_BYTES", "-1"),
    ("MAX_REQUEST_BYTES", "0"),
    ("MAX_REQUEST_BYTES", "1e7"),
    ("MAX_REQUEST_BYTES", "1_000_000"),
    ("MAX_REQUEST_BYTES", "99999999999"),
    ("MAX_REQUEST_BYTES", "٣٠٠٠"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_LEVEL", "10"),
    ("PUBLIC_URL", "spoonful.example.com"),
    ("PUBLIC_URL", "ftp://spoonful.example.com"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://hana:pw@spoonful.example.com"),
    ("PUBLIC_URL", "https://spoonful.example.com?a=1"),
    ("PUBLIC_URL", "https://spoonful.example.com:port"),
    ("PUBLIC_URL", "https://spoon ful.example.com"),
    ("SMTP_URL", "mail.example.com"),
    ("SMTP_URL", "mail.example.com:587"),
    ("SMTP_URL", "http://mail.example.com"),
    ("SMTP_URL", "smtp://"),
    ("SMTP_URL", "smtp://mail.example.com:port"),
    ("SMTP_URL", "smtp://mail.example.com:0"),
    ("SMTP_URL", "smtp://mail.example.com/path"),
    ("SMTP_URL", "smtp://mail.example.com?tls=1"),
    ("SMTP_URL", "smtp://mail example.com"),
    ("MAIL_FROM", "Spoonful"),
    ("MAIL_FROM", "Spoonful <spoonful>"),
    ("MAIL_FROM", "a@example.com, b@example.com"),
    ("MAIL_FROM", "Spoonful <a@example.com>\nBcc: b@example.com"),
    ("MAIL_FOLDER", __file__),
    ("MAIL_FOLDER", f"{__file__}/letters"),
    ("MAIL_PER_MINUTE", "0"),
    ("MAIL_PER_MINUTE", "10001"),
    ("MAIL_PER_MINUTE", "1.5"),
    ("MAIL_PER_MINUTE", "many"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "11"),
    ("TRUSTED_PROXIES", "yes"),
    ("CALLING_CODE", "+0"),
    ("CALLING_CODE", "germany"),
    ("APPROVAL_ABOVE", "-1"),
    ("APPROVAL_ABOVE", "1e3"),
    ("APPROVAL_ABOVE", "500 EUR"),
    ("APPROVAL_ABOVE", "99.999"),
    ("APPROVAL_ABOVE", "10000000000"),
]


def read(**environ):
    return Settings.from_environment(environ)


@pytest.mark.parametrize(("name", "given"), MISTAKES)
def test_a_mistake_is_refused_with_its_variable_what_was_given_and_what_is_allowed(name, given):
    with pytest.raises(SettingsError) as refusal:
        read(**{name: given})
    (fault,) = refusal.value.faults
    variable, _, rest = fault.partition(" is ")
    shown, _, allowed = rest.partition(": allowed is ")
    assert variable == name
    assert allowed
    if name == "SECRET_KEY":
        assert shown == f"{len(given)} characters long"
    elif name not in {"DATABASE_URL", "SMTP_URL"}:
        assert shown == repr(given)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(SettingsError) as refusal:
        read(CURRENCY="EURO", LOG_LEVEL="LOUD", WORKING_DAYS="mon", PUBLIC_URL="here")
    assert [fault.split()[0] for fault in refusal.value.faults] == ["CURRENCY", "LOG_LEVEL", "PUBLIC_URL"]
    assert all(fault in str(refusal.value) for fault in refusal.value.faults)


@pytest.mark.parametrize("given", ["mysql://hana:p4ss@db/x", "mysql://hana:p4ss:p4ss@db/x", "mysql://hana:@p4ss@db/x"])
def test_a_refused_address_does_not_show_its_password(given):
    with pytest.raises(SettingsError) as refusal:
        read(DATABASE_URL=given)
    assert "p4ss" not in str(refusal.value)
    assert "mysql://hana:***@db/x" in str(refusal.value)


def test_a_refused_mail_server_does_not_show_its_password():
    with pytest.raises(SettingsError) as refusal:
        read(SMTP_URL="smtp://hana:p4ss@mail.example.com/x")
    assert "p4ss" not in str(refusal.value)
    assert "smtp://***@mail.example.com/x" in str(refusal.value)


def test_printed_settings_show_no_secret():
    addresses = {"DATABASE_URL": "postgresql://hana:p4ss@db/spoonful", "SMTP_URL": "smtp://hana:p4ss@mail"}
    shown = repr(read(SECRET_KEY=SECRET, **addresses))
    assert SECRET not in shown
    assert "p4ss" not in shown


def test_everything_but_the_secret_has_a_default():
    settings = read()
    assert settings.database_url == f"sqlite:///{ROOT}/instance/spoonful.db"
    assert settings.secret_key is None
    assert settings.organisation_zone == ZoneInfo("UTC")
    assert settings.organisation_name == "Spoonful"
    assert settings.currency == "EUR"
    assert settings.working_days == {0, 1, 2, 3, 4}
    assert settings.archive_folder == ROOT / "instance" / "archive"
    assert settings.max_request_bytes == 10_000_000
    assert settings.log_level == "INFO"
    assert settings.public_url is None
    assert settings.smtp_url is None
    assert settings.mail_from == "Spoonful <spoonful@localhost>"
    assert settings.mail_folder == ROOT / "instance" / "letters"
    assert settings.mail_per_minute == 60
    assert settings.trusted_proxies == 0
    assert settings.approval_above == 500


def test_an_empty_variable_counts_as_absent():
    assert read(CURRENCY="", SECRET_KEY="  ", PUBLIC_URL="") == read()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_name_of_postgresql_means_psycopg(scheme):
    settings = read(DATABASE_URL=f"{scheme}://hana:p%40ss@db:5433/spoonful?sslmode=require")
    assert settings.database_url == "postgresql+psycopg://hana:p%40ss@db:5433/spoonful?sslmode=require"


def test_a_sqlite_file_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read(DATABASE_URL="sqlite:///here.db").database_url == f"sqlite:///{tmp_path}/here.db"
    assert read(ARCHIVE_FOLDER="archive").archive_folder == tmp_path / "archive"


def test_values_are_read_in_any_case_and_with_space_around_them():
    settings = read(CURRENCY=" usd\n", LOG_LEVEL="debug", WORKING_DAYS="Sun, Mon,mon", PUBLIC_URL="https://x.org/a/")
    assert (settings.currency, settings.log_level, settings.public_url) == ("USD", "DEBUG", "https://x.org/a")
    assert settings.working_days == {6, 0}


def test_a_mail_server_is_named_with_or_without_user_and_port():
    for given in (
        "smtp://mail.example.com",
        "smtps://hana%40example.com:p%40ss@mail.example.com:465",
        "smtp://[::1]:25",
    ):
        assert read(SMTP_URL=given).smtp_url == given
    assert read(MAIL_FROM="hana@example.com").mail_from == "hana@example.com"
    assert read(MAIL_FROM='"Hana, HR" <hana@example.com>').mail_from == '"Hana, HR" <hana@example.com>'


def test_serving_needs_a_secret_and_says_so():
    assert read(SECRET_KEY=SECRET).require_secret() == SECRET
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        read().require_secret()


def test_the_server_does_not_start_without_a_secret(tmp_path):
    environ = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "SPOONFUL_DEMO"}}
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--bind", f"unix:{tmp_path / 'socket'}", "wsgi:app"]
    environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'none.db'}"
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 2
    assert "SECRET_KEY is not set" in done.stderr
    assert "Booting worker" not in done.stderr


def test_a_demo_makes_up_a_secret_that_no_other_process_has():
    assert len(read(SPOONFUL_DEMO="1").require_secret()) >= 32
    assert read(SPOONFUL_DEMO="1").secret_key != read(SPOONFUL_DEMO="1").secret_key
    assert read(SPOONFUL_DEMO="1", SECRET_KEY=SECRET).secret_key == SECRET


def test_flask_gets_them_under_its_own_names():
    flask = read(DATABASE_URL="postgresql://db/spoonful", SECRET_KEY=SECRET, MAX_REQUEST_BYTES="5000").flask()
    assert flask["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://db/spoonful"
    assert flask["SECRET_KEY"] == SECRET
    assert flask["MAX_CONTENT_LENGTH"] == 5000


def test_a_command_with_wrong_settings_ends_with_the_message_and_no_traceback():
    command = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        env={**os.environ, "CURRENCY": "EURO", "LOG_LEVEL": "LOUD"},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert command.returncode == 2
    assert command.stderr.splitlines() == [
        "Spoonful cannot start with these settings:",
        "  CURRENCY is 'EURO': allowed is three letters (ISO 4217), such as EUR",
        "  LOG_LEVEL is 'LOUD': allowed is one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
    ]
