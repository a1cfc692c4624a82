"""The bar above the pages of those who run Spoonful: groups for whoever has many pages, pages for whoever has few."""

from collections import Counter

import pytest

from adoption.auth.table import PERMISSIONS
from adoption.pages import desk
from adoption.pages.desk import Tab


class Role:
    """Somebody with what a role may do, as far as it may."""

    def __init__(self, name):
        self.name = name

    def reach(self, permission):
        return PERMISSIONS[permission].get(self.name)


@pytest.fixture
def bar(app, monkeypatch):
    """Return what somebody of a role is shown on a page of a blueprint; two things wait at each page."""
    monkeypatch.setattr(desk, "DESK", tuple(one._replace(notices=lambda: 2) for one in desk.DESK))

    def shown(role, blueprint="home"):
        with app.test_request_context():
            return desk.bar(Role(role), blueprint)

    return shown


def words(tabs):
    return [one.word for one in tabs]


def test_every_page_is_in_one_group_at_most_and_every_group_has_pages_that_are_there():
    grouped = Counter(endpoint for group in desk.GROUPS for endpoint in group.endpoints)
    assert set(grouped.values()) == {1}
    assert grouped.keys() <= {one.endpoint for one in desk.DESK}


def test_an_employee_has_no_bar_and_a_manager_the_pages_themselves(bar):
    assert bar("employee") is None
    found = bar("manager", "team")
    assert words(found.upper) == ["My team", "Owners"]
    assert [one.here for one in found.upper] == [True, False]
    assert not found.lower


def test_whoever_has_many_pages_sees_groups_and_below_them_the_pages_of_the_open_one(bar):
    found = bar("hr", "budgets")
    assert "Rules" in words(found.upper)
    assert not {"Book", "Budgets"} & set(words(found.upper))
    assert (found.name, words(found.lower)) == ("Rules", ["Book", "Budgets"])
    assert next(one for one in found.upper if one.here).word == "Rules"


def test_a_group_leads_to_its_first_page_and_adds_up_what_waits_in_it(bar):
    rules = next(one for one in bar("hr").upper if one.word == "Rules")
    assert rules == Tab("book.index", "Rules", here=False, notices=4)


def test_a_group_of_which_somebody_may_see_one_page_is_that_page(bar):
    found = bar("hr", "sources")
    assert "Sources" in words(found.upper)
    assert "Connections" not in words(found.upper)
    assert "Connections" in words(bar("admin").upper)
    assert not found.lower


def test_nothing_is_open_below_a_page_that_is_on_no_desk(bar):
    found = bar("admin", "home")
    assert not any(one.here for one in found.upper)
    assert not found.lower
