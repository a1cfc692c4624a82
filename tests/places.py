"""Every page that somebody can open: who does, and at which address.  A page that is not here fails a test.

``PLACES`` says for each endpoint how to come there; what stands behind a number is its ``Things``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from datetime import date
from datetime import datetime
from typing import NamedTuple

from tests.visitors import Till
from tests.visitors import Visitor

CANTEEN = "Canteen 1"


class Place(NamedTuple):
    """Who opens a page, and at which address; ``path`` is given what everybody has."""

    who: str | None
    path: Callable
    device: bool = False
    status: int = 200

    def open(self, visit, has, **more):
        """Open it in a browser of its own."""
        page = visit(self.who, canteen=CANTEEN if self.device else None, allowed={self.status}, **more)
        page.goto(self.path(has))
        return page

    def visitor(self, app, staff):
        """Return whoever opens it, without a browser."""
        if self.device:
            return Till(app, CANTEEN)
        return Visitor(app, staff[self.who] if self.who else None)


def at(path):
    """Return the address, whatever anybody has."""
    return lambda _has: path


def run(form):
    """Return the address of a bonus run: of ``{month}``, which is under review, or ``{closed}``, which payroll has."""
    return lambda has: "/hr/bonuses/sales-bonus/" + form.format(month=has.month, closed=has.closed)


def draft(what):
    """Return an address of the draft that HR is writing."""
    days = [date.fromordinal(datetime.now(UTC).toordinal() + days).isoformat() for days in (-60, 1)]
    return lambda has: f"/hr/book/drafts/{has.draft}/{what.format(first=days[0], last=days[1])}"


def written(form):
    """Return the address of a draft of the book, or of a form in it."""
    return lambda has: "/hr/book/drafts/" + form.format(draft=has.draft, waiting=has.waiting)


def audit(form):
    """Return the address of an audit: ``{audit}`` was compared, of ``{sheet}`` the columns are to be confirmed."""
    return lambda has: "/audits/" + form.format(audit=has.audit, sheet=has.sheet)


def own(form, who="Alice"):
    """Return an address with something of somebody's in it: ``{choosing}``, ``{lunch}``, ``{eaten}``, ``{record}``."""
    return lambda has: form.format_map(has[who].written())


PLACES = {
    "home.week": Place("Alice", at("/")),
    "home.today": Place("Alice", at("/today")),
    "why.award": Place("Alice", own("/awards/{eaten}/why")),
    "why.not_yet": Place("Alice", at("/incentives/ten-contacts-lunch/why-not-yet")),
    "why.record": Place("Alice", own("/records/{record}")),
    "why.search": Place("Alice", at("/records?q=Robin")),
    "board.index": Place("Alice", at("/boards")),
    "board.show": Place("Alice", at("/boards/contacts-this-week")),
    "rewards.index": Place("Alice", at("/rewards")),
    "rewards.voucher": Place("Alice", own("/rewards/{lunch}")),
    "rewards.options": Place("Alice", own("/rewards/{choosing}/choose")),
    "me.index": Place("Alice", at("/me")),
    "evidence_pages.mine": Place("Alice", at("/me/evidence")),
    "team.index": Place("Mei", at("/team")),
    "flag_queue.index": Place("Leo", at("/lead/flags")),
    "flag_queue.one": Place("Leo", lambda has: f"/lead/flags/{has.noticed}"),
    "about.counted": Place("Alice", at("/what-we-count")),
    "sign_in.form": Place(None, at("/sign-in")),
    "sign_in.sent": Place(None, at("/sign-in/sent")),
    "sign_in.look": Place(None, lambda has: f"/sign-in/{has.link}"),
    "counter.index": Place(None, at("/counter"), device=True),
    "devices.register_form": Place("Carl", at("/counter/register")),
    "devices.token_form": Place(None, at("/counter/token")),
    "letters.index": Place("Ada", at("/letters")),
    "packs.index": Place("Hana", at("/hr/book/packs")),
    "start.index": Place("Hana", at("/hr/start")),
    "bonus.index": Place("Alice", at("/bonus")),
    "bonus.statement": Place("Alice", lambda has: f"/bonus/sales-bonus/{has.month}"),
    "bonus.of_person": Place("Mei", lambda has: f"/bonus/sales-bonus/{has.month}/{has['Alice'].number}"),
    "bonus.team": Place("Mei", at("/bonus/team")),
    "book.index": Place("Hana", at("/hr/book")),
    "book.show": Place("Hana", at("/hr/book/incentive/ten-contacts-lunch")),
    "book.drafts_list": Place("Hana", at("/hr/book/drafts")),
    "book.draft": Place("Hana", written("{draft}")),
    "book.edit": Place("Hana", written("{draft}/incentive/steady-week")),
    "book.new": Place("Hana", written("{draft}/new/incentive")),
    "book.choose": Place("Hana", written("{draft}/choose?what=reward/free-lunch")),
    "bonus_plans.index": Place("Hana", at("/hr/plans")),
    "bonus_plans.show": Place("Hana", at("/hr/plans/sales-bonus")),
    "bonus_plans.simulate": Place("Hana", at("/hr/plans/sales-bonus/simulate")),
    "bonus_runs.index": Place("Hana", at("/hr/bonuses")),
    "bonus_runs.show": Place("Ann", run("{month}")),
    "bonus_runs.statement": Place("Ann", lambda has: f"/hr/bonuses/sales-bonus/{has.month}/{has['Alice'].number}"),
    "bonus_figures.show": Place("Hana", run("{month}/figures")),
    "bonus_by_hand.disputes": Place("Hana", at("/hr/bonuses/disputes")),
    "bonus_payroll.show": Place("Hana", run("{closed}/payroll")),
    "workbooks.mine": Place("Alice", at("/me/workbooks")),
    "workbooks.index": Place("Leo", at("/lead/workbooks?show=registered")),
    "feeds.index": Place("Leo", at("/feeds")),
    "feeds.new": Place("Ada", at("/feeds/new")),
    "feeds.show": Place("Leo", at("/feeds/office")),
    "channels.index": Place("Hana", at("/channels")),
    "channels.new": Place("Ada", at("/channels/new")),
    "channels.show": Place("Ada", lambda has: f"/channels/{has.channel}"),
    "roles.index": Place("Ada", at("/hr/roles")),
    "stand_ins.form": Place("Mei", at("/stand-in")),
    "journal_pages.index": Place("Hana", at("/hr/journal")),
    "stops.show": Place("Hana", at("/hr/book/incentive/ten-contacts-lunch/stop")),
    "people.index": Place("Hana", at("/hr/people")),
    "people.new": Place("Hana", at("/hr/people/new")),
    "people.show": Place("Hana", lambda has: f"/hr/people/{has['Alice'].number}"),
    "people_lists.people": Place("Hana", at("/hr/people/upload")),
    "people_lists.show": Place("Hana", at("/hr/people/upload/absences")),
    "people_strangers.index": Place("Hana", at("/hr/people/unmatched")),
    "people_teams.index": Place("Hana", at("/hr/teams")),
    "people_calendar.index": Place("Hana", at("/hr/calendar")),
    "people_calendar.show": Place("Hana", at("/hr/calendar/2027")),
    "audits.index": Place("Leo", at("/audits")),
    "audits.mine": Place("Alice", at("/audits/mine")),
    "audits.show": Place("Leo", audit("{audit}")),
    "audits.columns": Place("Leo", audit("{sheet}/columns")),
    "audits.own": Place("Alice", at("/audits/rows")),
    "rollout.index": Place("Hana", at("/rollout")),
    "rollout.wave": Place("Hana", at("/rollout/wave?name=第一批")),
    "rollout.goals": Place("Hana", at("/rollout/goals")),
    "rollout.diagnosis": Place("Leo", at("/rollout/diagnosis")),
    "rollout.quest_list": Place("Hana", at("/rollout/quests")),
    "rollout.edit_quest": Place("Hana", at("/rollout/quests/edit?key=close-date")),
    "practice.index": Place("Alice", at("/practice")),
    "practice.mine": Place("Alice", at("/me/practice")),
    "quests.index": Place("Alice", at("/quests")),
    "quests.show": Place("Alice", at("/quests/plan-meeting")),
    "value.index": Place("Hana", at("/rollout/value")),
    "asking.form": Place("Alice", at("/ask?about=/boards/contacts-this-week")),
    "asking.mine": Place("Bob", at("/ask/mine")),
    "answering.index": Place("Alice", at("/questions")),
    "answering.one": Place("Alice", lambda has: f"/questions/{has.question}"),
    "help_list.index": Place("Bob", at("/help?about=/")),
    "help_list.form": Place("Alice", lambda has: f"/help/write?question={has.question}"),
    "budgets.index": Place("Hana", at("/hr/budgets")),
    "budgets.show": Place("Hana", at("/hr/budgets/free-lunch")),
    "budgets.awards": Place("Hana", at("/hr/budgets/free-lunch/awards?show=drawn")),
    "sources.index": Place("Hana", at("/hr/sources")),
    "sources.new": Place("Hana", at("/hr/new-source")),
    "sources.show": Place("Ada", at("/hr/sources/shop")),
    "source_deliveries.show": Place("Hana", lambda has: f"/hr/sources/shop/deliveries/{has.delivery}"),
    "source_mapping.show": Place("Ada", at("/hr/sources/shop/mapping")),
    "tokens.index": Place("Ada", at("/hr/tokens")),
    "effect.show": Place("Hana", at("/hr/book/incentive/ten-contacts-lunch/effect")),
    "dry_run.show": Place("Hana", draft("dry-run?from={first}&to={last}")),
    "privacy.index": Place("Alice", at("/privacy")),
    "privacy.changes": Place("Alice", at("/privacy/changes")),
    "privacy_settings.index": Place("Ada", at("/privacy/settings")),
    "letters.one": Place("Ada", lambda has: f"/letters/{has.letter}"),
    "ownership.index": Place("Mei", at("/ownership")),
    "ownership.show": Place("Mei", lambda has: f"/ownership/{has.gap}"),
    "ownership.leaver": Place("Mei", lambda has: f"/ownership/leaver/{has.leaver}"),
    "ownership.decided": Place("Mei", at("/ownership/decided")),
    "ownership.history": Place("Mei", at("/ownership/history")),
    "letters_out.stop_form": Place(None, lambda has: f"/letters/out/{has.way_out}"),
    "timetable.index": Place("Ada", at("/timetable")),
    "digest.index": Place("Mei", at("/digest")),
    "directors.index": Place("Hana", at("/directors")),
    "directors.show": Place("Ada", at("/directors/2020-01")),
    "directors.readers": Place("Hana", at("/hr/digests/directors")),
    "my_letters.index": Place("Alice", at("/me/letters")),
    "digest.thank": Place("Mei", lambda has: f"/digest/thanks/{has['Alice'].number}"),
    "digest.log": Place("Hana", at("/hr/digests")),
    "digest.of_person": Place("Hana", lambda has: f"/hr/digests/{has['Mei'].number}"),
}
# More than one face of a page, and pages without a route of their own.
FACES = {
    "home, the first time": Place("Finn", at("/")),
    "an audit: who is probably found": Place("Leo", audit("{audit}?show=probable")),
    "an audit: everybody": Place("Hana", audit("{audit}?show=all")),
    "an audit: nobody is like that": Place("Leo", audit("{audit}?show=all&q=xyz")),
    "nobody's rows": Place("Bob", at("/audits/rows")),
    "home of a cashier": Place("Carl", at("/")),
    "a board of teams": Place("Alice", at("/boards/teams-this-month")),
    "a board of a team": Place("Mei", at("/boards/contacts-this-week?scope=team")),
    "a board without anybody": Place("Alice", at("/boards/contacts-this-week?period=2026-W01")),
    "a reward that was used": Place("Alice", own("/rewards/{eaten}")),
    "a bonus without a plan": Place("Carl", at("/bonus")),
    "a journal of what there is not": Place("Ada", at("/hr/journal?who=Mei&action=changes&since=2026-01-01")),
    "roles that nobody has": Place("Hana", at("/hr/roles?q=nobody")),
    "workbooks that wait": Place("Mei", at("/lead/workbooks?show=waiting")),
    "stand-ins, for HR": Place("Hana", at("/stand-in")),
    "a run that one sent to review": Place("Hana", run("{month}")),
    "a run that is with payroll": Place("Hana", run("{closed}?notice=zero")),
    "people who are searched for": Place("Ada", at("/hr/people?q=ali&team=Sales+North&show=working")),
    "nobody is put aside": Place("Ada", at("/hr/people/unmatched?show=aside")),
    "a dry run of everybody, by difference": Place(
        "Ann", draft("dry-run?all=1&sort=difference&from={first}&to={last}")
    ),
    "a dry run of wrong days": Place("Hana", draft("dry-run?from=2026-02-30&to=x"), status=422),
    "what has ended of the book": Place("Hana", at("/hr/book?show=ended")),
    "a metric of the book": Place("Ann", at("/hr/book/metric/developed-contacts")),
    "a reward of the book": Place("Ada", at("/hr/book/reward/free-lunch")),
    "a draft that one sent": Place("Hana", written("{waiting}")),
    "a draft that somebody else sent": Place("Ann", written("{waiting}")),
    "a metric with a condition, being written": Place("Hana", written("{draft}/metric/complete-cards")),
    "a milestone, being written": Place("Hana", written("{draft}/milestone/contact.developed")),
    "a board, being written": Place("Hana", written("{draft}/board/teams-this-month")),
    "a new reward for an incentive": Place("Hana", written("{draft}/new/reward?for=incentive/first-deal&slot=earns")),
    "whose records are, of everybody": Place("Leo", at("/ownership?kind=left")),
    "whose records are, where nothing is open": Place("Olga", at("/ownership?kind=two")),
    "a question of whoever is answered by the desk": Place("Alice", at("/ask")),
    "questions that wait for nobody": Place("Carl", at("/questions")),
    "help that is not there": Place("Hana", at("/help?q=xyzzy")),
    "an entry of the help list that is changed": Place("Hana", lambda has: f"/help/write?entry={has.help}"),
    "a weekly letter of nobody": Place("Hana", at("/digest")),
    "what one contests": Place("Dave", at("/me/evidence")),
    "a team without anybody": Place("Alice", at("/team")),
    "nothing is there": Place("Alice", at("/nothing"), status=404),
    "not to be seen": Place("Carl", at("/letters"), status=403),
}
# What is opened by pages, not by people.
FILES = {
    "privacy.download": Place("Alice", at("/privacy/spoonful-privacy.html")),
    "audits.download": Place("Leo", audit("{audit}/import.csv")),
    "digest.letter": Place("Mei", at("/digest/letter")),
    "directors.letter": Place("Hana", at("/directors/letter")),
    "my_letters.letter": Place("Alice", at("/me/letters/letter")),
    "my_letters.past": Place("Alice", lambda has: f"/me/letters/{has.week}"),
    "digest.past": Place("Mei", lambda has: f"/digest/letters/{has.week}"),
    "digest.letter_of": Place("Hana", lambda has: f"/hr/digests/{has['Mei'].number}/letter"),
    "letters_out.view": Place(None, lambda has: f"/letters/view/{has.view}"),
    "budgets.download": Place("Hana", at("/hr/budgets.csv")),
    "book.download": Place("Hana", at("/hr/book.toml")),
    "value.download": Place("Hana", at("/rollout/value.csv")),
    "bonus.document": Place("Alice", lambda has: f"/bonus/sales-bonus/{has.month}/statement.json"),
    "bonus.document_of_person": Place(
        "Mei", lambda has: f"/bonus/sales-bonus/{has.month}/{has['Alice'].number}/statement.json"
    ),
    "bonus_payroll.file": Place("Hana", lambda has: f"/hr/bonuses/payroll/{has.batch}/payroll.csv"),
    "me.data": Place("Alice", at("/me/data.json")),
    "board.download": Place("Mei", at("/boards/contacts-this-week/lines.csv")),
    "journal_pages.download": Place("Hana", at("/hr/journal/journal.csv")),
    "journal_pages.head": Place("Hana", at("/hr/journal/head.txt")),
    "ownership.download": Place("Mei", at("/ownership/decided.xlsx")),
    "dry_run.download": Place("Hana", draft("dry-run.xlsx")),
    "letters.html": Place("Ada", lambda has: f"/letters/{has.letter}/html"),
    "letters.file": Place("Ada", lambda has: f"/letters/{has.letter}.eml"),
}


def pages(app):
    """Return the endpoints of all pages that can be opened."""
    blueprints = app.extensions["pages"]
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in rule.methods)
    return {rule.endpoint for rule in rules if rule.endpoint.partition(".")[0] in blueprints}
