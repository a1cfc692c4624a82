"""``flask bonuses``: runs of bonus plans, from the freeze to payroll.  Approval needs people: no command gives it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from typing import BinaryIO

import click
from flask.cli import AppGroup
from sqlalchemy import func
from sqlalchemy import select

from adoption import bonuses
from adoption import clock
from adoption import facts
from adoption import people_csv
from adoption import rescoring
from adoption.bonuses import payroll
from adoption.bonuses import runs
from adoption.bonuses import uploading
from adoption.bonuses import working
from adoption.bonuses.runs import StillCountingError
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import BonusInput
from adoption.models import BonusLine
from adoption.models import BonusStatement
from rules import period as periods
from rules.bonus.exact import money_text
from rules.bonus.plan import FIGURE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from flask import Flask

    from adoption.bonuses.runs import Run
    from rules.bonus import Plan

group = AppGroup("bonuses", help="Runs of bonus plans: frozen, worked out, given to payroll.", no_args_is_help=True)
PROBLEMS = {  # what is wrong with a line of figures
    "unknown": "nobody has the e-mail address {0.said!r}",
    "twice": "{0.said} is there already, on line {0.other}",
    "number": "{0.said!r} is no number; write 1500 or 1500.50",
    "two ways": "{0.said!r} can be read in two ways; write thousands without a sign",
    "large": "{0.said} is too large",
    "blank": "there is no value",
}
_plan = click.argument("plan", metavar="PLAN")
_period = click.argument("period", metavar="PERIOD")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)


@group.command("list")
@click.option("--plan", metavar="PLAN", help="Only this plan.")
def listing(plan: str | None) -> None:
    """List the runs, the latest period first."""
    _common.need_database()
    query = select(BonusStatement.run, func.count(), func.sum(BonusStatement.total)).group_by(BonusStatement.run)
    sums = {run: (people, int(total)) for run, people, total in db.session.execute(query)}
    for row in bonuses.listed(plan):
        run = bonuses.find(row.id)
        people, total = sums.get(row.id, (0, 0))
        amount = f"{money_text(total)} {run.plan.currency}"
        click.echo(f"{row.plan}  {run.period}  {row.state}  {people} statements  {amount}")


@group.command("begin")
@_plan
@_period
def begin(plan: str, period: str) -> None:
    """Open a run of a plan for a period (2026-11, 2026-Q4, 2026)."""
    _common.need_database()
    try:
        bonuses.begin(plan, _first(period), clock.now())
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    found = _run(plan, period)
    click.echo(f"{plan}, {found.period}: {found.row.state}.")


@group.command("work-out")
@_plan
@_period
@click.option("--anew", is_flag=True, help="Freeze anew even if an interrupted run could go on where it was.")
def work_out(plan: str, period: str, anew: bool) -> None:
    """Freeze what a run's statements are worked out from, and work them out.

    Opens the run if it is not open yet. What was worked out earlier is thrown away; a run that was interrupted goes on
    where it was. Nothing of a run under review is touched.
    """
    _common.need_database()
    begun = time.monotonic()
    try:
        if rescoring.needed():
            raise StillCountingError
        run = bonuses.begin(plan, _first(period), clock.now())
        db.session.commit()
        if anew or not _interrupted(run):
            with _common.progress("Freezing") as report:
                bonuses.freeze(run, clock.now(), report)
                db.session.commit()
                working.note(run, None, clock.now())
                db.session.commit()
        with _common.progress("Working out") as report:
            bonuses.calculate(run, clock.now(), report)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    query = select(func.count(), func.coalesce(func.sum(BonusStatement.total), 0)).where(BonusStatement.run == run)
    people, total = db.session.execute(query).one()
    found = bonuses.find(run)
    amount = f"{money_text(int(total))} {found.plan.currency}"
    click.echo(f"{plan}, {found.period}: {people} statements, {amount} ({time.monotonic() - begun:.1f} s).")


@group.command("show")
@_plan
@_period
@click.option("--person", metavar="EMAIL", help="The lines of somebody's statement, with their arithmetic.")
def show(plan: str, period: str, person: str | None) -> None:
    """Show a run: its state, the sum of each kind of line, and what a reviewer should look at."""
    _common.need_database()
    try:
        found = _run(plan, period)
        lines = _whole(found) if person is None else _lines(json.loads(_document(found, person)), found.plan.currency)
        click.echo("\n".join(lines))
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None


@group.command("statement")
@_plan
@_period
@click.argument("email", metavar="EMAIL")
def statement(plan: str, period: str, email: str) -> None:
    """Write somebody's statement as JSON; `python -m rules FILE` works it out again."""
    _common.need_database()
    try:
        click.echo(_document(_run(plan, period), email))
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None


@group.command("export")
@click.argument("batch", metavar="BATCH", type=click.IntRange(1))
@click.option("--csv", "as_csv", type=click.File("wb"), help="The rows, as CSV in UTF-8.")
@click.option("--xlsx", "as_xlsx", type=click.File("wb"), help="The rows, as a workbook.")
@click.option("--totals", "as_totals", type=click.File("wb"), help="What the rows add up to, as CSV.")
def export(batch: int, as_csv: BinaryIO | None, as_xlsx: BinaryIO | None, as_totals: BinaryIO | None) -> None:
    """Write an export to payroll once more, the same bytes every time."""
    _common.need_database()
    wanted = [(as_csv, payroll.as_csv), (as_xlsx, payroll.as_xlsx), (as_totals, payroll.totals)]
    if not any(file for file, _ in wanted):
        msg = "say what to write: --csv FILE, --xlsx FILE or --totals FILE"
        raise click.UsageError(msg)
    try:
        kept = payroll.find(batch)
        for file, write in wanted:
            if file is not None:
                file.write(write(batch))
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    amount = f"{money_text(kept.row.total)} {kept.run.plan.currency}"
    told = f"{kept.run.plan.key}, {kept.run.period}, batch {batch}: {kept.row.rows} rows, {amount}."
    click.echo(told, err=True)  # a file may be -


@group.command("figures")
@click.argument("name", metavar="NAME")
@_period
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def figures(name: str, period: str, file: BinaryIO, dry_run: bool) -> None:
    """Load everybody's value of a figure that plans ask for (figure.NAME in the book).

    Columns: email, value. Whoever the file does not name keeps their value.
    """
    _common.need_database()
    first, target = _first(period), uploading.Target("figure", name.removeprefix(FIGURE))
    try:
        plan = _asking(target, first, period)
        found = uploading.preview(plan, first, target, file.read(people_csv.LARGEST + 1))
        for note in found.notes:
            click.echo(f"{file.name}: note: {note}", err=True)
        for fault in found.faults:
            click.echo(f"{file.name} line {fault.line}: {fault.message}", err=True)
        for problem in found.problems:
            click.echo(f"{file.name} line {problem.line}: {PROBLEMS[problem.what].format(problem)}", err=True)
        if not found.good:
            raise SystemExit(1)
        if not dry_run:
            uploading.write(plan, first, target, found.values, seen=found.seen, who=None, now=clock.now())
            db.session.commit()
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    counts = f"{len(found.changes)} changed, {found.same} unchanged, {len(found.missing)} still without a value"
    click.echo(f"{file.name}{', only tried' if dry_run else ''}: {counts}.")


def _asking(target: uploading.Target, first: int, period: str) -> Plan:
    """Return a plan that asks for a figure in a period."""
    for key in sorted(facts.current().timelines.plans):
        with suppress(NotFoundError):
            plan = runs.segment_of(facts.current(), key, first).body
            if target in uploading.targets(plan) and periods.text(plan.per, first) == period:
                return plan
    msg = f"No plan asks for figure.{target.key} in {period}."
    raise NotFoundError(msg)


def _first(period: str) -> int:
    """Return the first day of a period."""
    try:
        return periods.parse(period)[1]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="PERIOD") from None


def _run(plan: str, period: str) -> Run:
    first = _first(period)
    for row in bonuses.listed(plan):
        found = bonuses.find(row.id)
        if row.first == first and found.period == period:
            return found
    msg = f"There is no run of {plan!r} for {period}; `flask bonuses begin` opens one."
    raise NotFoundError(msg)


def _interrupted(run: int) -> bool:
    """Say whether everything is frozen and not everything worked out."""
    row = bonuses.find(run).row
    frozen = select(BonusInput.run).where(BonusInput.run == run).limit(1)
    return row.state == "open" and row.cursor != runs.TO_FREEZE and db.session.execute(frozen).first() is not None


def _document(found: Run, email: str) -> str:
    who = facts.current().holder_of(email)
    query = select(BonusStatement.document).where(BonusStatement.run == found.row.id, BonusStatement.participant == who)
    document: str | None = db.session.scalar(query)
    if document is None:
        msg = f"There is no statement of {email} in that run."
        raise NotFoundError(msg)
    return document


def _whole(found: Run) -> Iterator[str]:
    """Yield what a run comes to."""
    row, known = found.row, facts.current()
    yield f"{row.plan}, {found.period}: {row.state}, frozen {_moment(row.as_of)}"
    for did, who in (("Sent", row.sent_by), ("Approved", row.approved_by), ("Closed", row.closed_by)):
        if who is not None:
            yield f"{did} by {known.people[who].name}"
    table = BonusLine
    query = select(table.kind, table.key, func.count(), func.sum(table.amount)).where(table.run == row.id)
    kinds: dict[str, list[int]] = {}
    for kind, key, count, amount in db.session.execute(query.group_by(table.kind, table.key)):
        own = kinds.setdefault(key if kind == "component" else f"({kind})", [0, 0])
        own[0] += count
        own[1] += int(amount)
    for name, (count, amount) in sorted(kinds.items(), key=lambda one: (one[0].startswith("("), one[0])):
        yield f"  {name:<28}{count:>8}{money_text(amount):>16} {found.plan.currency}"
    total = select(func.count(), func.coalesce(func.sum(BonusStatement.total), 0)).where(BonusStatement.run == row.id)
    people, amount = db.session.execute(total).one()
    yield f"  {'total':<28}{people:>8}{money_text(int(amount)):>16} {found.plan.currency}"
    notices = select(BonusStatement.notices, func.count()).where(BonusStatement.run == row.id)
    looked: dict[str, int] = {}
    for told, times in db.session.execute(notices.group_by(BonusStatement.notices)):
        for one in told.split():
            looked[one] = looked.get(one, 0) + times
    if looked:
        yield "To look at: " + ", ".join(f"{name} {times}" for name, times in sorted(looked.items()))


def _lines(body: dict[str, Any], currency: str) -> Iterator[str]:
    """Yield the lines of a statement, each with its arithmetic."""
    about = body["about"]
    yield f"{about['name']}, {about['plan']}, {about['period']}"
    for line in body["lines"]:
        name = f"{line['key']} ({line['note']})" if line.get("note") else line["key"]
        yield f"  {name:<36}{money_text(line['amount']):>14} {currency}"
        for step in line.get("steps", ()):
            yield f"      {step['stage']:<12}{step['formula']}"
    yield f"  {'total':<36}{money_text(body['total']):>14} {currency}"


def _moment(now: int) -> str:
    """Write a moment as the organisation's clocks show it."""
    return periods.moment(now).astimezone(facts.current().zone).strftime("%Y-%m-%d %H:%M")
