"""Applications of tests share what is the same in all, and nothing else."""

from dataclasses import replace

import pytest

from adoption.extensions import db
from config import Settings
from tests import twins


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment(
        {"DATABASE_URL": f"sqlite:///{tmp_path / 'one.db'}", "ARCHIVE_FOLDER": str(tmp_path), "SECRET_KEY": "x" * 32}
    )


def test_twins_have_a_database_settings_and_a_memory_of_their_own(settings, tmp_path):
    other = replace(settings, database_url=f"sqlite:///{tmp_path / 'two.db'}", organisation_name="Another")
    apps = [twins.application(one) for one in (settings, other)]
    urls = []
    for app in apps:
        with app.app_context():
            urls.append(str(db.engine.url))
    assert urls == [settings.database_url, other.database_url]
    assert [app.config["ORGANISATION_NAME"] for app in apps] == ["Spoonful", "Another"]
    assert [app.extensions["settings"] for app in apps] == [settings, other]
    apps[0].extensions["tokens"]["mine"] = apps[0].extensions["facts"] = "remembered"
    assert apps[1].extensions["tokens"] == {}
    assert "facts" not in apps[1].extensions
    assert "facts" not in twins.application(settings).extensions


def test_what_a_setting_decides_about_a_whole_application_is_decided_for_each(settings):
    safe = twins.application(replace(settings, public_url="https://spoonful.example.com"))
    assert safe.config["SESSION_COOKIE_SECURE"]
    assert not twins.application(settings).config["SESSION_COOKIE_SECURE"]


def test_routes_cannot_be_added_to_one_of_twins(settings):
    app = twins.application(settings)
    with pytest.raises(AssertionError, match="can no longer be called"):
        app.add_url_rule("/late", "late", lambda: "late")
    with pytest.raises(AssertionError, match="can no longer be called"):
        app.before_request(lambda: None)
    own = twins.application(settings, own=True)
    own.add_url_rule("/late", "late", lambda: "late")
    assert "late" not in app.view_functions
