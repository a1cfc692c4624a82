"""What the contacts and deals of the demo are called: people and companies in Latin, Russian and Chinese letters."""
# ruff: noqa: RUF001  # Russian and Chinese names are meant

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.demo.company import SHANGHAI
from adoption.demo.company import VOLGA

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from collections.abc import Sequence

ELSEWHERE = 0.06  # of the contacts of a team, who come from where other letters are written
FIRST = """Ines Noor Robin Kim Alma Jakob Helena Matteo Clara Hugo Nadia Felix Amira Joost Linnea Rafael Maud Viktor
    Elif Stefan Agnes Dario Petra Youssef Karin Luca Ramona Henrik Samira Tobias Irene Paolo Wanda Milan Judith
    Kaspar Renata Björn Celine Marek"""
LAST = """Moreau Lindgren Okonkwo Hartmann Vermeer Castellano Duarte Nygaard Fontaine Kovács Brandt Mulder Ferrari
    Szymański Oliveira Keller Lemaire Haugen Rossini Baptiste Wójcik Jensen Marchetti Schreiber Delgado Bakker
    Nilsson Varga Esposito Thorne Aguirre Claes Meijer Petersen Galli Winther Roussel Almeida Krüger Sandoval"""
RUSSIAN_HE = "Артём Максим Кирилл Глеб Роман Виктор Андрей Олег Тимур Степан Игорь Константин"
RUSSIAN_SHE = "Дарья Алина Вера Ксения Полина Оксана Ирина Лариса Тамара Елена Софья Светлана"
RUSSIAN_LAST = """Богданов Воробьёв Гусев Данилов Ершов Жуков Ильин Киселёв Логинов Макаров Никитин Осипов Панин
    Рябов Савельев Тарасов Ушаков Филатов Хохлов Цветков Чернов Шубин"""
CHINESE_LAST = "林 高 郑 何 罗 梁 宋 唐 韩 曹 许 邓 冯 彭 曾 萧 蔡 潘 田 董 袁 于"
CHINESE_FIRST = "建国 雅婷 志强 思远 晓彤 佳怡 明轩 梦琪 浩然 欣然 子涵 文博 雨晴 俊杰 诗涵 国栋 美玲 海燕 一鸣 嘉豪"
LATIN_COMPANIES = """Aurora Foods; Borealis Energy; Cedar & Co; Delta Freight; Everest Tools; Fjord Marine; Gelato Uno;
    Harbour Print; Ister Textiles; Juniper Labs; Koto Design; Lumen Optics; Meridian Bank; Northwind; Orchid Care"""
RUSSIAN_COMPANIES = """Дельта; Эверест; Северный ветер; Волга Логистик; Тихий Дон; Уралпромсервис; Мастерская света;
    Новый порт; Белые ночи; Каравай"""
CHINESE_COMPANIES = "华光科技; 金桥贸易; 东方物流; 蓝海食品; 长江医药; 星河软件; 晨曦纺织; 云峰能源"
DEALS = ("Annual licence", "Pilot project", "Extension", "Training", "Framework agreement", "Support contract")
RUSSIAN_DEALS = ("Годовая лицензия", "Пилотный проект", "Расширение", "Обучение", "Рамочный договор", "Поддержка")
CHINESE_DEALS = ("年度许可", "试点项目", "扩容", "培训", "框架协议", "服务合同")


class Contact(NamedTuple):
    """Who a contact is and where they work; ``deal`` is what a deal with them would be called."""

    name: str
    company: str
    deal: str


class _Letters(NamedTuple):
    people: Sequence[str]
    companies: Sequence[str]
    deals: Sequence[str]


def _people(firsts: str, lasts: str, form: str = "{first} {last}") -> list[str]:
    return [form.format(first=first, last=last) for first in firsts.split() for last in lasts.split()]


def _companies(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(";")]


LATIN = _Letters(_people(FIRST, LAST), _companies(LATIN_COMPANIES), DEALS)
RUSSIAN = _Letters(
    _people(RUSSIAN_HE, RUSSIAN_LAST) + _people(RUSSIAN_SHE, RUSSIAN_LAST, "{first} {last}а"),
    _companies(RUSSIAN_COMPANIES),
    RUSSIAN_DEALS,
)
CHINESE = _Letters(_people(CHINESE_FIRST, CHINESE_LAST, "{last}{first}"), _companies(CHINESE_COMPANIES), CHINESE_DEALS)
HOME: Mapping[str, _Letters] = {VOLGA: RUSSIAN, SHANGHAI: CHINESE}


def contact(chance: random.Random, team: str) -> Contact:
    """Return somebody whom a team might meet."""
    letters = HOME.get(team, LATIN)
    if chance.random() < ELSEWHERE:
        letters = chance.choice((LATIN, RUSSIAN, CHINESE))
    company = chance.choice(letters.companies)
    return Contact(chance.choice(letters.people), company, f"{company} – {chance.choice(letters.deals)}")
