"""Is a row of the sheet a contact of the CRM?  One decision about how alike the two are."""

from __future__ import annotations

from typing import NamedTuple

VERDICTS = ("found", "probable", "missing")
SAME_NAME, LIKE_NAME, RELATED = 0.93, 0.84, 0.55  # how alike two names are, 0 to 1
SAME_FIRM, LIKE_FIRM = 0.92, 0.8


class Alike(NamedTuple):
    """How alike a row and a contact are; ``None`` where either has nothing to compare.

    ``phone_shared``: so many contacts have this number that it is a switchboard's.  ``given`` is whether one given name
    or family name is the same while the rest differs, as after a marriage.  ``house``: the row names a company alone,
    which is the contact's.
    """

    mail: bool | None
    phone: bool | None
    name: float | None
    firm: float | None
    phone_shared: bool = False
    given: bool = False
    domain: bool = False  # both addresses are of one company's domain
    house: bool = False


def judged(one: Alike) -> tuple[str, str]:
    """Return the verdict, and the code of its reason."""
    house = ("probable", "same_firm") if one.house else None
    return _by_address(one) or _by_name(one) or house or ("missing", "nothing_alike")


def _by_address(one: Alike) -> tuple[str, str] | None:
    """Judge by an e-mail address or a number that is somebody's own."""
    same_person = one.name is None or one.name >= RELATED or one.given
    if one.mail:
        return ("found", "same_mail") if same_person else ("probable", "same_mail_other_name")
    if one.phone and not one.phone_shared:
        if same_person:
            return "found", "same_phone"
        if (one.firm or 0.0) >= LIKE_FIRM:
            return "probable", "same_phone_other_name"
    return None


def _by_name(one: Alike) -> tuple[str, str] | None:
    """Judge by names, and by what else brings the two together."""
    if one.name is None:
        return None
    firm = one.firm or 0.0
    near = bool(one.phone) or one.domain or firm >= LIKE_FIRM
    if one.name >= SAME_NAME and firm >= SAME_FIRM:
        return "found", "same_name_and_firm"
    if one.name >= LIKE_NAME and near:
        return "probable", "like_name_near"
    apart = one.mail is False and one.phone is False  # each has an address and a number of their own: two people
    if one.given and (one.domain or firm >= SAME_FIRM) and not apart:
        return "probable", "one_name_and_firm"
    alone = one.firm is None and one.mail is None and one.phone is None
    return ("probable", "same_name") if one.name >= SAME_NAME and alone else None
