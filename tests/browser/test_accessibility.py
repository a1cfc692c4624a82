"""Every page for everybody: axe finds nothing, and what axe cannot see is tried by name (WCAG 2.2 AA)."""

import json
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.chromium import WIDE
from tests.browser.conftest import visits
from tests.places import FACES
from tests.places import FILES
from tests.places import PLACES
from tests.places import pages

AXE = Axe().axe_script
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What a scheme changes, and what words do not: a page has one structure in light and dark, and one set of colours in
# every language.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
WORDS = OPTIONS | {"rules": OPTIONS["rules"] | {name: {"enabled": False} for name in COLOURS["runOnly"]["values"]}}
NARROW = {"width": 320, "height": 640}  # 1280 at 400 %: WCAG 1.4.10
SMALL = 24  # CSS pixels: WCAG 2.5.8
MOST = 250  # stops of the focus on one page
ALL = dict(sorted((PLACES | FACES).items(), key=lambda item: str(item[1].who)))  # one person after the other


@pytest.fixture(scope="module")
def seat(browser, town):
    """Return how to open the town as somebody: whoever sat here last stays, since opening a browser takes longest."""
    sitting, pages = {}, {}

    with ExitStack() as stack:

        def visit(name=None, *, language="en", **more):
            key = name, repr(more)
            if sitting.get(language) != key:
                if language in pages:
                    pages[language].context.close()
                opened = stack.enter_context(visits(browser, town))
                sitting[language], pages[language] = key, opened(name, language=language, **more)
            return pages[language]

        yield visit


@pytest.fixture(scope="module", params=ALL)
def page(request, seat, town):
    """Open each page once, for all that is tried on it; nothing moves, so that colours are those that stay."""
    page = ALL[request.param].open(seat, town.has, reduced=True)
    yield page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    faults, page.watch.faults = page.watch.faults, []
    assert faults == []


def violations(page, options=OPTIONS):
    """Return what axe finds wrong, in a line each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(f"axe.run({json.dumps(options)})")["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for one in found
        for node in one["nodes"]
    ]


def test_every_page_is_looked_at(town):
    assert pages(town.app) == PLACES.keys() | FILES.keys()


def test_axe_finds_nothing(page):
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for scheme, options in (("light", OPTIONS), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            assert violations(page, options) == [], (size, scheme)


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_in_other_languages(town, seat, name):
    for language in ("ru", "zh"):
        page = ALL[name].open(seat, town.has, language=language, reduced=True)
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page, WORDS) == [], language
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], wide(page, PHONE["width"])


def test_a_page_fits_from_a_narrow_phone_to_a_wide_screen(page):
    for size in (NARROW, PHONE, DESKTOP, WIDE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], wide(page, size["width"])


def wide(page, width):
    """Return what reaches beyond the edge."""
    return page.evaluate(
        """width => [...document.querySelectorAll('body *')]
             .filter(one => one.getBoundingClientRect().right > width + 1)
             .map(one => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)""",
        width,
    )


def test_what_can_be_pressed_is_large_enough(page):
    page.set_viewport_size(PHONE)
    assert page.evaluate(SMALLER, SMALL) == []


# A box or a round button is pressed with the words beside it, which are its label; a link within a sentence is exempt.
SMALLER = """least => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type !== 'hidden')
  .filter(one => !one.closest('.skip, .hide'))
  .filter(one => !(one.matches('a, button.plain') && getComputedStyle(one).display === 'inline'))
  .map(one => [one, ...(one.type === 'radio' || one.type === 'checkbox' ? one.labels : [])])
  .map(parts => [parts[0], parts.map(part => part.getBoundingClientRect())])
  .filter(([one, boxes]) => boxes[0].width > 0 && !boxes.some(box => box.width >= least && box.height >= least))
  .map(([one, [box]]) => `${box.width} × ${box.height}: ${one.outerHTML.slice(0, 120)}`)"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_focus_can_be_seen_wherever_it_goes(page, size):
    page.set_viewport_size(size)
    page.reload()  # the focus begins at the top
    met = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        found = focused(page)
        if found is None:
            break
        met.append(found)
    assert 0 < len(met) < MOST
    assert [one["html"] for one in met if not one["seen"]] == [], "covered by something else"
    assert [one["html"] for one in met if not one["marked"]] == [], "looks as if it had not the focus"


FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect();
  const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
  const shows = ([x, y]) => {
    const top = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
    return top && [one, ...(one.labels || [])].some(part => part.contains(top) || top.contains(part));
  };
  const drawn = part => {
    const {outlineStyle, outlineWidth} = getComputedStyle(part);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  const marked = [one, one.nextElementSibling, one.closest('label')].filter(Boolean).some(drawn);
  const framed = one.tagName === 'IFRAME';
  return {html: one.outerHTML.slice(0, 160), seen: points.filter(shows).length >= 3, marked, framed};
}"""
RINGED = """() => document.hasFocus() && document.activeElement !== document.body
  && getComputedStyle(document.activeElement).outlineStyle !== 'none'"""


def focused(page):
    """Return what has the focus; where that is within a frame, the ring is the browser's, around what is in there."""
    found = page.evaluate(FOCUS)
    if found and found["framed"]:
        found["marked"] = any(frame.evaluate(RINGED) for frame in page.frames[1:])
    return found


def test_nothing_moves_for_those_who_asked_for_stillness(page):
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(one => {
             const style = getComputedStyle(one);
             const long = times => times.split(',').some(time => parseFloat(time) > 0.05);
             return (style.animationName !== 'none' && long(style.animationDuration)) || long(style.transitionDuration);
           }).map(one => one.outerHTML.slice(0, 120))"""
    )
    assert moving == []
