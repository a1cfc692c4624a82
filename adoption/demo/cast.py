"""Whom one may be in the demo, and what is worth trying as each; said in the language that is being spoken."""

from __future__ import annotations

from typing import NamedTuple

from adoption.demo.company import address
from adoption.languages import gettext


class Member(NamedTuple):
    """Somebody of the cast: an e-mail address, what they do here, and what to try."""

    address: str
    role: str
    hint: str


def members() -> tuple[Member, ...]:
    """Return the cast, in the order in which it is shown."""
    return (
        Member(
            address("Alice Novak"),
            gettext("Employee"),
            gettext("See what is still missing for the next lunch, on which contact, and choose a reward."),
        ),
        Member(
            address("Yuki Mori"),
            gettext("Employee, new this week"),
            gettext("The first day: what is counted, what can be earned, who sees it."),
        ),
        Member(
            address("Иван Петров"),
            gettext("Employee in another country"),
            gettext("Sees everything in Russian: contacts, colleagues and rewards too."),
        ),
        Member(
            address("王伟"),
            gettext("Employee in another country"),
            gettext("Sees everything in Chinese: contacts, colleagues and rewards too."),
        ),
        Member(
            address("Mei Tanaka"),
            gettext("Manager"),
            gettext(
                "See which records of the team wait for a next step, how far everybody is, and who could use a hand."
            ),
        ),
        Member(
            address("Marco Rossi"),
            gettext("Employee with a spreadsheet"),
            gettext("Sees first, and alone for five working days, what was noticed, how it adds up, and who can help."),
        ),
        Member(
            address("Ada Lindqvist"),
            gettext("Adoption lead"),
            gettext("Decide in person whether help is offered to somebody, and answer who says that it is not so."),
        ),
        Member(
            address("Hana Dvořák"),
            gettext("Human resources"),
            gettext("See which budgets come to their end and who waits, and answer whether there may be more."),
        ),
        Member(
            address("Victor Hale"),
            gettext("Approver"),
            gettext(
                "Be the second person: look through the bonus run that human resources sent to review, and approve it."
            ),
        ),
        Member(
            address("Carl Bauer"),
            gettext("Cashier"),
            gettext("Register this browser as a counter, then type or scan the code of a voucher."),
        ),
        Member(
            address("Rosa Meyer"),
            gettext("Administrator"),
            gettext("Open the outbox: every letter, word for word, and what became of it."),
        ),
        Member(
            address("Oscar Lind"),
            gettext("Has left"),
            gettext("Choose him to see that he is out, at once and everywhere."),
        ),
    )
