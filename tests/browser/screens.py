"""``make screens``: every page as the cast of the demo sees it, on a phone and at a desk, as pictures in docs/screens.

It is always the same Wednesday there, so that a picture changes when the look does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from pathlib import Path

import time_machine
from sqlalchemy import select
from sqlalchemy import update

from adoption import awards
from adoption import create_app
from adoption import facts
from adoption import rewards
from adoption.auth import sessions
from adoption.chat import channels
from adoption.chat.channels import Wanted
from adoption.demo import setting
from adoption.demo import story
from adoption.demo.company import NEW
from adoption.demo.company import address
from adoption.digests import for_channels
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import chats
from adoption.mail import sending
from adoption.models import Award
from adoption.models import Letter
from config import Settings
from rules import period
from tests.browser import chromium
from tests.browser.pictures import reduced
from tests.browser.serving import place
from tests.browser.serving import served

MOMENT = datetime(2026, 11, 25, 15, 40, tzinfo=setting.ZONE)
AFTER = timedelta(seconds=45)  # in which all pictures are taken
FOLDER = Path(__file__).parent.parent.parent / "docs" / "screens"
SIZES = (chromium.PHONE, chromium.DESKTOP)
TALLEST = {360: 2400, 1280: 1600}  # pixels of a picture; a longer page is cut there
ALICE, BOB, MEI, CARL, ROSA = "Alice Novak", "Bob Visser", "Mei Tanaka", "Carl Bauer", "Rosa Meyer"
GRACE = "Grace Okafor"
INGRID = "Ingrid Dahl"
LEAD = "Ada Lindqvist"
ADA, MARCO, GIULIA, FATIMA = "Ada Lindqvist", "Marco Rossi", "Giulia Bianchi", "Fatima Haddad"
HANA, APPROVER = "Hana Dvořák", "Victor Hale"
IVAN, WEI = "Иван Петров", "王伟"
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Mobile Safari/537.36",
)


@dataclass(frozen=True)
class Screen:
    """A picture: its name, who looks, and how one comes there: a path, then what is clicked on or typed."""

    name: str
    who: str | None
    path: str = "/"
    clicks: tuple[str, ...] = ()
    dark: bool = False
    language: str = "en"


ASK = "fill:#address=alice.novak@spoonful.example"
REGISTER = (
    "fill:#canteen=Canteen 1",
    "label:has([name=sign_out])",
    "form:has(#canteen) button",
    "wait:[data-camera-off]",
)
SHOW = ("code:", "form:has(#code) button", "wait:[data-verdict]")
EFFECT = ("wait:[data-part=effect] .stats",)
LUNCH_WHY = "main li:has-text('Free lunch') a[href$='/why']"
SHEET = (
    "Kunde;Firma;E-Mail;Telefon;Betreuer;Umsatz;Letzter Kontakt;Lieblingsfarbe\n"
    "Wanda Sandoval;Borealis Energy;w.sandoval@borealis.example;+31 20 5550101;Alice Novak;84.500,00;12.10.2026;blau\n"
    "Рябова Лариса;Волга Логистик;;+7 846 555 01 02;Иван Петров;61 200;03.11.2026;\n"
    "林国栋;华光科技有限公司;guodong.lin@huaguang.example;;王伟;58,000;2026-09-28;rot\n"
)
LIST = (
    "email;name;team;manager\nalice.novak@spoonful.example;Alice Novak;Sales North;mei.tanaka@spoonful.example\n"
    "noor.bakker@spoonful.example;Noor Bakker;Sales North;mei.tanaka@spoonful.example\n"
)
SCREENS = (
    Screen("sign-in", None, "/sign-in"),
    Screen("sign-in-sent", None, "/sign-in", (ASK, "form:has(#address) button")),
    Screen("home", ALICE),
    Screen("home-dark", ALICE, dark=True),
    Screen("home-first", NEW),
    Screen("home-choose", BOB),
    Screen("home-ru", IVAN),
    Screen("home-zh", WEI),
    Screen("today", ALICE, "/today"),
    Screen("board", ALICE, "/boards/contacts-this-week"),
    Screen("board-dark", ALICE, "/boards/contacts-this-week", dark=True),
    Screen("board-ru", IVAN, "/boards/contacts-this-week"),
    Screen("board-teams", MEI, "/boards/teams-this-month"),
    Screen("rewards", ALICE, "/rewards"),
    Screen("rewards-zh", WEI, "/rewards"),
    Screen("choose", ALICE, "/rewards", ("main a.main[href$='/choose']",)),
    Screen("voucher", ALICE, "/rewards", ("main a[href^='/rewards/']:not([href$='/choose'])",)),
    Screen("voucher-dark", ALICE, "/rewards", ("main a[href^='/rewards/']:not([href$='/choose'])",), dark=True),
    Screen("why", ALICE, "/rewards", (LUNCH_WHY,)),
    Screen("why-not-yet", ALICE, "/incentives/ten-contacts-lunch/why-not-yet"),
    Screen("record", ALICE, "/", ("main a[href^='/records/']",)),
    Screen("search", ALICE, "/records?q=er"),
    Screen("what-we-count", ALICE, "/what-we-count"),
    Screen("packs", HANA, "/hr/book/packs"),
    Screen("first-steps", HANA, "/hr/start"),
    Screen("me", ALICE, "/me"),
    Screen("me-ru", IVAN, "/me"),
    Screen("bonus", ALICE, "/bonus"),
    Screen("bonus-statement", ALICE, "/bonus", ("main a[href^='/bonus/sales-bonus/']",)),
    Screen("bonus-team", MEI, "/bonus/team"),
    Screen("plans", HANA, "/hr/plans"),
    Screen("plan", HANA, "/hr/plans/sales-bonus"),
    Screen("runs", HANA, "/hr/bonuses"),
    Screen("book", HANA, "/hr/book"),
    Screen("book-definition", HANA, "/hr/book/incentive/ten-contacts-lunch"),
    Screen("book-builder", HANA, "/hr/book/drafts/1/incentive/ten-contacts-lunch", EFFECT),
    Screen("book-builder-dark", HANA, "/hr/book/drafts/1/incentive/ten-contacts-lunch", EFFECT, dark=True),
    Screen("book-builder-ru", HANA, "/hr/book/drafts/1/incentive/ten-contacts-lunch", EFFECT, language="ru"),
    Screen("book-builder-zh", HANA, "/hr/book/drafts/1/incentive/ten-contacts-lunch", EFFECT, language="zh"),
    Screen("book-milestone", HANA, "/hr/book/drafts/1/milestone/contact.developed"),
    Screen("book-metric", HANA, "/hr/book/drafts/1/metric/complete-cards"),
    Screen("book-reward", HANA, "/hr/book/drafts/1/reward/free-lunch"),
    Screen("book-new", HANA, "/hr/book/drafts/1/new/incentive"),
    Screen("book-draft", HANA, "/hr/book/drafts/1"),
    Screen("book-approval", APPROVER, "/hr/book/drafts/2"),
    Screen("book-drafts", HANA, "/hr/book/drafts"),
    Screen("plan-try", HANA, "/hr/plans/sales-bonus/simulate", ("form:has([name='n.cap']) button.main",)),
    Screen("run", HANA, "/hr/bonuses", ("main a[href$='/2026-10']",)),
    Screen("questions", HANA, "/hr/bonuses/disputes"),
    Screen("payroll", HANA, "/hr/bonuses/sales-bonus/2026-09/payroll"),
    Screen("ask", ALICE, "/ask?about=/rewards"),
    Screen("ask-zh", WEI, "/ask?about=/boards/contacts-this-week", language="zh"),
    Screen("ask-mine", ALICE, "/ask/mine"),
    Screen("ask-mine-ru", "Tomás Ortega", "/ask/mine", language="ru"),
    Screen("answering", INGRID, "/questions"),
    Screen("answering-one", INGRID, "/questions", ("main .rows a",)),
    Screen("answering-home", INGRID),
    Screen("help", BOB, "/help?about=/"),
    Screen("help-dark", BOB, "/help?q=lunch", dark=True),
    Screen("help-form", INGRID, "/help/write?question=3"),
    Screen("roles", HANA, "/hr/roles"),
    Screen("stand-in", MEI, "/stand-in"),
    Screen("journal", HANA, "/hr/journal"),
    Screen("rollout", HANA, "/rollout"),
    Screen("rollout-wave", HANA, "/rollout/wave?name=First wave"),
    Screen("rollout-next", HANA, "/rollout/wave?name=Second wave"),
    Screen("rollout-goals", HANA, "/rollout/goals"),
    Screen("rollout-quests", HANA, "/rollout/quests"),
    Screen("rollout-quest", HANA, "/rollout/quests/edit?key=close-date"),
    Screen("practice", ALICE, "/practice"),
    Screen("practice-mine", "Ingrid Dahl", "/me/practice"),
    Screen("practice-ru", IVAN, "/practice"),
    Screen("quests", ALICE, "/quests"),
    Screen("quest", ALICE, "/quests/plan-meeting"),
    Screen("quest-done", BOB, "/quests/next-step"),
    Screen("quest-zh", WEI, "/quests/plan-meeting"),
    Screen("rollout-diagnosis", HANA, "/rollout/diagnosis"),
    Screen("rollout-value", HANA, "/rollout/value"),
    Screen("rollout-value-ru", HANA, "/rollout/value", language="ru"),
    Screen("budgets", HANA, "/hr/budgets"),
    Screen("budget", HANA, "/hr/budgets/free-lunch"),
    Screen("stop", HANA, "/hr/book/incentive/qualified-deals/stop"),
    Screen("people", HANA, "/hr/people"),
    Screen("person", HANA, "/hr/people?q=alice+novak", ("main tbody th a",)),
    Screen("person-managers", HANA, "/hr/people?q=jonas", ("main tbody th a", "#manager summary")),
    Screen("people-upload", HANA, "/hr/people/upload"),
    Screen("people-preview", HANA, "/hr/people/upload", ("file:#file=" + LIST, "form:has(#file) button.main")),
    Screen("people-unmatched", HANA, "/hr/people/unmatched"),
    Screen("teams", HANA, "/hr/teams"),
    Screen("calendar", HANA, "/hr/calendar"),
    Screen("dry-run", HANA, "/hr/book/drafts/1/dry-run?from=2026-11-01&to=2026-11-25"),
    Screen("effect", HANA, "/hr/book/incentive/ten-contacts-lunch/effect"),
    Screen("dry-run-dark", HANA, "/hr/book/drafts/1/dry-run?from=2026-11-01&to=2026-11-25", dark=True),
    Screen("dry-run-ru", HANA, "/hr/book/drafts/1/dry-run?from=2026-11-01&to=2026-11-25", language="ru"),
    Screen("dry-run-zh", HANA, "/hr/book/drafts/1/dry-run?from=2026-11-01&to=2026-11-25", language="zh"),
    Screen("audits", LEAD, "/audits"),
    Screen("audits-mine", BOB, "/audits/mine"),
    Screen("audits-columns", LEAD, "/audits", ("file:#file=" + SHEET, "form:has(#file) .btn.main")),
    Screen("audit", LEAD, "/audits/1"),
    Screen("audit-dark", LEAD, "/audits/1", dark=True),
    Screen("audit-ru", LEAD, "/audits/1", language="ru"),
    Screen("audit-probable", LEAD, "/audits/1?show=probable"),
    Screen("audit-closed", LEAD, "/audits/1?show=closed"),
    Screen("audit-rows", ALICE, "/audits/rows"),
    Screen("audit-rows-zh", WEI, "/audits/rows"),
    Screen("register", CARL, "/counter/register"),
    Screen("counter", CARL, "/counter/register", REGISTER),
    Screen("counter-give", CARL, "/counter/register", (*REGISTER, *SHOW)),
    Screen("counter-used", CARL, "/counter/register", (*REGISTER, *SHOW)),
    Screen("voucher-used", ALICE, "/rewards", (LUNCH_WHY, "main a[href^='/rewards/']")),
    Screen("digest", MEI, "/digest"),
    Screen("digest-letter", MEI, "/digest/letter"),
    Screen("digest-letter-dark", MEI, "/digest/letter", dark=True),
    Screen("my-letters", ALICE, "/me/letters"),
    Screen("my-letter", ALICE, "/me/letters/letter"),
    Screen("my-letter-dark", ALICE, "/me/letters/letter", dark=True),
    Screen("my-letter-zh", WEI, "/me/letters/letter"),
    Screen("directors", HANA, "/directors"),
    Screen("directors-dark", HANA, "/directors", dark=True),
    Screen("directors-ru", HANA, "/directors", language="ru"),
    Screen("directors-letter", HANA, "/directors/letter"),
    Screen("directors-letter-dark", HANA, "/directors/letter", dark=True),
    Screen("directors-readers", HANA, "/hr/digests/directors"),
    Screen("digests", HANA, "/hr/digests"),
    Screen("timetable", ROSA, "/timetable"),
    Screen("letters", ROSA, "/letters"),
    Screen("letter", ROSA, "/letters/1"),
    Screen("sources", ROSA, "/hr/sources"),
    Screen("source", ROSA, "/hr/sources/helpdesk"),
    Screen("source-delivery", ROSA, "/hr/sources/helpdesk?verdict=partly", ("#deliveries .rows a",)),
    Screen("source-mapping", ROSA, "/hr/sources/helpdesk/mapping"),
    Screen("source-secret", ROSA, "/hr/new-source", ("fill:#key=webshop", "form:has(#key) .btn.main")),
    Screen("tokens", ROSA, "/hr/tokens"),
    Screen("privacy", ALICE, "/privacy"),
    Screen("privacy-ru", ALICE, "/privacy", language="ru"),
    Screen("privacy-changes", ALICE, "/privacy/changes"),
    Screen("workbooks", ALICE, "/me/workbooks"),
    Screen("workbooks-register", LEAD, "/lead/workbooks?show=waiting"),
    Screen("workbooks-register-ru", LEAD, "/lead/workbooks?show=registered", language="ru"),
    Screen("channels", ROSA, "/channels"),
    Screen("channels-new", HANA, "/channels/new"),
    Screen("channels-one", ROSA, "/channels/1"),
    Screen("channels-one-ru", ROSA, "/channels/1", language="ru", dark=True),
    Screen("channels-letter", ROSA, "/channels/1", ("main a[href^='/letters/']",)),
    Screen("feeds", LEAD, "/feeds"),
    Screen("feeds-new", ROSA, "/feeds/new"),
    Screen("feeds-one", LEAD, "/feeds/office-suite"),
    Screen("feeds-one-zh", LEAD, "/feeds/office-suite", language="zh", dark=True),
    Screen("privacy-settings", ROSA, "/privacy/settings"),
    Screen("privacy-settings-zh", ROSA, "/privacy/settings", language="zh", dark=True),
    Screen("owners", MEI, "/ownership"),
    Screen("owners-ru", GRACE, "/ownership", language="ru"),
    Screen("owners-leaver", GRACE, "/ownership", ("main a[href^='/ownership/leaver/']",)),
    Screen("owners-decided", GRACE, "/ownership/decided"),
    Screen("owners-history", GRACE, "/ownership/history"),
    Screen("evidence", MARCO, "/me/evidence"),
    Screen("evidence-dark", MARCO, "/me/evidence", ("text=Not so?",), dark=True),
    Screen("evidence-ru", MARCO, "/me/evidence", language="ru"),
    Screen("evidence-zh", MARCO, "/me/evidence", language="zh"),
    Screen("evidence-hint", GIULIA, "/me/evidence"),
    Screen("evidence-helped", FATIMA, "/me/evidence"),
    Screen("evidence-none", ALICE, "/me/evidence"),
    Screen("team", MEI, "/team", clicks=("main summary",)),
    Screen("lead-flags", ADA, "/lead/flags"),
    Screen("lead-flag", ADA, "/lead/flags", ("main a[href^='/lead/flags/']",)),
    Screen("not-found", ALICE, "/nothing"),
)


def main() -> None:
    """Draw the screens whose names begin with one of the arguments; without any, all."""
    wanted = tuple(sys.argv[1:])
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.gettempdir()) / "spoonful-screens"  # it can be read on one of them
    drawn = [(screen, size) for screen in SCREENS if screen.name.startswith(wanted or "") for size in SIZES]
    with setting.alone(folder), place() as (listening, root):
        with time_machine.travel(MOMENT):
            app = filled(folder, root)
        with served(app, listening), chromium.launched() as browser:
            for number, (screen, size) in enumerate(drawn, start=1):
                with time_machine.travel(MOMENT + AFTER * number / len(drawn)):  # whatever the machine is busy with
                    draw(app, browser, root, screen, size)
    shutil.rmtree(folder)


def filled(folder: Path, root: str):
    """Return the application of a demo."""
    settings = setting.settings_of(Settings.from_environment({"SPOONFUL_DEMO": "1"}), folder, root)
    setting.fresh(folder)
    app = create_app(settings)
    with app.app_context():
        setting.migrate()
        story.fill(time.time_ns() // 1000, lambda _done, _total: None)
        connect_channels(time.time_ns() // 1000)
    app.tokens = {}
    return app


def connect_channels(now: int) -> None:
    """Let two channels have been told something; their servers are made up, so that nothing goes out from here."""
    team = next(number for number, name in facts.current().teams.items() if name == "Sales North")
    by, since = By(None, "the screens"), now - 8 * 86_400 * period.SECOND
    teams = f"https://prod-01.westeurope.logic.azure.com/workflows/{'0' * 32}/triggers/manual/paths/invoke?sig=q7Xw"
    for wanted in (
        Wanted("slack", "#sales-north", "https://hooks.slack.com/services/T0/B0/k3Zp", "en", team),
        Wanted("teams", "Spoonful alerts", teams, "en", None, ["alerts"]),
    ):
        channels.connect(wanted, chats.topics(), by=by, now=since)
        db.session.commit()
    for_channels.run(now - 54 * 3_600 * period.SECOND, lambda _done, _total: None)  # on Monday morning
    answered = {"state": "sent", "reply": "200 ok", "tries": 1}
    begin_write().execute(update(Letter).where(Letter.address.startswith(channels.PREFIX)).values(answered))
    channels.stop(db.session.connection(), 2, "404 WorkflowNotFound", now=now - 3_600 * period.SECOND)
    db.session.commit()


def draw(app, browser, root: str, screen: Screen, size) -> None:
    """Draw a screen in a size."""
    looks = {"size": size, "language": screen.language, "dark": screen.dark}
    context, watch = chromium.profile(browser, root, **looks, reduced=True, allowed={404})
    if screen.who is not None:
        token = signed_in(app, screen.who)
        context.add_cookies([{"name": sessions.COOKIE, "value": token, "url": root}])
    blank, page = context.new_page(), context.new_page()
    page.goto(screen.path)
    for click in screen.clicks:
        act(app, page, click, size)
    page.evaluate("document.activeElement.blur()")
    width, height = size["width"], page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, size["height"]), TALLEST[width])})
    file = FOLDER / f"{screen.name}-{width}.png"
    file.write_bytes(reduced(blank, page.screenshot(scale="css")))
    print(f"{file.name:28} {file.stat().st_size // 1024:4} KB")  # noqa: T201  # what it is for
    context.close()
    for fault in watch.faults:
        print(f"  {fault}")  # noqa: T201


def signed_in(app, name: str) -> str:
    """Return the cookie of somebody who signed in on a phone, and at a desk; letters that are due go out before."""
    with app.app_context():
        sending.run(lambda _done, _total: None)
        if name not in app.tokens:
            who, now = facts.current().holder_of(address(name)), time.time_ns() // 1000
            sessions.begin(who, AGENTS[0], now - 3 * 86_400 * period.SECOND)
            db.session.commit()
            app.tokens[name] = sessions.begin(who, AGENTS[1], now)
            db.session.commit()
        return app.tokens[name]


def act(app, page, what: str, size) -> None:
    """Click on something, type into it, wait for it, or show a voucher: on the phone Alice's, at the desk Ivan's."""
    kind, _, rest = what.partition(":")
    if kind == "fill":
        selector, _, text = rest.partition("=")
        page.fill(selector, text)
    elif kind == "file":
        selector, _, text = rest.partition("=")
        page.set_input_files(selector, {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()})
    elif kind == "wait":
        page.wait_for_selector(rest)
    elif kind == "code":
        page.fill("#code", code(app, ALICE if size == chromium.PHONE else IVAN))
    else:
        page.locator(what).first.click()
        page.wait_for_load_state()


def code(app, name: str) -> str:
    """Return the code of the lunch that somebody has, or had."""
    with app.app_context():
        holder = facts.current().holder_of(address(name))
        query = select(Award.__table__).where(Award.holder == holder, Award.reward == "free-lunch")
        row = db.session.execute(query.order_by(Award.granted.desc())).first()
        ticket = rewards.make_ticket(begin_write(), awards.Row(*row[1:]).name, time.time_ns() // 1000)
        db.session.commit()
        return ticket.code


if __name__ == "__main__":
    main()
