"""Who may open and send what at a browser: every page of the address map, asked by everybody, about everybody's things.

``ROUTES`` says for each page and each form how to ask it and whose thing it is about; who may is what the table of
permissions says.  A route that is not there fails a test.
"""

import re
import time
from typing import NamedTuple

import pytest
from sqlalchemy import delete

from adoption import auth
from adoption import explain
from adoption import facts
from adoption.auth import KEPT_DEVICE
from adoption.auth import PERMISSIONS
from adoption.auth import devices
from adoption.auth import sessions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Allowance
from adoption.models import Award
from adoption.models import Preference
from adoption.models import Redemption
from adoption.models import WebSession
from adoption.pages import frame
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import NORTH
from tests.staff import PEOPLE
from tests.staff import SOUTH
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Till
from tests.visitors import Visitor

ROLES = {
    "Alice": "employee", "Mei": "manager", "Olga": "manager", "Dana": "manager", "Hana": "hr", "Ann": "approver",
    "Leo": "lead", "Carl": "cashier", "Ada": "admin",
}  # fmt: skip  # one of each role; of the managers one leads Alice, one leads another team, one leads both
NOBODY = ("a stranger", "Lea, who has left", "a revoked session", "a revoked device", "a token")
DEVICE = "a device"
CAST = (*ROLES, DEVICE, *NOBODY)
TEAMS = {team: {name for name, (_, its, _) in PEOPLE.items() if its == team} for team in (NORTH, SOUTH)}
LED = {"Mei": TEAMS[NORTH], "Olga": TEAMS[SOUTH], "Dana": TEAMS[NORTH] | TEAMS[SOUTH]}
OWNERS = (
    "own",
    "Alice",
    "Bob",
    "Иван",
    "team",
)  # one's own, and (seen by Alice) her own, a colleague's, another team's
UNKNOWN = "nobody"
MARK = "…"


class Route(NamedTuple):
    """How a page or a form is asked.

    ``about`` is the kind of thing in the address, ``form`` what is sent, ``answers`` with what somebody who may is
    answered, ``reach`` whether those who lead may too (else it is one's own business), ``least`` how far the permission
    has to reach.
    """

    path: str
    answers: tuple[int, ...] = (200,)
    about: str | None = None
    form: dict | None = None
    reach: bool = True
    least: auth.Reach = auth.OWN


GONE = (404,)
DONE = (303,)
CHANGED = (409,)
ROUTES = {
    "GET home.week": Route("/"),
    "GET home.today": Route("/today"),
    "POST home.put_away": Route("/welcome", DONE, form={}),
    "GET why.award": Route("/awards/{lunch}/why", about="award"),
    "GET why.record": Route("/records/{record}", about="record"),
    "GET why.search": Route("/records?q=Robin"),
    "GET why.not_yet": Route("/incentives/ten-contacts-lunch/why-not-yet"),
    "GET board.index": Route("/boards", (302,)),
    "GET board.show": Route("/boards/contacts-this-week"),
    "GET board.download": Route("/boards/contacts-this-week/lines.csv", least=auth.REPORTS),
    "GET rewards.index": Route("/rewards"),
    "GET rewards.voucher": Route("/rewards/{lunch}", about="award", reach=False),
    "GET rewards.options": Route("/rewards/{choosing}/choose", (200, 303), about="award", reach=False),
    "POST rewards.choose": Route("/rewards/{choosing}/choose", DONE, "award", {}, reach=False),
    "POST rewards.take": Route("/rewards/{lunch}/day", DONE, "award", {"day": "soon"}, reach=False),
    "POST rewards.give_back": Route("/rewards/{lunch}/cancel", DONE, "award", {}, reach=False),
    "GET me.index": Route("/me"),
    "GET me.data": Route("/me/data.json"),
    "POST me.show_as": Route("/me/shown", DONE, form={"shown": "name"}),
    "POST me.speak": Route("/me/speech", DONE, form={}),
    "POST me.end": Route("/me/sessions/{session}/end", DONE, "session", {}),
    "POST me.end_others": Route("/me/sessions/end-others", DONE, form={}),
    "GET evidence_pages.mine": Route("/me/evidence"),
    "POST evidence_pages.contest": Route("/me/evidence/contest", CHANGED, form={"reason": "other"}),
    "POST evidence_pages.withdraw": Route("/me/evidence/withdraw", CHANGED, form={}),
    "POST evidence_pages.ask": Route("/me/evidence/help", DONE, form={"kind": "quest"}),
    "POST evidence_pages.end": Route("/me/evidence/help/999999/end", DONE, form={}),
    "POST evidence_pages.remind": Route("/me/evidence/remind", DONE, form={}),
    "POST evidence_pages.check_in": Route("/me/evidence/check-in", CHANGED, form={"answer": "away"}),
    "POST evidence_pages.champion": Route("/me/evidence/champion", CHANGED, form={"say": "yes"}),
    "GET team.index": Route("/team"),
    "GET flag_queue.index": Route("/lead/flags"),
    "GET flag_queue.one": Route("/lead/flags/999999", GONE),
    "POST flag_queue.confirm": Route("/lead/flags/999999/confirm", GONE, form={}),
    "POST flag_queue.decline": Route("/lead/flags/999999/decline", GONE, form={"why": "x"}),
    "POST flag_queue.answer": Route("/lead/flags/999999/answer", GONE, form={"why": "x"}),
    "POST flag_queue.name": Route("/lead/champions", (422,), form={"who": ""}),
    "POST flag_queue.end": Route("/lead/champions/999999/end", CHANGED, form={}),
    "GET about.counted": Route("/what-we-count"),
    "GET counter.index": Route("/counter"),
    "POST counter.scan": Route("/counter/scan", form={"code": "K7QX-4MPT"}),
    "POST counter.undo": Route("/counter/undo", form={"redemption": "1"}),
    "GET devices.register_form": Route("/counter/register"),
    "POST devices.register": Route("/counter/register", DONE, form={"canteen": ""}),
    "POST devices.revoke": Route("/counter/devices/{device}/revoke", DONE, "device", {}),
    "GET devices.token_form": Route("/counter/token"),
    "POST devices.use_token": Route("/counter/token", DONE, form={"token": "x"}),
    "GET letters.index": Route("/letters"),
    "GET packs.index": Route("/hr/book/packs"),
    "POST packs.add": Route("/hr/book/packs/habits", DONE, form={"draft": "new"}),
    "GET start.index": Route("/hr/start"),
    "POST start.keep": Route("/hr/start/steps/letter", DONE, form={"do": "skip"}),
    "POST start.letter": Route("/hr/start/letter", DONE, form={}),
    "POST start.invite": Route("/hr/start/invite", DONE, form={}),
    "POST start.samples": Route("/hr/start/samples", DONE, form={"do": "load"}),
    "GET letters.one": Route("/letters/{letter}", about="letter"),
    "GET letters.html": Route("/letters/{letter}/html", about="letter"),
    "GET letters.file": Route("/letters/{letter}.eml", about="letter"),
    "GET privacy.index": Route("/privacy"),
    "GET privacy.download": Route("/privacy/spoonful-privacy.md"),
    "GET privacy.changes": Route("/privacy/changes"),
    "GET privacy_settings.index": Route("/privacy/settings"),
    "POST privacy_settings.turn_on": Route("/privacy/settings/on", (422,), form={}),
    "POST privacy_settings.turn_off": Route("/privacy/settings/off", (422,), form={}),
    "GET letters_out.stop_form": Route("/letters/out/x", GONE),
    "POST letters_out.stop": Route("/letters/out/x", GONE, form={}),
    "POST letters_out.again": Route("/letters/out/x/again", GONE, form={}),
    "GET letters_out.view": Route("/letters/view/x", GONE),
    "GET timetable.index": Route("/timetable"),
    "POST timetable.run": Route("/timetable/nothing/run", GONE, form={}),
    "GET digest.index": Route("/digest"),
    "POST digest.choose": Route("/digest", (422,), form={"active": "1", "weekday": "9", "hour": "8"}),
    "POST digest.test": Route("/digest/test", DONE, form={}),
    "GET digest.letter": Route("/digest/letter"),
    "GET digest.past": Route("/digest/letters/2020-W01", GONE),
    "GET digest.thank": Route("/digest/thanks/999999", GONE),
    "POST digest.say_thanks": Route("/digest/thanks/999999", GONE, form={"words": "x"}),
    "GET directors.index": Route("/directors", least=auth.ALL),
    "POST directors.choose": Route("/directors", GONE, form={"active": "1"}, least=auth.ALL),
    "GET directors.show": Route("/directors/2020-01", least=auth.ALL),
    "GET directors.letter": Route("/directors/letter", least=auth.ALL),
    "GET directors.readers": Route("/hr/digests/directors"),
    "POST directors.add": Route("/hr/digests/directors", (422,), form={"email": "nobody"}),
    "POST directors.remove": Route("/hr/digests/directors/999999/remove", GONE, form={}),
    "GET my_letters.index": Route("/me/letters"),
    "POST my_letters.choose": Route("/me/letters", (422,), form={"active": "1", "weekday": "9", "hour": "8"}),
    "POST my_letters.test": Route("/me/letters/test", DONE, form={}),
    "GET my_letters.letter": Route("/me/letters/letter"),
    "GET my_letters.past": Route("/me/letters/2020-W01", GONE),
    "GET digest.log": Route("/hr/digests", least=auth.ALL),
    "POST digest.name_people": Route("/hr/digests/named", DONE, form={"named": "1"}, least=auth.ALL),
    "GET digest.of_person": Route("/hr/digests/999999", GONE, least=auth.ALL),
    "GET digest.letter_of": Route("/hr/digests/999999/letter", GONE, least=auth.ALL),
    "GET workbooks.mine": Route("/me/workbooks"),
    "POST workbooks.propose": Route("/me/workbooks", (422,), form={}),
    "GET workbooks.index": Route("/lead/workbooks", least=auth.REPORTS),
    "POST workbooks.enrol": Route("/lead/workbooks", (422,), form={}, least=auth.REPORTS),
    "POST workbooks.decide": Route("/lead/workbooks/999999/registered", GONE, form={}, least=auth.REPORTS),
    "GET feeds.index": Route("/feeds"),
    "GET feeds.new": Route("/feeds/new"),
    "POST feeds.connect": Route("/feeds/new", (422,), form={}),
    "GET feeds.show": Route("/feeds/office"),
    "POST feeds.load": Route("/feeds/office/file", (422,), form={}),
    "POST feeds.change": Route("/feeds/office", (422,), form={}),
    "POST feeds.pause": Route("/feeds/nowhere/pause", GONE, form={}),
    "POST feeds.resume": Route("/feeds/office/resume", DONE, form={}),
    "POST feeds.remove": Route("/feeds/nowhere/remove", GONE, form={}),
    "GET channels.index": Route("/channels"),
    "GET channels.new": Route("/channels/new"),
    "POST channels.connect": Route("/channels/new", (422,), form={}),
    "GET channels.show": Route("/channels/1"),
    "POST channels.change": Route("/channels/1", (422,), form={}),
    "POST channels.test": Route("/channels/999999/test", GONE, form={}),
    "POST channels.pause": Route("/channels/999999/pause", GONE, form={}),
    "POST channels.resume": Route("/channels/1/resume", DONE, form={}),
    "POST channels.remove": Route("/channels/1/remove", (422,), form={}),
    "GET roles.index": Route("/hr/roles"),
    "POST roles.grant": Route("/hr/roles", (422,), form={"who": "nobody@example.com"}),
    "POST roles.revoke": Route("/hr/roles/999999/revoke", GONE, form={}),
    "GET stand_ins.form": Route("/stand-in"),
    "POST stand_ins.hand_over": Route("/stand-in", (422,), form={"receiver": "nobody@example.com"}),
    "POST stand_ins.end": Route("/stand-ins/999999/end", GONE, form={}),
    "GET journal_pages.index": Route("/hr/journal", least=auth.ALL),
    "GET journal_pages.download": Route("/hr/journal/journal.csv", least=auth.ALL),
    "GET journal_pages.head": Route("/hr/journal/head.txt", least=auth.ALL),
    "POST journal_pages.check": Route("/hr/journal/check", DONE, form={}),
    "GET bonus.index": Route("/bonus"),
    "GET bonus.team": Route("/bonus/team", least=auth.REPORTS),
    "GET bonus.statement": Route("/bonus/sales-bonus/{month}"),
    "GET bonus.document": Route("/bonus/sales-bonus/{month}/statement.json"),
    "GET bonus.of_person": Route("/bonus/sales-bonus/{month}/{number}", about="statement"),
    "GET bonus.document_of_person": Route("/bonus/sales-bonus/{month}/{number}/statement.json", about="statement"),
    "POST bonus.ask": Route("/bonus/sales-bonus/{month}/ask", (404,), form={"place": "99", "question": "Why?"}),
    "GET bonus_runs.index": Route("/hr/bonuses"),
    "GET bonus_runs.show": Route("/hr/bonuses/sales-bonus/{month}"),
    "GET bonus_runs.statement": Route("/hr/bonuses/sales-bonus/{month}/{number}", about="statement"),
    "POST bonus_runs.freeze": Route("/hr/bonuses/no-such-plan/{month}/freeze", GONE, form={}),
    "POST bonus_runs.take": Route("/hr/bonuses/no-such-plan/{month}/send", GONE, form={}),
    "POST bonus_runs.approve": Route("/hr/bonuses/no-such-plan/{month}/approve", GONE, form={}),
    "GET bonus_figures.show": Route("/hr/bonuses/sales-bonus/{month}/figures"),
    "POST bonus_figures.preview": Route("/hr/bonuses/no-such-plan/{month}/figures", GONE, form={}),
    "POST bonus_figures.confirm": Route("/hr/bonuses/no-such-plan/{month}/figures/confirm", GONE, form={}),
    "POST bonus_by_hand.adjust": Route("/hr/bonuses/no-such-plan/{month}/adjustments", GONE, form={}),
    "POST bonus_by_hand.withdraw": Route("/hr/bonuses/no-such-plan/{month}/adjustments/9/withdraw", GONE, form={}),
    "GET bonus_by_hand.disputes": Route("/hr/bonuses/disputes"),
    "POST bonus_by_hand.answer": Route("/hr/bonuses/disputes/999999/answer", (404, 422), form={}),
    "GET bonus_payroll.show": Route("/hr/bonuses/sales-bonus/{month}/payroll"),
    "POST bonus_payroll.export": Route("/hr/bonuses/no-such-plan/{month}/payroll", GONE, form={}),
    "POST bonus_payroll.save": Route("/hr/bonuses/no-such-plan/{month}/payroll/columns", GONE, form={}),
    "GET bonus_payroll.file": Route("/hr/bonuses/payroll/999999/payroll.csv", GONE),
    "GET effect.show": Route("/hr/book/incentive/ten-contacts-lunch/effect"),
    "GET dry_run.show": Route("/hr/book/drafts/{draft}/dry-run"),
    "POST dry_run.begin": Route("/hr/book/drafts/{draft}/dry-run", DONE, form={}),
    "POST dry_run.cancel": Route("/hr/book/drafts/{draft}/dry-run/cancel", DONE, form={}),
    "GET dry_run.download": Route("/hr/book/drafts/{draft}/dry-run.csv"),
    "GET bonus_plans.index": Route("/hr/plans", least=auth.ALL),
    "GET bonus_plans.show": Route("/hr/plans/sales-bonus", least=auth.ALL),
    "GET bonus_plans.simulate": Route("/hr/plans/sales-bonus/simulate"),
    "POST bonus_plans.simulated": Route("/hr/plans/sales-bonus/simulate", (200, 422), form={}),
    "POST bonus_plans.drafted": Route("/hr/plans/sales-bonus/draft", (303, 422), form={}),
    "POST bonus_plans.download": Route("/hr/plans/sales-bonus/simulate.csv", (200, 422), form={}),
    "GET audits.index": Route("/audits", (200, 302)),
    "GET audits.mine": Route("/audits/mine"),
    "POST audits.upload": Route("/audits", (422,), form={"shared": "0"}),
    "GET audits.show": Route("/audits/{audit}", least=auth.ALL),
    "POST audits.change": Route("/audits/999999", GONE, form={"do": "delete"}),
    "POST audits.compare": Route("/audits/999999/compare", GONE, form={}),
    "GET audits.columns": Route("/audits/{sheet}/columns", least=auth.ALL),
    "POST audits.confirm": Route("/audits/999999/columns", GONE, form={}),
    "POST audits.step": Route("/audits/999999/rows", GONE, form={}),
    "GET audits.own": Route("/audits/rows"),
    "POST audits.judge": Route("/audits/rows", GONE, form={"one": "999999-1:put_off"}),
    "GET audits.download": Route("/audits/{audit}/import.csv", least=auth.ALL),
    "GET rollout.index": Route("/rollout"),
    "GET rollout.wave": Route("/rollout/wave?name=第一批"),
    "POST rollout.save_wave": Route("/rollout/wave", (422,), form={"was": "", "name": ""}),
    "POST rollout.decide": Route("/rollout/wave/decision", (422,), form={"name": "第一批"}),
    "GET rollout.goals": Route("/rollout/goals"),
    "POST rollout.choose": Route("/rollout/goals", (422,), form={"title": ""}),
    "POST rollout.drop": Route("/rollout/goals/0/drop", (404,), form={}),
    "GET rollout.diagnosis": Route("/rollout/diagnosis"),
    "POST rollout.look": Route("/rollout/diagnosis/data", DONE, form={}),
    "GET rollout.quest_list": Route("/rollout/quests"),
    "GET rollout.edit_quest": Route("/rollout/quests/edit?key=merge"),
    "POST rollout.count_quests": Route("/rollout/quests/count", DONE, form={}),
    "POST rollout.offer_quest": Route("/rollout/quests/merge/offer", DONE, form={"offered": "no"}),
    "POST rollout.save_quest": Route("/rollout/quests/edit", (422,), form={"title": ""}),
    "POST rollout.remove_quest": Route("/rollout/quests/own-9/remove", GONE, form={}),
    "GET practice.index": Route("/practice"),
    "GET practice.mine": Route("/me/practice"),
    "POST practice.choose": Route("/me/practice", GONE, form={"choice": "no"}),
    "GET quests.index": Route("/quests"),
    "GET quests.show": Route("/quests/plan-meeting"),
    "POST quests.choose": Route("/quests/plan-meeting/later", DONE, form={}),
    "POST rollout.answer": Route("/rollout/diagnosis", DONE, form={"products": "Bicycles"}),
    "GET value.index": Route("/rollout/value"),
    "GET value.download": Route("/rollout/value.csv"),
    "POST value.count": Route("/rollout/value/count", DONE, form={}),
    "POST value.assume": Route("/rollout/value/assumptions", (422,), form={}),
    "POST value.usual": Route("/rollout/value/assumptions/help/usual", DONE, form={}),
    "GET asking.form": Route("/ask?about=/"),
    "POST asking.ask": Route("/ask", (422,), form={"text": " "}),
    "GET asking.mine": Route("/ask/mine"),
    "POST asking.go_on": Route("/ask/mine/999999", GONE, form={"do": "helped"}),
    "GET answering.index": Route("/questions"),
    "GET answering.one": Route("/questions/999999", GONE),
    "POST answering.answer": Route("/questions/999999", GONE, form={"do": "answer", "text": "x"}),
    "GET help_list.index": Route("/help"),
    "GET help_list.form": Route("/help/write", least=auth.ALL),
    "POST help_list.write": Route("/help/write", (422,), form={"title": "x"}, least=auth.ALL),
    "POST help_list.judge": Route("/help/999999", GONE, form={"do": "useful"}),
    "GET budgets.index": Route("/hr/budgets"),
    "GET budgets.show": Route("/hr/budgets/free-lunch"),
    "GET budgets.awards": Route("/hr/budgets/free-lunch/awards", least=auth.ALL),
    "GET budgets.download": Route("/hr/budgets.csv"),
    "POST budgets.decide": Route(
        "/hr/budgets/no-such/decide", GONE, form={"period": "2026-11", "does": "all", "why": "x"}
    ),
    "GET book.index": Route("/hr/book"),
    "GET book.show": Route("/hr/book/incentive/ten-contacts-lunch"),
    "GET book.drafts_list": Route("/hr/book/drafts"),
    "GET book.download": Route("/hr/book.toml"),
    "POST book.upload": Route("/hr/book/file", (422,), form={}),
    "POST book.begin": Route("/hr/book/drafts", DONE, form={}),
    "GET book.draft": Route("/hr/book/drafts/{draft}"),
    "POST book.decide": Route("/hr/book/drafts/999999", GONE, form={}),
    "POST book.judge": Route("/hr/book/drafts/999999/decision", GONE, form={"act": "approve"}),
    "POST book.parts": Route("/hr/book/drafts/999999/parts", GONE, form={}),
    "GET book.choose": Route("/hr/book/drafts/{draft}/choose?what=reward/free-lunch", DONE),
    "GET book.edit": Route("/hr/book/drafts/{draft}/incentive/steady-week"),
    "POST book.edited": Route("/hr/book/drafts/999999/incentive/steady-week", GONE, form={}),
    "POST book.edit_preview": Route("/hr/book/drafts/999999/incentive/steady-week/preview", GONE, form={}),
    "POST book.edit_effect": Route("/hr/book/drafts/999999/incentive/steady-week/effect", GONE, form={}),
    "GET book.new": Route("/hr/book/drafts/{draft}/new/reward"),
    "POST book.made": Route("/hr/book/drafts/999999/new/reward", GONE, form={}),
    "POST book.new_preview": Route("/hr/book/drafts/999999/new/reward/preview", GONE, form={}),
    "POST book.new_effect": Route("/hr/book/drafts/999999/new/reward/effect", GONE, form={}),
    "GET stops.show": Route("/hr/book/incentive/first-deal/stop"),
    "POST stops.stop": Route("/hr/book/incentive/no-such/stop", GONE, form={"why": "x"}),
    "POST stops.resume": Route("/hr/book/incentive/no-such/resume", GONE, form={"why": "x"}),
    "GET people.index": Route("/hr/people"),
    "GET people.new": Route("/hr/people/new"),
    "POST people.create": Route("/hr/people/new", (422,), form={"email": "nobody"}),
    "GET people.show": Route("/hr/people/{number}", about="person"),
    "POST people_changes.details": Route("/hr/people/{number}/details", (422,), "person", {"name": ""}),
    "POST people_changes.move": Route("/hr/people/{number}/move", (422,), "person", {"on": ""}),
    "POST people_changes.membership": Route("/hr/people/{number}/membership", GONE, "person", {"team": "0"}),
    "POST people_changes.lead": Route("/hr/people/{number}/manager", (422,), "person", {"on": ""}),
    "POST people_changes.management": Route("/hr/people/{number}/management", (422,), "person", {"manager": ""}),
    "POST people_changes.absences": Route("/hr/people/{number}/absences", (422,), "person", {}),
    "POST people_changes.identities": Route("/hr/people/{number}/identities", (422,), "person", {}),
    "POST people_changes.stay": Route("/hr/people/{number}/stay", (422,), "person", {"first": "never"}),
    "POST people_changes.again": Route("/hr/people/{number}/return", GONE, "person", {}),
    "GET people_lists.people": Route("/hr/people/upload"),
    "GET people_lists.show": Route("/hr/people/upload/holidays"),
    "POST people_lists.preview": Route("/hr/people/upload/people", (422,), form={}),
    "POST people_lists.confirm": Route("/hr/people/upload/people/confirm", (409,), form={"kept": "x"}),
    "GET people_strangers.index": Route("/hr/people/unmatched"),
    "POST people_strangers.recognise": Route("/hr/people/unmatched", GONE, form={"source": "x", "actor": "y"}),
    "POST people_strangers.recognise_all": Route("/hr/people/unmatched/certain", DONE, form={}),
    "POST people_strangers.put_aside": Route("/hr/people/unmatched/aside", GONE, form={"source": "x", "actor": "y"}),
    "GET people_teams.index": Route("/hr/teams"),
    "POST people_waves.change": Route("/hr/waves", (422,), form={"wave": "", "team": "nowhere"}),
    "POST people_teams.create": Route("/hr/teams", (422,), form={"name": ""}),
    "POST people_teams.rename": Route("/hr/teams/999999", GONE, form={"name": "X"}),
    "GET people_calendar.index": Route("/hr/calendar"),
    "GET people_calendar.show": Route("/hr/calendar/2027"),
    "POST people_calendar.change": Route("/hr/calendar/2027", (422,), form={"day": ""}),
    "POST people_calendar.copy": Route("/hr/calendar/1999/copy", GONE, form={}),
    "GET sources.index": Route("/hr/sources"),
    "GET sources.new": Route("/hr/new-source"),
    "POST sources.create": Route("/hr/new-source", (422,), form={"key": "A B", "proof": "secret"}),
    "GET sources.show": Route("/hr/sources/shop"),
    "POST sources.rotate": Route("/hr/sources/shop/rotate", (422,), form={"secret": "short"}),
    "POST sources.end_old": Route("/hr/sources/shop/end-old", DONE, form={}),
    "POST sources.pause": Route("/hr/sources/nowhere/pause", GONE, form={}),
    "POST sources.resume": Route("/hr/sources/shop/resume", DONE, form={}),
    "POST sources.link": Route("/hr/sources/shop/link", (422,), form={"template": "ftp://x"}),
    "POST sources.replay": Route("/hr/sources/shop/replay", DONE, form={}),
    "GET source_deliveries.show": Route("/hr/sources/shop/deliveries/{delivery}"),
    "POST source_deliveries.replay": Route("/hr/sources/shop/deliveries/999999/replay", GONE, form={}),
    "GET source_mapping.show": Route("/hr/sources/shop/mapping"),
    "POST source_mapping.change": Route("/hr/sources/shop/mapping", (422,), form={"mapping": "itms = 1"}),
    "GET ownership.index": Route("/ownership"),
    "GET ownership.show": Route("/ownership/999999", GONE),
    "POST ownership.decide": Route("/ownership/999999", GONE, form={"does": "leave", "why": "x"}),
    "GET ownership.leaver": Route("/ownership/leaver/999999", GONE),
    "POST ownership.share": Route("/ownership/leaver/999999", GONE, form={"give": "1-1"}),
    "GET ownership.decided": Route("/ownership/decided"),
    "GET ownership.download": Route("/ownership/decided.csv"),
    "GET ownership.history": Route("/ownership/history"),
    "GET tokens.index": Route("/hr/tokens"),
    "POST tokens.create": Route("/hr/tokens", (422,), form={"name": "x"}),
    "POST tokens.revoke": Route("/hr/tokens/999999/revoke", GONE, form={}),
    "POST frame.choose_language": Route("/language", DONE, form={"language": "en"}),
    "POST frame.choose_theme": Route("/theme", DONE, form={"theme": "dark"}),
    "GET sign_in.form": Route("/sign-in"),
    "POST sign_in.ask": Route("/sign-in", DONE, form={"address": "somebody@example.com"}),
    "GET sign_in.sent": Route("/sign-in/sent"),
    "GET sign_in.look": Route("/sign-in/x", (410,)),
    "POST sign_in.use": Route("/sign-in/x", (410,), form={}),
    "POST sign_in.choose": Route("/sign-in/as", GONE, form={"address": "alice@example.com"}),
    "POST sign_in.out": Route("/sign-out", DONE, form={}),
}
TO_THE_DOOR = {"POST sign_in.out", "POST devices.register", "POST devices.revoke"}  # where these lead
# Whose things there are; others belong to nobody in particular.
ABOUT = {"award": OWNERS, "record": OWNERS[:-1], "statement": OWNERS[:-1], "person": OWNERS[:-1]}


# --- the house, and who asks


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request, databases, tmp_path_factory):
    """Return an application in which everybody has something of everything; nothing here changes what they have."""
    settings = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
    for url in fresh(databases, request.param):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), **settings)) as app:
            app.testing = False
            app.staff = Staff()
            app.has = app.staff.live()
            app.team = team_award(app)
            yield app


@pytest.fixture
def house(town):
    """Return the application, in which nobody has tried anything too often."""
    begin_write().execute(delete(Allowance))
    db.session.commit()
    return town


def team_award(app):
    """Return an award of Alice's team, as addresses have it."""
    (team,) = facts.current().teams_on(app.staff["Alice"], app.staff.today)
    row = db.session.query(Award).where(Award.holder == -team).first()
    found = explain.written(explain.AwardKey(row.version, row.holder, row.period, row.ordinal))
    db.session.rollback()
    return found


def asker(app, who):
    """Return somebody at a browser of their own, just signed in."""
    if who == DEVICE:
        visitor = Till(app)
    elif who in ROLES:
        visitor = Visitor(app, app.staff[who])
    else:
        visitor = outsider(app, who)
    db.session.rollback()
    return visitor


def outsider(app, who):
    now = time.time_ns() // 1000
    if who == "Lea, who has left":
        return Visitor(app, app.staff["Lea"])
    if who == "a revoked session":
        visitor = Visitor(app, app.staff["Ada"])
        sessions.revoke(app.staff["Ada"], now)
        db.session.commit()
        return visitor
    if who == "a revoked device":
        visitor = Till(app)
        devices.revoke(max(one.id for one in devices.devices()))
        db.session.commit()
        return visitor
    visitor = Visitor(app)
    if who == "a token":
        token = auth.create_token(f"t{time.time_ns()}", ("admin",), email="ada@example.com", now=now)
        db.session.commit()
        visitor.headers |= {"Authorization": f"Bearer {token}"}
    return visitor


# --- what is expected


def sees(who, permission, owner):
    """Say whether the table opens to somebody what belongs to an owner."""
    reach = PERMISSIONS[permission].get(ROLES[who])
    if reach is auth.ALL or owner == who:
        return reach is not None
    return reach is auth.REPORTS and owner in LED.get(who, ())


def uses(who, owner):
    """Say whether a reward is somebody's to use: their own, or of a team of theirs, or that they lead."""
    return owner == who or (owner == "team" and (who in TEAMS[NORTH] or bool(LED.get(who, set()) & TEAMS[NORTH])))


def enters(app, who, key):
    """Say whether the table lets somebody through the door of a route."""
    access = auth.access_of(app, key.split()[1])
    if access.permission is None or access.door == KEPT_DEVICE:
        return access.permission is None or who == DEVICE
    reach = PERMISSIONS[access.permission].get(ROLES.get(who))
    return reach is not None and reach >= ROUTES[key].least


def may(app, who, key, owner):
    """Say whether somebody may ask a route about an owner's thing."""
    permission = auth.access_of(app, key.split()[1]).permission
    if not enters(app, who, key) or owner is None:
        return enters(app, who, key)
    if not ROUTES[key].reach:
        return uses(who, owner)
    owners = TEAMS[NORTH] if owner == "team" else {owner}
    return any(sees(who, permission, one) for one in owners)


# --- asking


def things(app, who, owner):
    """Return the parts of addresses that name things of an owner; ``UNKNOWN`` has what does not exist."""
    if owner == UNKNOWN:
        award = "7-9999-739000-1"
        named = {"lunch": award, "choosing": award, "eaten": award, "record": "contact/999999"}
        return named | {
            "number": "999999",
            "month": app.has.month,
            "draft": "999999",
            "audit": "999999",
            "sheet": "999999",
        }
    if owner == "team":
        return dict.fromkeys(("lunch", "choosing", "eaten"), app.team)
    mine = owner if owner in PEOPLE else who if who in PEOPLE else "Alice"
    till = str(app.staff.till("Canteen 2"))
    common = {"session": "999999", "device": till, "letter": str(app.has.letter), "month": app.has.month}
    common["delivery"] = str(app.has.delivery)
    common |= {"draft": str(app.has.draft), "audit": str(app.has.audit), "sheet": str(app.has.sheet)}
    return app.has[mine].written() | common


def ask(app, who, key, owner=None, **more):
    """Ask a route about an owner's thing; return the answer, and its text without what names the thing.

    ``headers`` go with a page, ``proof=False`` sends a form as no page of ours would.
    """
    route, visitor = ROUTES[key], asker(app, who)
    path = route.path.format_map(things(app, who, owner))
    answer = visitor.get(path, **more) if key.startswith("GET") else visitor.post(path, route.form, **more)
    db.session.rollback()
    text = answer.get_data(as_text=True)
    answer.close()
    named = text.replace(path.partition("?")[0], MARK)
    return answer, re.sub(r'(name="csrf_token" value=")[^"]+|urn:uuid:[\w-]+', MARK, named)


def closed(answer):
    """Say whether an answer shows nothing: a refusal, or the way to the door."""
    to_door = answer.status_code == 303 and answer.headers["Location"].partition("?")[0] in {
        "/sign-in",
        "/counter/register",
    }
    return to_door or answer.status_code in {401, 403, 404}


def owners_in(text):
    """Return whose contacts a text names: everybody's are called Robin, and have a hundred numbers of their own."""
    busy = [name for name in PEOPLE if name != "Finn"]
    return {busy[int(number) // 100] for number in re.findall(r"Robin (\d+)", text)}


def leaks(who, text):
    """Return whose contacts a text names that are not for somebody to see."""
    found = owners_in(text)
    return {one for one in found if who not in ROLES or not sees(who, "progress:read", one)}


# --- the tests


def page_routes(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in app.extensions["pages"]:
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield f"{method} {rule.endpoint}"


def test_every_page_and_every_form_is_in_the_matrix(sqlite_app):
    assert sorted(page_routes(sqlite_app)) == sorted(ROUTES)


def test_every_role_asks(sqlite_app):
    assert set(ROLES.values()) == set(auth.EVERYBODY)
    assert all(PEOPLE[name][0] == role for name, role in ROLES.items())


@pytest.mark.parametrize("who", CAST)
def test_pages_and_people_meet_only_where_the_table_says(house, who):
    for key, route in ROUTES.items():
        for owner in ABOUT.get(route.about, (None,)):
            answer, text = ask(house, who, key, owner)
            whose = who if owner == "own" and who in PEOPLE else "Alice" if owner == "own" else owner
            case = (who, key, owner, answer.status_code)
            if may(house, who, key, whose):
                assert answer.status_code in route.answers, case
                assert not closed(answer) or route.answers == GONE or key in TO_THE_DOOR, case
            else:
                assert closed(answer), case
                assert owners_in(text) == set(), case
            assert leaks(who, text) == set(), case


@pytest.mark.parametrize("who", CAST)
def test_a_form_without_proof_changes_nothing_whoever_sends_it(house, who):
    before = state()
    for key, route in ROUTES.items():
        if key.startswith("POST"):
            for owner in ABOUT.get(route.about, (None,)):
                answer, text = ask(house, who, key, owner, proof=False)
                refused = {404} if key.split()[1] in frame.PROVEN else {400, 401, 403}  # there the address is the proof
                assert answer.status_code in refused, (key, owner, answer.status_code)
                assert owners_in(text) == set()
    assert state() == before


def state():
    """Return everything that forms could change."""
    db.session.rollback()
    awards = db.session.query(Award.holder, Award.ordinal, Award.period, Award.status, Award.reward).all()
    used = db.session.query(Redemption.id, Redemption.undone).all()
    chosen = db.session.query(Preference.participant, Preference.shown, Preference.theme, Preference.language).all()
    return sorted(map(repr, awards)), sorted(map(repr, used)), sorted(map(repr, chosen))


@pytest.mark.parametrize("who", [name for name, role in ROLES.items() if role not in {"hr", "admin"}])
def test_what_is_not_ones_own_looks_like_what_does_not_exist(house, who):
    for key, route in ROUTES.items():
        if route.about not in ABOUT:
            continue
        nothing = ask(house, who, key, UNKNOWN)
        assert closed(nothing[0]), key
        for owner in ABOUT[route.about]:
            if owner != "own" and not may(house, who, key, owner):
                answer, text = ask(house, who, key, owner)
                assert (answer.status_code, text) == (nothing[0].status_code, nothing[1]), (key, owner)


@pytest.mark.parametrize("who", ["Alice", "Olga", "Carl"])
def test_teams_that_are_not_ones_own_look_like_teams_that_do_not_exist(house, who):
    foreign = SOUTH if who == "Alice" else NORTH
    visitor = asker(house, who)
    answers = [
        visitor.get("/boards/contacts-this-week", query_string={"scope": f"team:{team}"}) for team in (foreign, "?")
    ]
    assert {answer.status_code for answer in answers} == {403}
    one, other = (re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True)) for answer in answers)
    assert one == other


@pytest.mark.parametrize("who", CAST)
def test_parts_of_pages_are_as_closed_as_the_pages(house, who):
    for key, route in ROUTES.items():
        if key.startswith("GET"):
            for owner in ABOUT.get(route.about, (None,)):
                answer, text = ask(house, who, key, owner, headers={"X-Fragment": "1"})
                whose = who if owner == "own" and who in PEOPLE else "Alice" if owner == "own" else owner
                assert closed(answer) is not may(house, who, key, whose) or route.answers == GONE, (key, owner)
                assert leaks(who, text) == set(), (key, owner)


def test_a_search_finds_only_what_is_ones_own(house):
    visitor = asker(house, "Alice")
    bobs = house.has["Bob"].record
    for asked in (bobs, "Robin", bobs.replace("contact/", "Robin "), "%", "contact/"):
        answer = visitor.get("/records", query_string={"q": asked}, follow_redirects=True)
        text = answer.get_data(as_text=True).replace(asked, MARK)
        assert owners_in(text) <= {"Alice"}, asked
        assert bobs not in text


def test_somebody_elses_sessions_cannot_be_ended(house):
    bob = Visitor(house, house.staff["Bob"])
    db.session.rollback()
    number = db.session.query(WebSession.id).order_by(WebSession.id.desc()).first()[0]
    told = [
        asker(house, "Ada").post(f"/me/sessions/{one}/end", {}, follow_redirects=True).get_data(as_text=True)
        for one in (number, 999_999)
    ]
    assert "That browser is signed out already." in told[0]
    assert "That browser is signed out already." in told[1]
    assert bob.get("/me").status_code == 200


# --- a door opens nothing else


def test_a_session_and_a_device_open_nothing_in_the_api(house):
    ada, till = asker(house, "Ada"), asker(house, DEVICE)
    for rule in house.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or auth.access_of(house, rule.endpoint).permission is None:
            continue
        parts = dict.fromkeys(rule.arguments, "1")
        path = house.url_map.bind("localhost").build(rule.endpoint, parts)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            for visitor in (ada, till):
                assert visitor.client.open(path, method=method, json=[]).status_code == 401, path


def test_what_opens_one_door_does_not_fit_another(house):
    session = sessions.begin(house.staff["Ada"], "a test", time.time_ns() // 1000)
    db.session.commit()
    device = devices.register("Canteen 1", by=None, now=time.time_ns() // 1000)
    db.session.commit()
    bearer = auth.create_token("x", ("admin",), email=None, now=time.time_ns() // 1000)
    db.session.commit()
    for cookie, path, others in (
        (sessions.COOKIE, "/letters", (device, bearer)),
        (devices.COOKIE, "/counter", (session, bearer)),
    ):
        for secret in others:
            client = house.test_client()
            client.set_cookie(cookie, secret)
            assert client.get(path, headers={"Accept": "text/html"}).status_code == 303


def test_the_password_of_a_link_is_not_that_of_a_session(house):
    client = house.test_client()
    client.set_cookie(sessions.COOKIE, house.has.link)
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 303
    assert sessions.make_link(begin_write(), "lea@example.com", time.time_ns() // 1000) is None
