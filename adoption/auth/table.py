"""The table of permissions: which role may do what, and how far that reaches.

A permission's name is a thing and what is done with it.  docs/decisions/access.md tells the reasons.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reach(IntEnum):
    """Whose things a permission opens: one's own, also those of everybody one leads, or everybody's."""

    OWN = 1
    REPORTS = 2
    ALL = 3


OWN, REPORTS, ALL = Reach
SERVICE = "service"  # stands for a token that belongs to no person
DEVICE = "device"  # stands for a registered device at a counter, whoever holds it
EVERY = "admin"  # the scope that holds every other
ROLES = ("employee", "manager", "hr", "approver", "lead", "cashier", "admin")
EVERYBODY = dict.fromkeys(ROLES, OWN)

# The table: permission → who has it → how far it reaches.  A token's scopes are names of permissions.
PERMISSIONS: Mapping[str, Mapping[str, Reach]] = {
    "activities:write": {SERVICE: ALL, "admin": ALL},
    "progress:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
    "awards:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
    "boards:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
    "rewards:use": EVERYBODY,  # choosing and using is one's own business, whatever the role
    "me:write": EVERYBODY,
    "vouchers:redeem": {DEVICE: ALL},
    "devices:manage": {"cashier": ALL, "hr": ALL, "admin": ALL},
    "book:read": {"hr": ALL, "approver": ALL, "admin": ALL},
    "book:write": {"hr": ALL},
    "book:approve": {"hr": ALL, "approver": ALL},
    "letters:read": {"admin": ALL},
    "channels:manage": {"hr": ALL, "admin": ALL},  # channels of chats: what may be told there, both may read
    "digests:read": {"manager": OWN, "hr": ALL, "admin": ALL},  # the weekly letters
    "directors:read": {**EVERYBODY, "hr": ALL, "admin": ALL},  # of the others those whom HR entered as readers
    "directors:manage": {"hr": ALL, "admin": ALL},
    "jobs:run": {"admin": ALL},  # the timetable
    "journal:read": {"hr": ALL, "approver": ALL, "admin": ALL},
    "people:read": {"hr": ALL, "admin": ALL, SERVICE: ALL},
    "people:write": {"hr": ALL, "admin": ALL, SERVICE: ALL},  # the nightly list of an HR system
    "roles:assign": {"hr": ALL, "admin": ALL},
    "delegations:give": {"manager": OWN, "hr": ALL, "admin": ALL},
    "bonuses:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "approver": ALL, "admin": ALL},
    "bonuses:run": {"hr": ALL},
    "bonuses:approve": {"approver": ALL, "hr": ALL},
    "budgets:read": {"hr": ALL, "approver": ALL, "admin": ALL},
    "budgets:decide": {"hr": ALL},  # beyond a budget that is spent
    "incentives:stop": {"hr": ALL},  # at once, and reversibly
    "audits:run": {**EVERYBODY, "lead": ALL, "hr": ALL, "admin": ALL},  # one's own lists; those of the organisation
    "sources:manage": {"hr": ALL, "admin": ALL},
    "tokens:manage": {"admin": ALL},
    "evidence:read": EVERYBODY,  # nobody reads somebody else's
    "team:read": {**EVERYBODY, "manager": REPORTS},  # who leads nobody sees nobody
    "flags:lead": {"lead": ALL},  # what waits for an adoption lead; neither HR's nor an administrator's
    "workbooks:propose": EVERYBODY,
    "workbooks:decide": {"lead": ALL, "manager": REPORTS},  # about what one's people proposed
    "feeds:manage": {"lead": ALL, "admin": ALL},
    "privacy:read": EVERYBODY,  # what is processed about people
    "privacy:manage": {"hr": ALL, "admin": ALL},  # the switch of individual detection
    "ownership:decide": {"manager": REPORTS, "lead": ALL},  # whose records are
    "rollout:plan": {"hr": ALL, "lead": ALL, "admin": ALL},  # waves, goals, the diagnosis: about groups alone
    "questions:ask": EVERYBODY,  # and reading the help list
    "questions:answer": {**EVERYBODY, "lead": ALL, "hr": ALL},  # who cares for a wave; what nobody there answers
    "help:write": {**EVERYBODY, "lead": ALL, "hr": ALL},  # what one answered; any entry
    "start:run": {"hr": ALL, "admin": ALL},  # the first run, and sample data
}
SCOPES = (*PERMISSIONS, EVERY)
