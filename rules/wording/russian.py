"""Russian.  Titles are free text that cannot be inflected: they stand in quotes, in the nominative."""
# ruff: noqa: RUF001  # Cyrillic letters and quotation marks are meant

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.wording.language import Language

if TYPE_CHECKING:
    from rules.wording.language import Number

MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
    *("августа", "сентября", "октября", "ноября", "декабря"),
)
_ONE, _FEW, _MANY = 0, 1, 2


def _form(count: Number) -> int:
    """Return one (1, 21), few (2 to 4, 22, and fractions: 1,5 балла) or many (0, 5 to 20)."""
    if count != int(count):
        return _FEW
    last, tens = abs(int(count)) % 10, abs(int(count)) % 100 // 10
    if tens == 1:
        return _MANY
    return _ONE if last == 1 else _FEW if last in {2, 3, 4} else _MANY


def _date(day: int) -> str:
    at = date.fromordinal(day)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year} года"


def _title(text: str) -> str:
    return f"«{text}»"


RUSSIAN = Language(
    code="ru",
    quotes=("«", "»"),
    group="\N{NO-BREAK SPACE}",
    point=",",
    comma=", ",
    clause=", ",
    either=" или ",
    both=" и ",
    truth=("да", "нет"),
    form=_form,
    date=_date,
    title=_title,
    gift=_title,
    phrases=MappingProxyType(
        {
            # incentives
            "incentive": "показатель {quoted}: {target} {reward}{limit}.",
            "every.one": "каждая единица{within} даёт",
            "every": "каждые {n}{within} дают",
            "reach.one": "первая единица{within} даёт",
            "reach": "достижение отметки {n}{within} даёт",
            "in_a_row": (
                "каждые {n} рабочий день подряд{met} дают",
                "каждые {n} рабочих дня подряд{met} дают",
                "каждые {n} рабочих дней подряд{met} дают",
            ),
            "in_a_row.one": "каждый рабочий день{met} даёт",
            "met.count": " со значением не меньше 1",
            "met.distinct": " со значением не меньше 1",
            "met.days": "",
            "met.sum": " со значением не меньше 1",
            "unit.count": "",
            "unit.distinct": "",
            "unit.days": "",
            "unit.sum": "",
            "within.day": " за день",
            "within.week": " за неделю",
            "within.month": " за месяц",
            "within.quarter": " за квартал",
            "within.year": " за год",
            "within.ever": " за всё время",
            "each.day": " в день",
            "each.week": " в неделю",
            "each.month": " в месяц",
            "each.quarter": " в квартал",
            "each.year": " в год",
            "each.ever": " за всё время",
            "limit": (", не более {n} раза{each}", ", не более {n} раз{each}", ", не более {n} раз{each}"),
            "once": ", один раз{each}",
            "once.ever": ", только один раз",
            "reward.one": "награду {gift}",
            "reward.several": "на выбор {gifts}",
            "reward.points": ("{n} балл", "{n} балла", "{n} баллов"),
            "reward.badge": "значок {quoted}",
            "team": "командная цель, ",
            "who": " Для кого: {asked}.",
            "who.join": "; ",
            "who.team": "команда {names}",
            "who.role": "роль {names}",
            "who.wave": "волна {names}",
            "role.employee": "сотрудник",
            "role.manager": "руководитель",
            "role.hr": "отдел кадров",
            "role.approver": "утверждающий",
            "role.lead": "ответственный за внедрение",
            "role.cashier": "кассир",
            "role.admin": "администратор",
            "from": " С {starts}.",
            "to": " По {ends} включительно.",
            "from.to": " С {starts} по {ends} включительно.",
            # metrics
            "metric": "{quoted} — {measured}; считается: {kinds}{where}.",
            "measure.count": "число действий",
            "measure.days": "число дней, в которые это было хотя бы раз",
            "measure.sum": "сумма поля {of}",
            "measure.distinct": "число разных {of}",
            "of.subject": "записей",
            "of.actor": "авторов",
            "of.source": "источников",
            "of.type": "типов",
            "of.id": "номеров",
            "of": "значений поля {field}",
            "kinds.activities": "{kinds}",
            "kinds.milestones": "веха {kinds}",
            "where": ", при условии: {condition}",
            # milestones
            "milestone": "{quoted}: запись {record} засчитывается, когда у неё есть всё: {needs}. {credit}{undone}",
            "credit.last": "Засчитывается тому, кто сделал последний шаг.",
            "credit.owner": "Засчитывается тому, кто в этот момент отвечал за запись.",
            "credit.creator": "Засчитывается тому, кто создал запись.",
            "undone": " Не считается, если затем произошло: {kinds}.",
            "undone.within": (
                " Не считается, если в течение {n} дня затем произошло: {kinds}.",
                " Не считается, если в течение {n} дней затем произошло: {kinds}.",
                " Не считается, если в течение {n} дней затем произошло: {kinds}.",
            ),
            # rewards
            "reward": "{quoted}: {parts}.",
            "kind.voucher": "ваучер",
            "kind.time_off": "отдых",
            "kind.points": "баллы",
            "kind.badge": "значок",
            "kind.money": "деньги",
            "has.points": ("{n} балл", "{n} балла", "{n} баллов"),
            "has.minutes": ("{n} минута отдыха", "{n} минуты отдыха", "{n} минут отдыха"),
            "has.money": "{money}",
            "has.costs": "стоит {money}",
            "has.valid_days": ("действует {n} день", "действует {n} дня", "действует {n} дней"),
            "has.budget.money": "бюджет {money}{each}",
            "has.budget.pieces": "доступно {n}{each}",
            "has.stock": "всего доступно {n}",
            "spent.stop": " Когда это исчерпано, остальные ждут {until}.",
            "spent.ask": " Когда это исчерпано, решает отдел кадров, и остальные ждут ответа.",
            "spent.continue": " Когда это исчерпано, остальные всё равно выдаются и считаются перерасходом.",
            "until.day": "следующего дня",
            "until.week": "следующей недели",
            "until.month": "следующего месяца",
            "until.quarter": "следующего квартала",
            "until.year": "следующего года",
            "until.ever": "пополнения",
            # boards
            "board": "{quoted}: места {holders} по показателю {title}{within}, видны первые {n}.",
            "holders.participant": "участников",
            "holders.team": "команд",
            # conditions
            "not": "неверно, что {part}",
            "group": "({part})",
            "empty": "поле {field} не заполнено",
            "never": "не подходит ничего",
            "always": "подходит всё",
            # what is missing
            "missing": "Ещё нужно: {needs}.",
            "missing.nothing": "Всё есть.",
            "more": "Осталось {more}: {have} из {target}{now}.",
            "more.days": (
                "Остался {n} рабочий день: {have} из {target} подряд.",
                "Осталось {n} рабочих дня: {have} из {target} подряд.",
                "Осталось {n} рабочих дней: {have} из {target} подряд.",
            ),
            "done": "Всё заработано{now}: {have} из {most}.",
            "now.day": " сегодня",
            "now.week": " на этой неделе",
            "now.month": " в этом месяце",
            "now.quarter": " в этом квартале",
            "now.year": " в этом году",
            "now.ever": "",
        }
    ),
)
