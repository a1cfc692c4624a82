"""The dry run of a draft: what it would have done in days past.  Nothing is written."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption import stops
from adoption import trials
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import drawing
from adoption.pages import trial_parts
from adoption.pages import trial_samples
from adoption.pages import trial_warnings
from adoption.trials import files
from rules import book as books
from rules import period as periods
from rules.trial import changed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.drafts import Draft
    from rules.book import Book
    from rules.trial import Trial

bp: Blueprint = Blueprint("dry_run", __name__)
LONGEST = 3_700  # days
REFRESH = 2  # seconds between two looks at a long run
HERE = "/hr/book/drafts/<int:number>/dry-run"


class Asked(NamedTuple):
    """A draft and the days on which it is tried; without a book it is not sound yet."""

    draft: Draft
    text: str
    book: Book | None
    keys: tuple[str, ...]  # all incentives that the draft changes
    chosen: tuple[str, ...]  # those that are tried
    first: int
    last: int
    fault: str  # what is wrong with the days
    picks: list[trial_parts.Pick]

    @property
    def question(self) -> trials.Question:
        """What is asked."""
        return trials.Question(self.text, self.chosen, self.first, self.last)

    @property
    def at(self) -> dict[str, Any]:
        """The parts of an address that asks the same."""
        one = {"incentive": self.chosen[0]} if len(self.keys) > len(self.chosen) else {}
        return {"number": self.draft.number, "from": _iso(self.first), "to": _iso(self.last - 1), **one}


@bp.get(HERE)
@permission("book:read", door=SESSION)
def show(number: int) -> ResponseReturnValue:
    """Show what the draft would have done: at once, or how far the job is, or what it takes to begin."""
    asked = _asked(number)
    if asked.fault:
        return _page(asked), HTTPStatus.UNPROCESSABLE_ENTITY
    if asked.book is None or not asked.chosen:
        return _page(asked)
    long = trials.find(asked.question)
    if long is not None and long.state in {trials.WAITING, trials.RUNNING}:
        return _underway(asked, long)
    if trials.quick():
        return _page(asked, tried=trials.answer(asked.question))
    return _page(asked, tried=trials.stored(asked.question), long=long, slow=True)


@bp.post(HERE)
@permission("book:read", door=SESSION)
def begin(number: int) -> ResponseReturnValue:
    """Leave a long run to the job."""
    asked = _sound(_asked(number))
    trials.ask(asked.question, clock.now())
    db.session.commit()
    return redirect(url_for("dry_run.show", **asked.at), HTTPStatus.SEE_OTHER)


@bp.post(f"{HERE}/cancel")
@permission("book:read", door=SESSION)
def cancel(number: int) -> ResponseReturnValue:
    """Cancel a long run."""
    asked = _sound(_asked(number))
    trials.cancel(asked.question)
    db.session.commit()
    return redirect(url_for("dry_run.show", **asked.at), HTTPStatus.SEE_OTHER)


@bp.get(f"{HERE}.<any(csv,xlsx):kind>")
@permission("book:read", door=SESSION)
def download(number: int, kind: str) -> ResponseReturnValue:
    """Give the dry run as a file: everybody as CSV, or a workbook with groups and the sample, too."""
    asked = _sound(_asked(number))
    tried = trials.answer(asked.question) if trials.quick() else trials.stored(asked.question)
    if tried is None:
        msg = "This dry run takes long: begin it on its page, and download it when it is done."
        raise ConflictError(msg)
    name = f"dry-run-{number}-{_iso(asked.first)}-{_iso(asked.last - 1)}.{kind}"
    types = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    content = files.as_csv(files.people(tried)) if kind == "csv" else files.as_xlsx(tried, named=_knows_records())
    return Response(content, headers={"Content-Disposition": f'attachment; filename="{name}"'}, mimetype=types[kind])


# --- what is asked


def _asked(number: int) -> Asked:
    draft = drafts.get(number)
    text = drafts.composed(draft)
    report = books.check(text)
    known = facts.current()
    keys = () if report.book is None else changed(known.book, report.book)
    wanted = request.values.get("incentive", "")
    picks = trial_parts.picks(known.today(clock.now()))
    first, last, fault = _days(picks)
    return Asked(draft, text, report.book, keys, (wanted,) if wanted in keys else keys, first, last, fault, picks)


def _sound(asked: Asked) -> Asked:
    """Return what can be tried.

    Raises:
        NotFoundError: the days are none, the draft is not sound, or it changes no incentive.
    """
    if asked.fault or asked.book is None or not asked.chosen:
        msg = "There is nothing to try: look at the draft, and at the days."
        raise NotFoundError(msg)
    return asked


def _days(picks: list[trial_parts.Pick]) -> tuple[int, int, str]:
    """Read the days that are asked for, both inclusive; last month where none are. Also say what is wrong with them."""
    usual = picks[1]
    written = request.values.get("from", ""), request.values.get("to", "")
    if written == ("", ""):
        return usual.first, usual.last, ""
    try:
        first, last = (date.fromisoformat(one).toordinal() for one in written)
    except ValueError:
        return usual.first, usual.last, gettext("Write both days as 2026-10-31.")
    if first > last:
        return usual.first, usual.last, gettext("The first day must not be later than the last one.")
    if last - first >= LONGEST or not periods.EVER < first <= last < periods.FOREVER - 1:
        return usual.first, usual.last, gettext("Choose at most ten years.")
    return first, last + 1, ""


def _day_or_nothing(written: str) -> str:
    """Return a day as it was typed; nothing where it is none, which no field for days could show."""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return ""


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


# --- how it is shown


def _page(asked: Asked, *, tried: Trial | None = None, long: trials.Asked | None = None, slow: bool = False) -> str:
    book = asked.book or facts.NO_BOOK
    more = {} if tried is None else _shown(asked, tried, book)
    written = [_day_or_nothing(request.values.get(name, "")) for name in ("from", "to")]
    return render_template(
        "dry_run/show.html",
        asked=asked,
        back=_back(asked.draft),
        rules=[(key, trial_parts.title(book, "incentive", key)) for key in asked.keys if key in book.incentives],
        days=trial_parts.days(asked.first, asked.last),
        picked=next((one.name for one in asked.picks if (one.first, one.last) == (asked.first, asked.last)), ""),
        written=written if asked.fault else [_iso(asked.first), _iso(asked.last - 1)],
        link=lambda **changes: url_for("dry_run.show", **{**asked.at, **changes}),
        iso=_iso,
        found=tried,
        long=long,
        slow=slow,
        moment=lambda at: languages.current().moment(periods.moment(at)),
        picture=drawing.picture,
        may_send=auth.caller().reach("book:write") is not None,
        **more,
    )


def _shown(asked: Asked, tried: Trial, book: Book) -> dict[str, Any]:
    sort, everybody = request.args.get("sort", "name"), request.args.get("all") == "1"
    units = trial_parts.units_of(tried)
    unit = units[0] if units else None
    rows = trial_parts.lines(tried, sort, unit, everybody=everybody)
    names = {line.holder: line.name for line in tried.lines}
    return {
        "stats": trial_parts.stats(tried),
        "choices": trial_parts.choices(tried, book),
        "rows": rows,
        "sum": trial_parts.total(rows, unit),
        "unit": None if unit is None else trial_parts.heading(unit),
        "sort": sort if sort in trial_parts.SORTS else "name",
        "everybody": everybody,
        "parts": [
            (gettext("By team"), gettext("Team"), trial_parts.groups(tried, "team", unit)),
            (gettext("By role"), gettext("Role"), trial_parts.groups(tried, "role", unit)),
            (gettext("By how much one did"), gettext("Quarter"), trial_parts.groups(tried, "quartile", unit)),
        ],
        "metric": trial_parts.title(book, "metric", tried.metric),
        "takes": trial_parts.concentration(tried),
        "budgets": trial_parts.budgets(tried, book),
        "samples": trial_samples.samples(tried, book, named=_knows_records()),
        "warnings": trial_warnings.warnings(tried.warnings, lambda holder: names.get(holder, ""), book),
        "paused": trial_warnings.paused(stops.within(asked.chosen, asked.first, asked.last), book),
        "clipped": trial_parts.clipped(
            asked.first, asked.last, {book.incentives[key].per for key in tried.incentives if key in book.incentives}
        ),
    }


def _underway(asked: Asked, long: trials.Asked) -> ResponseReturnValue:
    """Show how far a long run is; the part that shows it asks for itself again."""
    if request.headers.get("X-Fragment"):
        return render_template("dry_run/progress.html", asked=asked, long=long, refresh=REFRESH)
    return render_template(
        "dry_run/underway.html",
        asked=asked,
        long=long,
        refresh=REFRESH,
        back=_back(asked.draft),
        days=trial_parts.days(asked.first, asked.last),
    )


def _knows_records() -> bool:
    """Say whether the viewer may see everybody's records: an approver sees what they added, not which they were."""
    return auth.caller().reach("progress:read") is auth.ALL


def _back(draft: Draft) -> str:
    """Return the draft's own page."""
    return url_for("book.draft", number=draft.number)
