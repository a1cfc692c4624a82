"""An integrator connects a source at a browser, runs the command that is shown, and sees what became of it."""

import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
def test_a_source_is_connected_tried_and_seen(site, visit):
    page = visit("Hana", size=DESKTOP)
    page.goto("/hr/sources")
    page.get_by_role("link", name="Connect a source").first.click()
    page.get_by_label("Name").fill("webshop")
    page.get_by_role("button", name="Connect it").click()
    command = page.get_by_label("Command").input_value()
    secret = page.get_by_label("Secret").input_value()
    subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, timeout=60)  # noqa: S603  # our own line
    page.get_by_role("link", name="I have copied it; show the source").click()
    deliveries = page.locator("#deliveries")
    expect(deliveries).to_contain_text("1 activity accepted.")
    assert secret not in page.content()
    deliveries.locator(".rows a").first.click()
    expect(page.locator("main")).to_contain_text("spoonful.test")


def test_a_mapping_shows_what_it_makes_of_a_sample_while_one_types(site, visit):
    page = visit("Hana", size=DESKTOP, allowed={422})
    page.goto("/hr/new-source")
    page.get_by_label("Name").fill("crm")
    page.get_by_text("Pipedrive").click()
    page.get_by_role("button", name="Connect it").click()
    page.get_by_label("Secret").wait_for()
    page.goto("/hr/sources/crm/mapping")
    result = page.locator("#result")
    expect(result).to_contain_text("deal.won")
    mapping = page.get_by_label("The mapping, in TOML")
    mapping.fill(mapping.input_value().replace('won = "deal.won"', 'won = "deal.signed"'))
    page.locator("#result:has-text('deal.signed')").wait_for()
    mapping.fill("itms = 1")
    page.locator("#result:has-text(\"unknown key 'itms'\")").wait_for()
    assert page.locator("[data-live-said]").inner_text().endswith("in the mapping")


def test_a_mapping_is_changed_without_javascript(site, visit):
    page = visit("Hana", javascript=False)
    page.goto("/hr/new-source")
    page.get_by_label("Name").fill("crm")
    page.get_by_text("Pipedrive").click()
    page.get_by_role("button", name="Connect it").click()
    page.get_by_label("Secret").wait_for()
    page.goto("/hr/sources/crm/mapping")
    mapping = page.get_by_label("The mapping, in TOML")
    mapping.fill(mapping.input_value().replace('won = "deal.won"', 'won = "deal.signed"'))
    page.get_by_role("button", name="Compare with the last deliveries").click()
    expect(page.locator("#result")).to_contain_text("deal.signed")
    page.get_by_role("button", name="Save this mapping").click()
    expect(page.locator("main")).to_contain_text("The mapping is in force")
