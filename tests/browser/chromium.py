"""Chromium for tests and screenshots: the one of the system, driven by Playwright, one profile per person.

``CHROMIUM`` names another program.  What goes wrong in a page is kept: errors and warnings of the console (a broken
content policy is one), scripts that stop, requests that fail, answers that are faults, and anything from elsewhere.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from http import HTTPStatus

from playwright.sync_api import sync_playwright

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}
WIDE = {"width": 1920, "height": 1080}
LOCALES = {"en": "en-GB", "ru": "ru-RU", "zh": "zh-CN"}  # what a browser asks for in each language
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "there is no Chromium for the tests in a browser: apt-get install chromium, or CHROMIUM=/path/to/it"
ARGUMENTS = (
    "--no-sandbox",  # containers run as root, which the sandbox refuses
    "--disable-dev-shm-usage",  # their /dev/shm is small
    "--disable-gpu",
    "--force-color-profile=srgb",  # the same colours on every machine
    "--font-render-hinting=none",
    "--hide-scrollbars",
)
PATIENCE = 10_000  # milliseconds for anything that should happen at once


def program() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched(*arguments: str):
    """Give a running Chromium for the length of a ``with`` block."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=[*ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Everything that went wrong in the pages of one profile; ``allowed`` are statuses that a test provokes."""

    def __init__(self, context, address, allowed):
        self.address = address
        self.allowed = set(allowed)
        self.faults = []
        context.on("console", self.console)
        context.on("weberror", lambda error: self.faults.append(f"a script stopped: {error.error}"))
        context.on("request", self.request)
        context.on("requestfailed", self.failed)
        context.on("response", self.response)

    def console(self, message):
        told_as_response = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not told_as_response:
            self.faults.append(f"the console says: {message.text}")

    def request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"something from elsewhere is asked for: {request.url}")

    def failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # the page was left
            self.faults.append(f"{request.method} {request.url} failed: {request.failure}")

    def response(self, response):
        if response.status >= HTTPStatus.BAD_REQUEST and response.status not in self.allowed:
            self.faults.append(f"{response.request.method} {response.url} was answered with {response.status}")


def profile(  # noqa: PLR0913  # what may differ from one browser to the next
    browser, address, *, size=PHONE, language="en", dark=False, javascript=True, reduced=False, allowed=(), **more
):
    """Return the context of one person's browser, and the watch over it."""
    context = browser.new_context(
        base_url=address,
        viewport=size,
        locale=LOCALES[language],
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if reduced else "no-preference",
        java_script_enabled=javascript,
        **more,
    )
    context.set_default_timeout(PATIENCE)
    return context, Watch(context, address, allowed)
