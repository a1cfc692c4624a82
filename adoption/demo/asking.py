"""What people of the demo's first wave asked, what their champion answered, and what became help."""

from __future__ import annotations

from typing import NamedTuple

from adoption import facts
from adoption import questions
from adoption.demo.company import address
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.questions import helping
from adoption.questions.asking import Form
from rules import period

CHAMPION = "Ingrid Dahl"
HOUR = 3_600 * period.SECOND


class Told(NamedTuple):
    """A question: who asked how many hours ago, about which page, in which language, and what was said hours later."""

    asker: str
    ago: int
    page: tuple[str, str]
    language: str
    text: str
    answer: str = ""
    later: int = 0
    back: bool = False


HOME, REWARDS, BOARD = ("home.week", "/"), ("rewards.index", "/rewards"), ("board.show", "/boards/contacts-this-week")
ASKED = (
    Told("Sophie Laurent", 197, REWARDS, "en", "I have ten contacts. Where is my lunch?",
         "Ten developed ones: each needs a conversation and a next step. “Why?” on Home says which is missing.", 3),
    Told("Tomás Ortega", 172, HOME, "en", "I called somebody yesterday and it is not here. Is it lost?",
         "No. The call was logged in the evening, and Home counts it by the day on which it happened.", 2),
    Told("王伟", 150, BOARD, "zh", "排行榜上可以不显示我的名字吗\uff1f",
         "可以。在“我”里选择别名或隐藏\uff0c奖励不受影响。", 22),
    Told("Lars Eriksson", 125, HOME, "en", "Do I have to enter the old contacts from my sheet?",
         "Bring the sheet under “Me”: it says which ones the CRM lacks.", 1),
    Told("Alice Novak", 54, REWARDS, "en", "Can I give my lunch to Sophie?",
         "Not yet, sorry. You can choose leaving earlier instead.", 5),
    Told("Tomás Ortega", 26, BOARD, "en", "Why am I two places lower than yesterday?",
         "Which board do you mean, the one of the week?", 4, back=True),
    Told("Sophie Laurent", 5, HOME, "en", "What is a next step? Is a note enough?"),
    Told("Alice Novak", 3, REWARDS, "en", "Does my lunch expire while I am on holiday?"),
)  # fmt: skip  # a list of questions
NOT_LOST = (
    "Nothing is lost. What comes late is counted by the day on which it happened. The line at the top of each page "
    "says until when the data of the CRM is here."
)
DEVELOPED = (
    "A lunch is for ten developed contacts. A contact is developed with a way to reach it, a conversation and a next "
    "step. Home shows what each one still lacks, and “why?” says more."
)
ENTRIES = {
    0: ("I have ten contacts. Where is the lunch?", DEVELOPED),
    1: ("Something I did is not counted. Is it lost?", NOT_LOST),
}  # the place of a question → what became of it


def begin(now: int) -> None:
    """Let people ask and the champion answer, and make help of two answers."""
    known = facts.current()
    champion = known.holder_of(address(CHAMPION)) or 0
    reader = questions.Reader(champion, desk=False)
    for place, one in enumerate(ASKED):
        asker, moment = known.holder_of(address(one.asker)) or 0, now - one.ago * HOUR
        form = Form(f"demo {place}", one.text, *one.page, one.language, letters=False)
        questions.ask(begin_write(), asker, form, moment)
        db.session.commit()
        number = questions.mine(asker)[0][0].id
        if one.answer:
            answered = moment + one.later * HOUR
            once = f"demo {place}"
            questions.answer(begin_write(), reader, number, one.answer, back=one.back, once=once, now=answered)
            db.session.commit()
        if place in ENTRIES:
            said = helping.Written(one.page[0], one.language, *ENTRIES[place])
            helping.publish(begin_write(), By(champion, CHAMPION), said, question=number, now=now)
            db.session.commit()
