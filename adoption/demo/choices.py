"""How people of the demo want to be addressed and shown, and where its CRM shows records."""

from __future__ import annotations

from adoption import facts
from adoption import preferences
from adoption import records
from adoption.demo import company
from adoption.demo.diary import CRM
from adoption.extensions import db

SPOKEN = {company.VOLGA: "ru", company.SHANGHAI: "zh"}
ALIASES = {"Sophie Laurent": "Petrichor", "Дмитрий Орлов": "Сокол", "李娜": "小熊", "Priya Raman": "Seven of Nine"}
HIDDEN = ("Bob Visser", "Marco Rossi", "刘洋")
DARK = ("Victor Hale",)
RECORDS = "https://crm.spoonful.example/{kind}s/{id}"


def make(now: int) -> None:
    """Let people choose; everybody but who is new has read the first words."""
    known = facts.current()
    for name, team, _ in company.names():
        chosen: dict[str, str | int | None] = {"language": SPOKEN.get(team)}
        if name != company.NEW:
            chosen["welcomed"] = now
        if name in ALIASES:
            chosen |= {"shown": "alias", "alias": ALIASES[name]}
        if name in HIDDEN:
            chosen["shown"] = "hidden"
        if name in DARK:
            chosen["theme"] = "dark"
        preferences.choose(known.holder_of(company.address(name)) or 0, **chosen)
        db.session.commit()
    records.link(CRM, RECORDS)
    db.session.commit()
