"""What is held about who somebody is here: teams, roles, how they sign in, what they were sent, what they did."""

from __future__ import annotations

from sqlalchemy import case
from sqlalchemy import or_
from sqlalchemy import select

from adoption.held.part import Part
from adoption.held.part import as_it_is
from adoption.held.part import as_it_may_be
from adoption.held.part import day_of
from adoption.held.part import moment_of
from adoption.models import Absence
from adoption.models import ApiToken
from adoption.models import Delegation
from adoption.models import Device
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import Management
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import RoleGrant
from adoption.models import SignInLink
from adoption.models import Subscription
from adoption.models import Team
from adoption.models import WebSession

# fmt: off
PERSON: tuple[Part, ...] = (
    Part(
        "teams",
        lambda who: select(Team.name.label("team"), Membership.starts.label("from"), Membership.ends.label("until"))
        .join(Team, Team.id == Membership.team).where(Membership.participant == who).order_by(Membership.starts),
        {"from": day_of, "until": day_of},
    ),
    Part(
        "managers",
        lambda who: select(
            Participant.email.label("manager"), Management.starts.label("from"), Management.ends.label("until")
        ).join(Participant, Participant.id == Management.manager)
        .where(Management.participant == who).order_by(Management.starts),
        {"from": day_of, "until": day_of},
    ),
    Part(  # of each person whom this one leads or led: on which days, not who it is
        "people_i_lead",
        lambda who: select(Management.starts.label("from"), Management.ends.label("until"))
        .where(Management.manager == who).order_by(Management.starts, Management.id),
        {"from": day_of, "until": day_of},
    ),
    Part(
        "identities",
        lambda who: select(Identity.source, Identity.id).where(Identity.participant == who)
        .order_by(Identity.source, Identity.id),
        {},
    ),
    Part(
        "absences",
        lambda who: select(Absence.starts.label("from"), Absence.ends.label("until"))
        .where(Absence.participant == who).order_by(Absence.starts),
        {"from": day_of, "until": day_of},
    ),
    Part(
        "roles",
        lambda who: select(
            RoleGrant.role, RoleGrant.starts.label("from"), RoleGrant.ends.label("until"), RoleGrant.why,
            RoleGrant.granted, RoleGrant.revoked,
        ).where(RoleGrant.participant == who).order_by(RoleGrant.id),
        {"from": day_of, "until": day_of, "granted": moment_of, "revoked": moment_of},
    ),
    Part(
        "delegations",
        lambda who: select(
            case((Delegation.giver == who, "given"), else_="received").label("which"),
            Team.name.label("team"), Delegation.starts.label("from"), Delegation.ends.label("until"),
            Delegation.made, Delegation.ended,
        ).outerjoin(Team, Team.id == Delegation.team)
        .where(or_(Delegation.giver == who, Delegation.receiver == who)).order_by(Delegation.id),
        {"from": day_of, "until": day_of, "made": moment_of, "ended": moment_of},
    ),
    Part(
        "sessions",
        lambda who: select(
            WebSession.agent.label("browser"), WebSession.created, WebSession.seen, WebSession.ends, WebSession.revoked
        ).where(WebSession.participant == who).order_by(WebSession.id),
        {"created": moment_of, "seen": moment_of, "ends": moment_of, "revoked": moment_of},
    ),
    Part(
        "sign_in_links",
        lambda who: select(SignInLink.created, SignInLink.ends, SignInLink.used)
        .where(SignInLink.participant == who).order_by(SignInLink.id),
        {"created": moment_of, "ends": moment_of, "used": moment_of},
    ),
    Part(
        "letters",
        lambda who: select(Letter.kind, Letter.address, Letter.subject, Letter.state, Letter.planned, Letter.changed)
        .where(Letter.participant == who).order_by(Letter.id),
        {"planned": moment_of, "changed": moment_of},
    ),
    Part(
        "regular_letters",
        lambda who: select(
            Subscription.kind, Subscription.active, Subscription.weekday, Subscription.hour, Subscription.zone,
            Subscription.language, Subscription.suspended, Subscription.changed,
        ).where(Subscription.participant == who).order_by(Subscription.kind),
        {"suspended": moment_of, "changed": moment_of},
    ),
    Part(
        "tokens",
        lambda who: select(ApiToken.name, ApiToken.scopes, ApiToken.created, ApiToken.revoked, ApiToken.expires)
        .where(ApiToken.participant == who).order_by(ApiToken.id),
        {"created": moment_of, "revoked": moment_of, "expires": moment_of},
    ),
    Part(
        "devices",
        lambda who: select(Device.canteen, Device.created, Device.revoked)
        .where(Device.registered_by == who).order_by(Device.id),
        {"created": moment_of, "revoked": moment_of},
    ),
    Part(
        "looks_at_my_pages",
        lambda who: select(JournalEntry.name.label("by"), JournalEntry.moment, JournalEntry.after.label("page"))
        .where(JournalEntry.thing == f"participant/{who}", JournalEntry.action == "read").order_by(JournalEntry.number),
        {"moment": moment_of, "page": as_it_is},
    ),
    Part(
        "what_i_did",
        lambda who: select(
            JournalEntry.moment, JournalEntry.action, JournalEntry.thing, JournalEntry.before, JournalEntry.after,
            JournalEntry.why,
        ).where(JournalEntry.participant == who).order_by(JournalEntry.number),
        {"moment": moment_of, "before": as_it_may_be, "after": as_it_may_be},
    ),
)
# fmt: on
