"""The counter in a browser: what a camera sees is redeemed, and nothing without the server."""

import re
import time
from contextlib import contextmanager

import pytest
import segno

from adoption import rewards
from adoption.extensions import begin_write
from adoption.extensions import db
from tests.browser import chromium
from tests.browser.chromium import DESKTOP
from tests.browser.conftest import register

CANTEEN = "Canteen 1"
WIDE, HIGH, MODULE = 640, 480, 10  # pixels
LIGHT, DARK, GREY = 235, 16, 128  # of a video
OFFLINE = re.compile("ERR_INTERNET_DISCONNECTED")


@pytest.fixture
def lunch(site):
    """Return a voucher of Alice's."""
    things = site.staff.live()["Alice"]
    ticket = rewards.make_ticket(begin_write(), things.lunch, time.time_ns() // 1000)
    db.session.commit()
    return ticket


def video(path, text):
    """Film a QR code: a file that Chromium takes for what its camera sees (YUV4MPEG2)."""
    code = segno.make(text, error="m", micro=False)
    rows = [bytearray([LIGHT] * WIDE) for _ in range(HIGH)]
    size = len(code.matrix) * MODULE
    left, top = (WIDE - size) // 2, (HIGH - size) // 2
    for y, row in enumerate(code.matrix):
        for x, dark in enumerate(row):
            for line in range(MODULE if dark else 0):
                at = left + x * MODULE
                rows[top + y * MODULE + line][at : at + MODULE] = bytes([DARK] * MODULE)
    colours = bytes([GREY]) * (WIDE * HIGH // 2)
    frame = b"FRAME\n" + b"".join(rows) + colours
    path.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420\n".encode() + frame * 5)
    return path


@contextmanager
def filming(browser, site, film):
    """Give a counter before whose camera somebody holds a phone."""
    seeing = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    other = browser.browser_type.launch(executable_path=chromium.program(), args=[*chromium.ARGUMENTS, *seeing])
    try:
        context, watch = chromium.profile(other, site.address, size=DESKTOP)
        register(site, context, CANTEEN)
        page = context.new_page()
        yield page
        assert watch.faults == []
    finally:
        other.close()


def said(page, word):
    """Wait until a verdict fills the screen."""
    page.wait_for_selector(f'[data-verdict="{word}"]')
    return page.inner_text("[data-answer]")


def test_what_the_camera_sees_is_redeemed_at_once(browser, site, lunch, tmp_path):
    film = video(tmp_path / "phone.y4m", lunch.token(time.time_ns() // 1000))
    with filming(browser, site, film) as page:
        page.goto("/counter")
        assert "Give: Free lunch" in said(page, "give")
        assert f"No. {lunch.number:05}" in page.inner_text("[data-today]")
        page.click("[data-next]")
        page.wait_for_timeout(1500)
        assert page.query_selector("[data-verdict]") is None  # the same phone is not scanned again
    assert rewards.one(lunch.name, time.time_ns() // 1000).status == "redeemed"


def test_a_code_is_typed_and_taken_back(visit, lunch):
    page = visit(canteen=CANTEEN)
    page.goto("/counter")
    page.keyboard.type(lunch.code.lower())
    page.keyboard.press("Enter")
    assert "Give: Free lunch" in said(page, "give")
    undo = page.locator("[data-undo] button")
    first = undo.inner_text()
    page.wait_for_timeout(1200)
    assert re.fullmatch(r"\s*Undo, \d s\s*", first)
    assert undo.inner_text() != first
    undo.click()
    assert "Taken back" in said(page, "undone")
    assert "undone" in page.inner_text("[data-today]")
    page.keyboard.type(lunch.code)  # whatever is shown, what is typed goes into the box
    page.keyboard.press("Enter")
    assert "Give: Free lunch" in said(page, "give")
    page.wait_for_selector("[data-undo]", state="detached", timeout=15_000)


def test_a_slip_is_mended_and_not_typed_anew(visit, lunch):
    page = visit(canteen=CANTEEN)
    page.goto("/counter")
    page.fill("#code", "K7QX-4MPT")
    page.keyboard.press("Enter")
    said(page, "unknown")
    page.click("[data-next]")
    assert page.input_value("#code") == "K7QX-4MPT"


def test_without_a_connection_nothing_is_accepted(visit, lunch):
    page = visit(canteen=CANTEEN)
    page.goto("/counter")
    page.context.set_offline(True)
    page.fill("#code", lunch.code)
    page.keyboard.press("Enter")
    assert "We cannot confirm vouchers right now." in said(page, "offline")
    page.context.set_offline(False)
    page.click("[data-again]")
    page.wait_for_selector("[data-back]:not([hidden])")
    assert page.query_selector("[data-verdict]") is None
    page.watch.faults = [fault for fault in page.watch.faults if not OFFLINE.search(fault)]
    assert rewards.one(lunch.name, time.time_ns() // 1000).status == "issued"
    page.fill("#code", lunch.code)
    page.keyboard.press("Enter")
    said(page, "give")


def test_a_phone_says_that_the_voucher_was_used(visit, lunch):
    phone, till = visit("Alice"), visit(canteen=CANTEEN)
    holder = lunch.name
    phone.goto(f"/rewards/{holder.version}-{holder.holder}-{holder.period}-{holder.ordinal}")
    assert "Ready" in phone.inner_text("main")
    till.goto("/counter")
    till.fill("#code", lunch.code)
    till.keyboard.press("Enter")
    said(till, "give")
    phone.wait_for_selector("text=Enjoy. Used at")
    assert "Canteen 1" in phone.inner_text("[data-said]")
    assert phone.query_selector(".ticket .qr") is None


def test_everything_works_without_javascript(visit, lunch):
    page = visit(canteen=CANTEEN, javascript=False)
    page.goto("/counter")
    page.fill("#code", lunch.code)
    page.click("text=Check")
    assert "Give: Free lunch" in page.inner_text("main")
    page.click("text=Undo")
    assert "Taken back" in page.inner_text("main")
    page.click("text=Next")
    assert page.query_selector("#code") is not None
