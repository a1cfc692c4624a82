"""Budgets for HR: what there is, what is spent and promised, how long it lasts, who waits; and the decision beyond."""

from __future__ import annotations

import csv
import io
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import budgets
from adoption import clock
from adoption import explain
from adoption import facts
from adoption import languages
from adoption import stops
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.journal import NoReasonError
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import budget_parts
from adoption.pages import drawing
from adoption.pages import pocket
from adoption.pages import stories
from adoption.sheets import safe
from rules import period
from rules import wording
from rules.value import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.budgets import Overview
    from adoption.budgets import Pool
    from adoption.budgets import Shelf
    from adoption.facts import Known

bp: Blueprint = Blueprint("budgets", __name__)
HEADINGS = (
    *("reward", "title", "period", "budget", "unit", "allowed", "spent", "reserved", "left", "overspent", "waiting"),
    "paused",
)


class Ask(NamedTuple):
    """A spent budget about which HR is asked, and the last answer there was."""

    shelf: Shelf
    pool: Pool
    answer: budgets.Decided | None
    seen: int  # the number of the newest decision about any budget


@bp.get("/hr/budgets")
@permission("budgets:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show every budget, what is asked, what is promised, and what is stopped."""
    with facts.held():
        return _index(HTTPStatus.OK, None)


@bp.get("/hr/budgets/<key>")
@permission("budgets:read", door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show one reward: this period, the ones before, what draws on it, how long it lasts, and its terms."""
    with facts.held():
        return _show(key, clock.now())


def _show(key: str, now: int) -> str:
    known = facts.current()
    shelf = _shelf(key, now)
    incentives = [_incentive(known, one, shelf) for one in shelf.incentives]
    return render_template(
        "budgets/show.html",
        shelf=shelf,
        pool=shelf.running,
        reward=shelf.reward,
        said=wording.sentence(shelf.reward, known.book, budget_parts.code()),
        incentives=incentives,
        decisions=budgets.decisions(key),
        today=known.today(now),
        may_stop=auth.caller().reach("incentives:stop") is auth.ALL,
        moment=lambda at: languages.current().moment(period.moment(at)),
        parts=budget_parts,
        name_of=lambda first: _name(shelf, first),
        **drawing.HELPERS,
    )


@bp.get("/hr/budgets/<key>/awards")
@permission("awards:read", door=SESSION)
def awards(key: str) -> ResponseReturnValue:
    """List the awards behind a number of a budget, for whoever may see everybody's."""
    if auth.caller().reach("awards:read") is not auth.ALL:
        raise ForbiddenError
    with facts.held():
        return _awards(key)


def _awards(key: str) -> str:
    known = facts.current()
    reward = known.book.rewards.get(key)
    kind = request.args.get("show", "drawn")
    if reward is None or kind not in budgets.KINDS:
        raise NotFoundError
    written, first = request.args.get("period", ""), None
    if written not in {"", "ever"}:
        try:
            first = period.parse(written)[1]
        except ValueError:
            raise NotFoundError from None
    piece = max(0, request.args.get("piece", 0, type=int))
    found, more = budgets.behind(reward, kind, first, min(piece, 100_000))
    return render_template(
        "budgets/awards.html",
        reward=reward,
        kind=kind,
        written=written,
        when=languages.current().moment,
        lines=[_line(known, one) for one in found],
        piece=piece,
        more=more,
        parts=budget_parts,
        moment=lambda at: languages.current().moment(period.moment(at), "short"),
    )


@bp.get("/hr/budgets.csv")
@permission("budgets:read", door=SESSION)
def download() -> ResponseReturnValue:
    """Give all budgets and stocks as a table: running periods and those before, in the unit of each budget."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for shelf in budgets.overview(clock.now()).shelves.values():
        for pool in (shelf.running, *shelf.past):
            writer.writerow(_row(pool))
    head = {"Content-Disposition": 'attachment; filename="budgets.csv"'}
    return Response("\N{BYTE ORDER MARK}" + out.getvalue(), headers=head, content_type="text/csv; charset=utf-8")


@bp.post("/hr/budgets/<key>/decide")
@permission("budgets:decide", door=SESSION)
def decide(key: str) -> ResponseReturnValue:
    """Allow more beyond a budget that is spent, or leave what waits waiting."""
    typed = {name: request.form.get(name, "") for name in ("period", "does", "more", "why")}
    try:
        first = period.parse(typed["period"])[1]
    except ValueError:
        raise NotFoundError from None
    number = {"all": None, "none": 0}.get(typed["does"], -1)
    if typed["does"] == "some":
        number = int(typed["more"]) if typed["more"].strip().isascii() and typed["more"].strip().isdigit() else -1
        number = number or -1  # to allow none is another answer
    seen = request.form.get("seen", type=int)
    try:
        given, _ = budgets.allow(key, first, number, typed["why"], auth.caller().by, clock.now(), seen=seen)
    except budgets.DecidedError as error:
        db.session.rollback()
        return _index(error.status, None, gettext("Somebody has decided in the meantime. This is how it stands now."))
    except NoReasonError as error:
        db.session.rollback()
        fault = gettext("Say why, in at most %(n)s characters: the journal keeps it.", n=LONGEST_REASON)
        return _index(error.status, {**typed, "key": key, "fault": "why", "said": fault})
    except budgets.MostError as error:
        db.session.rollback()
        fault = gettext("Choose an answer; of “so many more”, say how many, from 1 to 100,000.")
        return _index(error.status, {**typed, "key": key, "fault": "more", "said": fault})
    if typed["does"] == "none":
        flash(gettext("Noted. They go on waiting."))
    else:
        flash(ngettext("%(n)s award was given out.", "%(n)s awards were given out.", given))
    return redirect(url_for("budgets.index"), HTTPStatus.SEE_OTHER)


# --- the index


def _index(status: HTTPStatus, typed: Mapping[str, str] | None, refused: str | None = None) -> ResponseReturnValue:
    known, now = facts.current(), clock.now()
    found = budgets.overview(now)
    shelves = list(found.shelves.values())
    page = render_template(
        "budgets/index.html",
        refused=refused,
        notices=[one for shelf in shelves for one in _notices(shelf, found.today)],
        asks=_asks(found),
        typed=typed or {},
        budgeted=[shelf for shelf in shelves if shelf.budgeted],
        others=[shelf for shelf in shelves if not shelf.budgeted],
        liability=_liability(found),
        stopped=_stopped(known),
        may_decide=auth.caller().reach("budgets:decide") is auth.ALL,
        may_stop=auth.caller().reach("incentives:stop") is auth.ALL,
        today=found.today,
        moment=lambda at: languages.current().moment(period.moment(at), "short"),
        parts=budget_parts,
        **drawing.HELPERS,
    )
    return page, status


def _notices(shelf: Shelf, today: int) -> list[tuple[str, str]]:
    """Return what HR should know about a reward: the notice, and where it leads."""
    pool, address = shelf.running, url_for("budgets.show", key=shelf.key)
    words = {"title": wording.quoted(budget_parts.title(shelf.reward), budget_parts.code())}
    found = []
    if shelf.budgeted and pool.left == 0:
        then = budget_parts.THEN[shelf.reward.budget.when_spent]() if shelf.reward.budget else ""
        words |= {"period": budget_parts.period_name(pool), "then": then}
        found.append((gettext("%(title)s: the budget of %(period)s is spent. %(then)s", **words), address))
    elif shelf.budgeted and (pool.share or 0) >= budget_parts.NEARLY:
        words |= {"period": budget_parts.period_name(pool), "state": budget_parts.state(pool)[0]}
        words |= {"lasts": budget_parts.foretold(shelf)}
        found.append((gettext("%(title)s, budget of %(period)s: %(state)s. %(lasts)s", **words), address))
    if shelf.low(today):
        words |= {"stock": budget_parts.stock(shelf)}
        found.append((gettext("%(title)s: %(stock)s", **words), address))
    return found


def _asks(found: Overview) -> list[Ask]:
    """Return the budget periods for which awards wait until HR answers, those without an answer first."""
    asking = [
        shelf for shelf in found.shelves.values() if shelf.reward.budget and shelf.reward.budget.when_spent == "ask"
    ]
    pools = [(shelf, pool) for shelf in asking for pool in (shelf.running, *shelf.past) if pool.waiting]
    made = budgets.decisions() if pools else []
    answers, seen = {(one.reward, one.first): one for one in reversed(made)}, made[0].number if made else 0
    asks = [Ask(shelf, pool, answers.get((shelf.key, pool.first)), seen) for shelf, pool in pools]
    return sorted(asks, key=lambda one: (one.answer is not None, one.pool.first))


def _liability(found: Overview) -> list[str]:
    """Say what is promised and not used yet: how many vouchers, and what they are worth in each currency."""
    tongue = languages.current()
    count, worth = 0, Counter[str]()
    for shelf in found.shelves.values():
        if shelf.reward.kind == "voucher":
            count += shelf.open
            if shelf.reward.costs is not None and shelf.reward.currency:
                worth[shelf.reward.currency] += shelf.open * shelf.reward.costs  # type: ignore[assignment]  # exact decimals
    written = [tongue.money(total, currency) for currency, total in sorted(worth.items()) if total]  # type: ignore[arg-type]  # likewise
    return [tongue.number(count), " + ".join(written)]


def _stopped(known: Known) -> list[dict[str, Any]]:
    found = stops.history() if known.stopped else []
    waits = stops.waiting_of(known.stopped) if found else {}
    lines = []
    for one in found:
        line = known.timelines.incentives.get(one.incentive)
        title = wording.title_of(line[-1].body if line else None, one.incentive, budget_parts.code())
        lines.append({"stop": one, "title": title, "waiting": waits.get(one.incentive, 0)})
    return lines


# --- one reward


def _shelf(key: str, now: int) -> Shelf:
    found = budgets.overview(now, key).shelves.get(key)
    if found is None:
        msg = f"There is no reward {key[:80]!r}."
        raise NotFoundError(msg)
    return found


def _name(shelf: Shelf, first: int) -> str:
    """Name a budget period of a reward."""
    return budget_parts.period_name(budgets.Pool(shelf.reward, first, first, None))


def _incentive(known: Known, key: str, shelf: Shelf) -> dict[str, Any]:
    incentive = known.book.incentives[key]
    since = known.stopped.get(key)
    return {
        "key": key,
        "title": wording.title_of(incentive, key, budget_parts.code()),
        "said": wording.sentence(incentive, known.book, budget_parts.code()),
        "drawn": shelf.by_incentive.get(key, 0),
        "paused": None if since is None else known.day_of(since),
    }


def _line(known: Known, one: budgets.Held) -> dict[str, Any]:
    incentive = known.book.incentives.get(one.incentive)
    return {
        "who": stories.holder_name(one.name.holder),
        "title": wording.title_of(incentive, one.incentive, budget_parts.code()),
        "state": pocket.STATES[one.status](),
        "tone": pocket.TONES.get(one.status, ""),
        "granted": one.granted,
        "why": url_for("why.award", id=explain.written(explain.AwardKey(*one.name))),
    }


def _row(pool: Pool) -> list[str]:
    """Write a budget period with plain numbers, in money where one piece costs something."""
    reward = pool.reward
    priced = reward.costs is not None and reward.currency
    each = reward.costs if priced and reward.costs is not None else 1
    numbers = (pool.allowed, pool.spent, pool.reserved, pool.left, pool.overspent, pool.waiting, pool.paused)
    written = ["" if one is None else plain(one * each) for one in numbers]
    budget = "" if reward.budget is None else plain(reward.budget.amount)
    unit = reward.currency if priced and reward.currency else "pieces"
    return [
        safe(reward.key),
        safe(budget_parts.title(reward)),
        budget_parts.period_text(pool),
        budget,
        unit,
        *written,
    ]
