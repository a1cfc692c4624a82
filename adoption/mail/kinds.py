"""The table of letters: what each kind is called, says, and needs.

To add a kind: an entry of ``KINDS``, ``templates/mail/<template>.html`` and ``.txt``, and ``mail.plan(…)`` where it is
occasioned.  A letter's facts are plain values (texts, numbers, days as ordinals, lists and tables of these).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.mail import preparing

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.mail.letter import Stored
    from adoption.mail.preparing import Facts
    from adoption.mail.preparing import Prepared
    from rules.delivery import Policy

FULL = 100  # per cent


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter.

    ``name`` and ``subject`` say it in the language that is being spoken.  ``secret``: who reads it gains something, so
    that its body is wiped when it was sent.  ``regular``: it comes by itself, and its reader may end it.
    ``doubtful``: what happens to a letter of which nobody knows whether it arrived: it is sent ``again``, or somebody
    is to be asked (``ask``).  ``prepare`` looks up, in the transaction in which the letter is stored, what could not be
    known when it was planned; it may raise ``SkipError``.  ``private``: that there is such a letter is nobody's
    business but its reader's, so that the outbox does not show it.
    """

    template: str
    name: Callable[[], str]
    subject: Callable[[Facts], str]
    secret: bool = False
    regular: bool = False
    doubtful: Policy = "again"
    prepare: Callable[[Connection, Stored, Facts], Prepared] | None = None
    private: bool = False


def _owned(told: Facts) -> str:
    """Say of how many records it was decided whose they are."""
    number = len(told["decided"]) + told["more"]
    mine = sum(one["mine"] for one in told["decided"])
    if mine == number:
        return ngettext("%(n)s record is yours now", "%(n)s records are yours now", number)
    return ngettext("Whose it is: decided about %(n)s record", "Whose they are: decided about %(n)s records", number)


def _rule_ends(told: Facts) -> str:
    """Say which rule ends, and what its last day is."""
    return gettext(
        "“%(rule)s” ends: its last day is %(day)s",
        rule=titled(told["title"]),
        day=languages.current().day(told["ends"] - 1),
    )


def _time_off(facts: Facts) -> str:
    """Say who takes which time off, on which day."""
    day = languages.current().day(facts["day"])
    rewards = [titled(one) for one in facts["rewards"]]
    if len(rewards) == 1:
        return gettext("%(name)s takes “%(reward)s” on %(day)s", name=facts["name"], reward=rewards[0], day=day)
    return gettext("%(name)s takes time off on %(day)s", name=facts["name"], day=day)


def _budget(facts: Facts) -> str:
    """Say which budget has passed a threshold, or that awards wait for an answer."""
    words = {"reward": titled(facts["reward"]), "period": titled(facts["period"])}
    if not facts["threshold"]:
        return ngettext(
            "%(reward)s: %(n)s award waits for your answer",
            "%(reward)s: %(n)s awards wait for your answer",
            facts["waiting"],
            reward=words["reward"],
        )
    if facts["threshold"] >= FULL:
        return gettext("%(reward)s: the budget of %(period)s is spent", **words)
    percent = languages.current().percent(Decimal(facts["share"]) / FULL)
    return gettext("%(reward)s: %(percent)s of the budget of %(period)s is used", percent=percent, **words)


def _question_answered(told: Facts) -> str:
    """Say whether somebody answered, or asks back."""
    if told["back"]:
        return gettext("%(name)s would like to know more about your question", name=told["by"])
    return gettext("%(name)s answered your question", name=told["by"])


def _alert(told: Facts) -> str:
    """Say why somebody should look whether data arrives."""
    if told["why"] == "stale":
        return gettext("No data from the CRM for a whole working day: the weekly letters wait")
    return gettext("Nothing was counted for a team in two weeks: does its data arrive?")


def titled(title: str | Mapping[str, str]) -> str:
    """Return a title as it is, or in the language that is being spoken if it comes in several (language → title)."""
    if isinstance(title, str):
        return title
    spoken = languages.current().code
    return title.get(spoken) or title.get(languages.SOURCE) or next(iter(title.values()), "")


# Kinds of which nobody but the reader learns: what each is called, and its subject; the template has the kind's name.
PRIVATE: Mapping[str, tuple[Callable[[], str], Callable[[Facts], str]]] = {
    # to the person of whom something was noticed; facts: name
    "hint": (lambda: gettext("A quiet hint"), lambda _facts: gettext("May we take some work off you?")),
    "noticed": (
        lambda: gettext("Something that only you see"),
        lambda _facts: gettext("May we take some work off you? Only you see this, for five working days"),
    ),
    "offered": (
        lambda: gettext("Help is offered"),
        lambda _facts: gettext("Help is offered to you; here is who knows of it"),
    ),
    "answered": (lambda: gettext("An answer to “Not so”"), lambda _facts: gettext("Your case is answered")),
    # to who asked for a colleague's help, and to that colleague; facts: asks, asks_at, helps, helps_at
    "help-chosen": (
        lambda: gettext("Help by a colleague"),
        lambda facts: gettext("%(name)s will help you with the CRM", name=facts["helps"]),
    ),
    "help-asked": (
        lambda: gettext("Somebody asks for your help"),
        lambda facts: gettext("%(name)s would like half an hour with you", name=facts["asks"]),
    ),
    # to who can answer, once a day at most; no facts
    "question-asked": (
        lambda: gettext("Questions wait"),
        lambda _facts: gettext("Somebody asks, and you may know the answer"),
    ),
    # to who asked; facts: by (a name), back (whether it is a question back)
    "question-answered": (lambda: gettext("An answer to a question"), _question_answered),
}
KINDS: Mapping[str, Kind] = {
    # facts: next (a path of ours, or none)
    "sign-in": Kind(
        template="sign_in",
        name=lambda: gettext("Link to sign in"),
        subject=lambda _facts: gettext("Your link to sign in to Spoonful"),
        secret=True,
        prepare=preparing.link,
    ),
    # to a manager; facts: name, rewards (titles, each a text or language → text), day (ordinal), redemption (a number)
    "time-off": Kind(
        template="time_off",
        name=lambda: gettext("Somebody takes time off"),
        subject=_time_off,
        prepare=preparing.still_taken,
    ),
    # to HR; facts: key, title (language → text), ends (the first day without force, an ordinal)
    "rule-ends": Kind(
        template="rule_ends",
        name=lambda: gettext("A rule ends"),
        subject=_rule_ends,
        prepare=preparing.still_ends,
    ),
    # to whoever tries whether letters arrive; facts: name
    "test": Kind(
        template="test",
        name=lambda: gettext("Test letter"),
        subject=lambda _facts: gettext("Letters from Spoonful arrive"),
    ),
    # to the people of a pilot team; facts: by (a name), team (a name)
    "invitation": Kind(
        template="invitation",
        name=lambda: gettext("Invitation"),
        subject=lambda _facts: gettext("Your work in the CRM is worth something: Spoonful begins"),
    ),
    # to whom rows of an audit were given; facts: by (a name), audit (a number), rewards (whether closing may earn)
    "audit-rows": Kind(
        template="audit_rows",
        name=lambda: gettext("Customers to look after"),
        subject=lambda _facts: gettext("Customers of a spreadsheet wait for you"),
    ),
    # to those whom decisions about records concern, once a day; facts: since, until (UTC microseconds)
    "ownership": Kind(
        template="ownership",
        name=lambda: gettext("Whose records are"),
        subject=_owned,
        prepare=preparing.decided,
    ),
    # to whoever leads people, about a week; written in bulk by adoption.digests, which also says its subject; facts:
    # thanks (numbers of participants), deeds (number → sentence), suggestion (its name)
    "digest": Kind(
        template="digest",
        name=lambda: gettext("Weekly letter to managers"),
        subject=lambda _facts: gettext("Your team's week"),
        regular=True,
        prepare=preparing.in_bulk,
    ),
    # to whoever asked for it, about their own week; written the same way; facts: suggestion (its name)
    "my-week": Kind(
        template="my_week",
        name=lambda: gettext("Weekly letter about one's own week"),
        subject=lambda _facts: gettext("Your week, and what is next"),
        regular=True,
        prepare=preparing.in_bulk,
        private=True,
    ),
    # to those whom HR entered, about a month; written the same way; facts: report (rules.digest.directors)
    "directors": Kind(
        template="directors",
        name=lambda: gettext("Monthly report"),
        subject=lambda _facts: gettext("Monthly report"),
        regular=True,
        prepare=preparing.in_bulk,
    ),
    # the same bytes again, to whoever wants to see a regular letter arrive
    "digest-copy": Kind(
        template="digest",
        name=lambda: gettext("Copy of a weekly letter"),
        subject=lambda _facts: gettext("Your team's week"),
        prepare=preparing.in_bulk,
    ),
    "my-week-copy": Kind(
        template="my_week",
        name=lambda: gettext("Copy of a weekly letter"),
        subject=lambda _facts: gettext("Your week, and what is next"),
        prepare=preparing.in_bulk,
        private=True,
    ),
    # to a direct report, from whoever leads them; facts: by (a name), lines (of what they wrote)
    "thanks": Kind(
        template="thanks",
        name=lambda: gettext("Thanks"),
        subject=lambda told: gettext("%(name)s says thank you", name=told["by"]),
    ),
    # to administrators; facts: address, said (what the mail server wrote), stopped (whether no more are sent there)
    "came-back": Kind(
        template="came_back",
        name=lambda: gettext("A letter came back"),
        subject=lambda told: gettext("A letter to %(address)s came back", address=told["address"]),
    ),
    # to a channel, about a team's week; written in bulk by adoption.digests
    "channel-digest": Kind(
        template="digest",
        name=lambda: gettext("Weekly letter to a channel"),
        subject=lambda _facts: gettext("The team's week"),
        prepare=preparing.in_bulk,
    ),
    # to administrators; facts: name and number (of a channel), said (what was answered)
    "channel-stopped": Kind(
        template="channel_stopped",
        name=lambda: gettext("A channel takes no messages"),
        subject=lambda told: gettext("The channel “%(name)s” takes no messages any more", name=told["name"]),
    ),
    # to HR and administrators; facts: why (stale, silent), team (a name, or none where it has fewer than five people)
    "feed-alert": Kind(template="feed_alert", name=lambda: gettext("Does data arrive?"), subject=_alert),
    # to HR; facts: key, reward and period (language → text), threshold (per cent; 0: awards wait for an answer), share
    # (per cent), drawn, pieces and waiting (numbers), when_spent (of the book)
    "budget": Kind(template="budget", name=lambda: gettext("A budget comes to its end"), subject=_budget),
    # to who was named a champion; facts: by
    "champion": Kind(
        template="champion",
        name=lambda: gettext("Would you help others?"),
        subject=lambda _facts: gettext("Would you help colleagues with the CRM?"),
    ),
    **{key: Kind(key.replace("-", "_"), name, subject, private=True) for key, (name, subject) in PRIVATE.items()},
}


def secret() -> list[str]:
    """Return the kinds that hold a secret."""
    return [name for name, kind in KINDS.items() if kind.secret]


def private() -> list[str]:
    """Return the kinds of which the outbox shows nothing."""
    return [name for name, kind in KINDS.items() if kind.private]


def again() -> list[str]:
    """Return the kinds of which a doubtful letter is sent again."""
    return [name for name, kind in KINDS.items() if kind.doubtful == "again"]
