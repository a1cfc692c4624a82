"""Whoever does not work here, or no longer, sees nothing: no page, no part of one, no file."""

import pytest

from tests.browser.conftest import sign_in
from tests.places import FILES
from tests.places import PLACES
from tests.staff import PEOPLE

# Pages for whoever has to sign in, and what stands behind the signed links of a letter.
OPEN = {
    "sign_in.form",
    "sign_in.sent",
    "sign_in.look",
    "devices.token_form",
    "letters_out.stop_form",
    "letters_out.view",
}
CLOSED = {name: place for name, place in (PLACES | FILES).items() if name not in OPEN}
DOORS = ("/sign-in", "/counter/register")


@pytest.mark.parametrize("who", [None, "Lea"], ids=["a stranger", "somebody who has left"])
def test_nobody_from_outside_sees_a_page(town, look_around, who):
    page = look_around(allowed={401})
    if who is not None:
        sign_in(town, page.context, who)
    for name, place in CLOSED.items():
        page.goto(place.path(town.has))
        assert page.url.startswith(f"{town.address}/sign-in"), name
        told = page.content()
        assert [one for one in PEOPLE if f">{one}<" in told or f"{one} " in page.inner_text("main")] == [], name


@pytest.mark.parametrize("who", [None, "Lea"], ids=["a stranger", "somebody who has left"])
def test_nobody_from_outside_gets_a_part_or_a_file(town, look_around, who):
    page = look_around()
    if who is not None:
        sign_in(town, page.context, who)
    for name, place in CLOSED.items():
        path = town.address + place.path(town.has)
        answer = page.request.get(path, headers={"X-Fragment": "1", "Accept": "text/html"}, max_redirects=0)
        assert answer.status == 303, name
        assert any(door in answer.headers["location"] for door in DOORS), name
        assert len(answer.body()) < 500, name  # the words of a redirect, and no more


def test_a_session_ends_with_the_last_day_wherever_it_is_open(site, visit):
    page = visit("Alice")
    page.goto("/me")
    assert "/me" in page.url
    site.staff.leave("Alice")
    page.reload()
    assert page.url.startswith(f"{site.address}/sign-in")
    page.goto("/rewards")
    assert page.url.startswith(f"{site.address}/sign-in")
