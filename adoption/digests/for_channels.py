"""The weekly letter of a team as a channel of a chat gets it: what many may read, and nothing about single people.

That is the first sentence, the three numbers, the thanks and the rewards.  Whoever is thanked is called as they chose
to be shown on boards: by their alias, or not at all.  Of fewer than five people there are the totals alone.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import languages
from adoption import preferences
from adoption.chat import channels
from adoption.digests import gathering
from adoption.digests import paper
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.mail import chats
from adoption.mail import outbox
from adoption.mail import to_channels
from adoption.telling import digests as say
from rules import digest
from rules import period
from rules import sample
from rules.chat import Message
from rules.chat import Part
from rules.digest import Silent
from rules.digest import timing
from rules.digest.timing import LATEST
from rules.digest.timing import Wish
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from adoption.chat.channels import Connected
    from adoption.digests.gathering import Company
    from adoption.preferences import Preferences
    from rules.digest import Digest

    Report = Callable[[int, int], None]

KIND = "channel-digest"
WEEKDAY, HOUR = 0, 8  # when it comes, at the organisation: as letters do of which nobody chose the hour


class Due(NamedTuple):
    """A message that is due: to which channel, of which week (its first day), since when."""

    channel: Connected
    week: int
    moment: int


def due(now: int) -> list[Due]:
    """Return what is due at a moment (UTC microseconds) and is not in the outbox; two queries."""
    home = facts.current().zone
    found = []
    for one in channels.active(db.session.connection()):
        week, moment = timing.latest(now, Wish(WEEKDAY, HOUR, home), home, one.id)
        if one.team is not None and moment >= max(one.since, now - LATEST):
            found.append(Due(one, week, moment))
    if not found:
        return []
    occasions = {period.text("week", one.week) for one in found}
    there = to_channels.entered(KIND, [one.channel.address for one in found], occasions)
    return [one for one in found if (one.channel.address, period.text("week", one.week)) not in there]


def run(now: int, report: Report) -> Counter[str]:
    """Write what is due and enter it in the outbox; commits once for each week."""
    done: Counter[str] = Counter()
    by_week: dict[int, list[Due]] = defaultdict(list)
    for one in due(now):
        by_week[one.week].append(one)
    for week, line in sorted(by_week.items()):
        rows = make(gathering.company(week, now), line, now)
        outbox.enter(begin_write(), rows)
        db.session.commit()
        done.update(str(row["state"]) for row in rows)
        report(done.total(), done.total())
    return done


def make(company: Company, line: Iterable[Due], now: int) -> list[dict[str, Any]]:
    """Return what is due as rows of the outbox, skipped ones with their reason; a fault in one is that one's alone."""
    leaders = leaders_of_teams(company)
    wanted = [(one, leaders.get(one.channel.team or 0)) for one in line]
    known = gathering.facts_of(company, {leader for _, leader in wanted if leader is not None})
    rows = []
    for one, leader in wanted:
        if leader is None:
            rows.append(_row(one, now, state="skipped", reply="nobody"))
            continue
        try:
            found = digest.make(known[leader])
            if isinstance(found, Silent):
                rows.append(_row(one, now, state="skipped", reply=found.why))
            else:
                rows.append(_written(one, now, found))
        except SQLAlchemyError:
            raise  # not the message's fault
        except Exception as error:  # whatever its words trip over: it is logged, and the other channels get theirs
            current_app.logger.exception("What channel %s is told cannot be written.", one.channel.id)
            rows.append(_row(one, now, state="failed", reply=outbox.fault(error)))
    return rows


def leaders_of_teams(company: Company) -> dict[int, int]:
    """Return who leads each team: of several, whoever leads most of it.  Sample people lead nobody."""
    found: dict[int, tuple[int, int]] = {}
    for leader, reports in company.led.items():
        person = company.known.people.get(leader)
        if person is None or sample.is_address(person.email):
            continue
        team = gathering.team_of(company.known, leader, reports, company.week + gathering.WEEK - 1)
        if team is not None:
            found[team] = min(found.get(team, (0, 0)), (-len(reports), leader))
    return {team: leader for team, (_, leader) in found.items()}


def _written(one: Due, now: int, found: Digest) -> dict[str, Any]:
    shown = preferences.of_all(thanked.number for thanked in found.thanks)
    with languages.speaking(one.channel.language):
        message = message_of(public(found, shown))
    row = _row(one, now, state="rendered", rendered=now)
    return row | to_channels.written(row, one.channel, message)


def public(found: Digest, shown: Mapping[int, Preferences]) -> Digest:
    """Return of a letter what many may read; ``shown`` is as what people chose to be shown, if they chose."""
    small = found.people < SMALLEST_GROUP
    thanks = [
        replace(one, name=name)
        for one in found.thanks
        if (name := _called(one.name, shown.get(one.number))) is not None
    ]
    return replace(
        found,
        lead=replace(found.lead, reason=None) if small else found.lead,
        figures=tuple(one for one in found.figures if not small or one.name == "work"),
        thanks=() if small else tuple(thanks),
        rewards=() if small else found.rewards,
        bars=(),
        obstacles=(),
        lines=(),
        suggestion=None,
    )


def _called(name: str, wish: Preferences | None) -> str | None:
    if wish is None or wish.shown == "name":
        return name
    return wish.alias if wish.shown == "alias" else None


def message_of(found: Digest) -> Message:
    """Put what many may read of a letter into words."""
    span = paper.span(found.week, found.week + gathering.WEEK - 1)
    title = f"{found.team}, {span}" if found.team else span
    parts = [Part((say.lead(found),))]
    if not found.quiet:
        parts.append(Part(tuple(_figure(one, found) for one in found.figures)))
        thanks = tuple(f"{one.name} {say.thanks(one, found)}" for one in found.thanks)
        parts.append(Part(thanks, gettext("Worth a thank-you")))
        parts.append(Part(tuple(say.rewards(found.rewards)), gettext("Rewards")))
    if found.as_of is not None:
        moment = languages.current().moment(period.moment(found.as_of))
        parts.append(Part((gettext("Data as of %(moment)s.", moment=moment),)))
    return Message(title, tuple(part for part in parts if part.lines), chats.home())


def _figure(one: Any, found: Digest) -> str:
    said = f"{say.named(one, found)}: {say.now(one)}"
    return " · ".join(filter(None, (said, say.direction(one), say.average(one))))


def _row(one: Due, now: int, **more: object) -> dict[str, Any]:
    """Return a message as the outbox stores it, before anything is written."""
    row: dict[str, Any] = dict.fromkeys(outbox.WRITTEN)
    row |= {"kind": KIND, "address": one.channel.address, "occasion": period.text("week", one.week), "week": one.week}
    row |= {"language": one.channel.language, "facts": "{}", "planned": one.moment, "due": one.moment}
    row |= {"expires": one.moment + LATEST, "changed": now, "tries": 0, "doubts": 0}
    return row | more
