"""Devices at counters: who may register one, what it may do, and how it is taken back."""

import re

import pytest
from sqlalchemy import select

from adoption.auth import devices
from adoption.auth import sessions
from adoption.extensions import db
from adoption.models import Device
from tests.staff import Staff
from tests.visitors import Till
from tests.visitors import Visitor

MANAGING = ("Carl", "Hana", "Ada")
FORM = {"canteen": "  Canteen \n 1 ", "sign_out": "1"}


@pytest.fixture
def staff(app):
    return Staff()


def visitor(app, staff, name):
    number = staff[name]
    db.session.rollback()
    return Visitor(app, number)


def registered():
    found = db.session.execute(select(Device.canteen, Device.registered_by, Device.revoked.is_not(None))).all()
    db.session.rollback()
    return [tuple(row) for row in found]


@pytest.mark.parametrize("name", MANAGING)
def test_who_may_registers_a_device_and_is_signed_out_on_it(app, staff, name):
    who = visitor(app, staff, name)
    assert "Register this device" in who.get("/counter/register").get_data(as_text=True)
    answer = who.post("/counter/register", FORM)
    assert (answer.status_code, answer.location) == (303, "/counter")
    assert registered() == [("Canteen 1", staff[name], False)]
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(devices.COOKIE))
    for part in ("HttpOnly", "SameSite=Strict", "Path=/counter"):
        assert part in cookie
    db.session.rollback()
    page = who.get("/counter")
    assert page.status_code == 200
    assert "<h1>Canteen 1</h1>" in page.get_data(as_text=True)
    assert who.get("/rewards").location.startswith("/sign-in")


def test_whoever_wants_to_stays_signed_in(app, staff):
    carl = visitor(app, staff, "Carl")
    carl.post("/counter/register", {"canteen": "Canteen 1"})
    db.session.rollback()
    assert carl.get("/rewards").status_code == 200
    assert 'aria-label="Main"' not in carl.get("/counter").get_data(as_text=True)  # a counter shows nothing personal


@pytest.mark.parametrize("name", ["Alice", "Mei", "Ann", "Leo"])
def test_nobody_else_registers_or_takes_back_a_device(app, staff, name):
    Till(app)
    who = visitor(app, staff, name)
    for answer in (
        who.get("/counter/register"),
        who.post("/counter/register", FORM),
        who.post("/counter/devices/1/revoke"),
    ):
        assert answer.status_code == 403
    assert registered() == [("Canteen 1", None, False)]


def test_a_device_without_registration_is_led_to_where_it_gets_one(app, staff):
    stranger = Visitor(app)
    assert stranger.get("/counter").location == "/counter/register"
    assert stranger.get("/counter/register").location.startswith("/sign-in")
    assert stranger.post("/counter/scan", {"code": "K7QX-4MPT"}).status_code == 401


@pytest.mark.parametrize("canteen", ["", "   ", "x" * 61, "a\u0000b"])
def test_a_canteen_has_a_name(app, staff, canteen):
    carl = visitor(app, staff, "Carl")
    answer = carl.post("/counter/register", {"canteen": canteen}, follow_redirects=True)
    assert "A canteen has a name of at most 60 letters." in answer.get_data(as_text=True)
    assert registered() == []


def test_a_device_that_is_taken_back_redeems_nothing(app, staff):
    till = Till(app)
    assert till.get("/counter").status_code == 200
    carl = visitor(app, staff, "Carl")
    page = carl.get("/counter/register").get_data(as_text=True)
    assert "Canteen 1" in page
    (number,) = re.findall(r"/counter/devices/(\d+)/revoke", page)
    assert carl.post(f"/counter/devices/{number}/revoke").status_code == 303
    db.session.rollback()
    assert till.get("/counter").location == "/counter/register"
    assert till.post("/counter/scan", {"code": "K7QX-4MPT"}).status_code == 401
    assert carl.post(f"/counter/devices/{number}/revoke").status_code == 404
    assert "taken back" in carl.get("/counter/register").get_data(as_text=True)


def test_a_device_opens_nothing_but_the_counter(app, staff):
    till = Till(app)
    token = till.client.get_cookie(devices.COOKIE, path="/counter").value
    for path in ("/", "/rewards", "/me", "/boards", "/letters"):
        answer = till.client.get(path, headers={"Accept": "text/html", "Cookie": f"{devices.COOKIE}={token}"})
        assert answer.location.startswith("/sign-in"), path
    assert till.client.post("/api/v1/activities", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_ten_registrations_in_an_hour_are_enough_for_anybody(app, staff):
    carl = visitor(app, staff, "Carl")
    for number in range(10):
        assert carl.post("/counter/register", {"canteen": f"Canteen {number}"}).status_code == 303
    refused = carl.post("/counter/register", {"canteen": "one more"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 360
    assert len(registered()) == 10


def test_a_device_is_registered_by_a_token_from_the_command_line(app, staff):
    runner = app.test_cli_runner()
    token = runner.invoke(args=["devices", "add", "Canteen 2"]).output.strip()
    assert len(token) > 40
    kiosk = Visitor(app)
    assert kiosk.post("/counter/token", {"token": f" {token} "}).location == "/counter"
    assert "Canteen 2" in kiosk.get("/counter").get_data(as_text=True)
    listed = runner.invoke(args=["devices", "list"]).output
    number = listed.split("\t")[0]
    assert listed.split("\t")[1::2] == ["Canteen 2", "registered\n"]
    assert "is taken back" in runner.invoke(args=["devices", "revoke", number]).output
    assert "taken back" in runner.invoke(args=["devices", "list"]).output
    assert runner.invoke(args=["devices", "revoke", number]).exit_code == 1
    assert runner.invoke(args=["devices", "add", " "]).exit_code == 1
    assert kiosk.get("/counter").location == "/counter/register"


def test_tokens_of_no_device_are_tried_a_few_times_only(app, staff):
    token = app.test_cli_runner().invoke(args=["devices", "add", "Canteen 2"]).output.strip()
    stranger = Visitor(app)
    for _ in range(10):
        assert stranger.post("/counter/token", {"token": "x" * 43}).location == "/counter/token"
    assert stranger.post("/counter/token", {"token": "x" * 43}).status_code == 429
    assert stranger.post("/counter/token", {"token": token}).location == "/counter"


def test_a_session_ends_when_its_owner_is_signed_out_here(app, staff):
    carl = visitor(app, staff, "Carl")
    cookie = carl.client.get_cookie(sessions.COOKIE).value
    carl.post("/counter/register", FORM)
    db.session.rollback()
    other = app.test_client()
    other.set_cookie(sessions.COOKIE, cookie)
    assert other.get("/rewards", headers={"Accept": "text/html"}).location.startswith("/sign-in")
