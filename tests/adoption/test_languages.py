"""English, Russian and Chinese: complete catalogues, kind words, right plurals, and no text outside of them."""
# ruff: noqa: RUF001  # Cyrillic letters, quotation marks and full-width punctuation are meant

import re
from datetime import UTC
from datetime import date
from datetime import datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adoption import languages
from adoption.extensions import db
from adoption.languages import Tongue
from adoption.languages import tongue
from adoption.translations import gathering
from rules import wording
from rules.book import packs
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.places import FACES
from tests.places import FILES
from tests.places import PLACES
from tests.places import pages
from tests.staff import BOOK
from tests.staff import PEOPLE
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Till
from tests.visitors import Visitor

TRANSLATED = [code for code in wording.LANGUAGES if code != languages.SOURCE]
TEMPLATES = gathering.PACKAGE / "templates"
NAMES = re.compile(r"%\((\w+)\)s")
SPACE = "\N{NO-BREAK SPACE}"
WORD = re.compile(r"[^\W\d_]{2,}")
OURS = {"Spoonful", "QX", "MPT"}  # the same in every language: our name, and the example of a code
SPOKEN = {"aria-label", "aria-valuetext", "aria-description", "aria-roledescription", "title", "placeholder", "alt"}


@pytest.fixture(scope="module")
def said():
    """Return every message that the code and the templates hold."""
    return gathering.gathered()


# --- catalogues


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_in_the_catalogue_and_nothing_else(said, code):
    wanted = {message.id for message in said if message.id}
    kept = {message.id for message in gathering.catalogue(code) if message.id}
    assert kept - wanted == set(), "nobody says these any more: make catalogues"
    assert wanted - kept == set(), "not in the catalogue: make catalogues"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated(code):
    assert gathering.untranslated(gathering.catalogue(code)) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_use_the_values_that_they_are_given(code):
    for message in gathering.catalogue(code):
        if not message.id:
            continue
        given = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        names = set(NAMES.findall("".join(given)))
        for one in said:
            used = set(NAMES.findall(one))
            assert used <= names, (message.id, one)
            assert names - used <= {"n"}, (message.id, one)  # "one" may stand for 1
            assert one.count("%") == len(NAMES.findall(one)) + 2 * one.count("%%"), one


def test_chinese_and_russian_are_written_in_their_letters():
    for code, letters in (("ru", "[\u0430-\u044f\u0451]"), ("zh", "[\u4e00-\u9fff]")):
        for message in gathering.catalogue(code):
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            for one in said:
                words = WORD.findall(NAMES.sub("", one))
                if message.id and words and not set(words) <= LATIN:
                    assert re.search(letters, one.lower()), (code, one)


LATIN = {"Spoonful", "QR", "CRM", "HTML", "JSON", "CSV", "SMTP", "eml", "API", "HR"}  # words that stay as they are


# --- kind words, written as each language wants it


UNKIND = {
    "en": r"\b(fail\w*|worst|worse|missed|lazy|poor\w*|weak\w*|losers?|lag\w*|penalt\w*|punish\w*|only(?= [%\d]))\b",
    "ru": r"\b(провал\w*|неудач\w*|худш\w*|хуже|не справ\w*|отста[её]\w*|отстав\w*|плох\w*|штраф\w*|лишь"
    r"|(только|всего)(?= [%\d]))\b",
    "zh": "失败|最差|更差|差劲|倒数|垫底|落后|错过|惩罚|仅仅|只有",
}
KIND = {  # what these words also say, and nobody minds
    "CRM data is late, so this may lag behind. Nothing is lost; it will count with its original time.",
}


def spoken(code):
    """Return each message with everything that is said for it in a language."""
    for message in gathering.gathered() if code == languages.SOURCE else gathering.catalogue(code):
        if message.id:
            given = message.id if code == languages.SOURCE else message.string
            yield message.id, given if isinstance(given, (tuple, list)) else (given,)


@pytest.mark.parametrize("code", wording.LANGUAGES)
def test_nobody_is_belittled_and_nothing_is_shouted(code):
    for message, said in spoken(code):
        for one in said:
            assert message in KIND or not re.search(UNKIND[code], one.lower()), one
            assert not set("!！") & set(one), one


def test_a_reader_is_spoken_to_in_one_way():
    for _, said in spoken("zh"):
        assert not [one for one in said if "你" in one], said  # 您, as Russian says вы
    for _, said in spoken("ru"):
        assert not [one for one in said if re.search(r"\bты\b|\bтво[йеяю]|(?<=\w )\bВ(ы|ам|ас|аш\w*)\b", one)], said


def test_russian_breaks_no_line_before_a_dash_and_quotes_as_in_books():
    for _, said in spoken("ru"):
        for one in said:
            assert " —" not in one, one
            assert f"№{SPACE}" in one or "№" not in one, one
            assert not set('"“”„') & set(one), one
            assert one.count("«") == one.count("»"), one
            assert not re.search(r"\b(еще|ее|нее|мое|свое|пришел|учтен)\b", one.lower()), one


def test_chinese_has_its_own_punctuation_and_a_space_beside_latin_letters_and_digits():
    for _, said in spoken("zh"):
        for one in said:
            assert not re.search(r"[\u4e00-\u9fff][,;:?.]|[,;:?][\u4e00-\u9fff]", one), one
            assert not set("\"'«»()") & set(NAMES.sub("", one)) or set(WORD.findall(one)) <= LATIN, one
            assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", NAMES.sub("…", one)), one


# Words for things that have another one (docs/decisions/languages.md).
STRAY = {
    "ru": r"\bпреми[яюйи]\w*|\bталон\w*|раздач\w+|\bсогласующи\w+|куратор\w* внедрения|\bстимул\w*|знак\w* отличия"
    r"|в отъезде|\bкарточ\w+|\bзачт[её]\w+|\bодобр\w+|\bHR\b|самочувстви\w+|показател\w+ внедрения|освоени\w+ CRM"
    r"|расчётн\w+ лист(а|ов|ы)\b|стары\w+ поставк\w+|свободн\w+ врем\w+|\bслужб\w+|жив(ая|ой|ую) работ\w+",
    "zh": "经理|手册|明细单|排行榜|案例|人事(?!系统)|工资核算|工资文件|\\bHR\\b|证据|数据源|登记表|采用评分"
    "|使用得分|使用度|问候|投递|领取点|交易|各项指标|主页|“我”",
}


@pytest.mark.parametrize("code", TRANSLATED)
def test_one_thing_has_one_word(code):
    for _, said in spoken(code):
        for one in said:
            assert not re.search(STRAY[code], one, re.IGNORECASE), one


# --- nothing outside of the catalogues


DATA = {"data-l", "data-says", "data-words"}


class Heard(HTMLParser):
    """Collects every text of a page and of its attributes; not what is in another language, or said to be data.

    What stands around the slots of a sentence (``class="spoken"``) is one message, and heard as one.
    """

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.said, self.open, self.sentence = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        other = ("lang" in given and tag != "html") or given.get("translate") == "no"
        code = tag in {"style", "script", "code"} or "mono" in (given.get("class") or "").split()
        skipped = other or code or (bool(self.open) and self.open[-1][1])
        if not skipped:
            self.said += [value for name, value in attributes if name in SPOKEN | DATA and value]
        if tag not in self.VOID:
            self.open.append((tag, skipped))
            if "spoken" in (given.get("class") or "").split():
                self.sentence = []

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag == "p" and self.sentence is not None:
            self.said.append("".join(self.sentence))
            self.sentence = None

    def handle_data(self, data):
        if not (self.open and self.open[-1][1]):
            (self.said if self.sentence is None else self.sentence).append(data)


CLASSES = r"\{% block \w+_class %\}.*?\{% endblock %\}"
JINJA = re.compile(
    rf"\{{#.*?#\}}|{CLASSES}|\{{%-?\s*trans\b.*?endtrans\s*-?%\}}|\{{\{{.*?\}}\}}|\{{%.*?%\}}", re.DOTALL
)


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.*")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_templates_say_nothing_themselves(file):
    text = re.sub(r"(?<=<)(/?)\{\{.*?\}\}", r"\1h2", file.read_text(encoding="utf-8"))  # a heading of any rank
    text = JINJA.sub("", text)
    if file.suffix == ".html":
        text = " ".join(Heard(text).said)
    assert set(WORD.findall(text)) - OURS == set()


PAGES = sorted((gathering.PACKAGE / "pages").glob("*.py"))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_toasts_are_messages(file):
    for said in re.findall(r"flash\((.{0,60})", Path(file).read_text(encoding="utf-8")):
        assert said.startswith(("gettext(", "ngettext(", "said", "_said")), said


# --- a language that marks every message: what has no marks is outside of the catalogues


class Marked:
    """A catalogue in which every message stands in brackets of its own."""

    def ugettext(self, message):
        return f"⟦{message}⟧"

    def ungettext(self, one, many, count):
        return f"⟦{one if count == 1 else many}⟧"


WRITTEN = BOOK.read_text(encoding="utf-8") + "".join(pack.text for pack in packs.shipped())
# What stands in pages as it is: names of people, places and records, kinds and fields in the book, and our own name.
KNOWN = OURS | {"CRM", "EUR", "ZH", "Sales", "North", "Canteen", "Robin", "shop", *PEOPLE}
KNOWN |= set(WORD.findall(" ".join(re.findall(r'"([a-z_.]+)"', WRITTEN))))
KNOWN |= set(WORD.findall("Lunch break 10 minutes earlier"))  # in a letter of ``Staff.live``


def unmarked(text):
    """Return the words in Latin letters outside of all brackets.  Everything that is no message is in Chinese here."""
    outside, depth = [], 0
    for sign in text:
        depth += {"⟦": 1, "⟧": -1}.get(sign, 0)
        assert depth >= 0, text
        if depth == 0 and sign != "⟧":
            outside.append(sign)
    assert depth == 0, f"a message with a tag inside: {text}"
    return set(re.findall("[A-Za-z]{2,}", re.sub(r"\S+@\S+", "", "".join(outside)))) - KNOWN


@pytest.fixture(scope="module")
def marked_town(databases, tmp_path_factory):
    """Return an application that speaks in marks, in which everybody has something of everything."""
    patch = pytest.MonkeyPatch()
    pseudo = Tongue("zh", tongue("zh").locale, Marked())
    patch.setattr(languages, "tongue", lambda _code: pseudo)
    for url in fresh(databases, "sqlite"):
        settings = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
        app = application(url, tmp_path_factory.mktemp("archive"), **settings)
        with pushed(app):
            app.staff = Staff()
            app.has = app.staff.live()
            yield app
    patch.undo()


def heard(answer):
    """Return the texts of an answer: of a page, a table or a letter."""
    if answer.mimetype == "text/html":
        return Heard(answer.get_data(as_text=True)).said
    if answer.mimetype == "message/rfc822":
        letter = message_from_bytes(answer.data, policy=default)
        html, text = (letter.get_body((kind,)).get_content() for kind in ("html", "plain"))
        return [letter["Subject"], text, *Heard(html).said]
    return [answer.get_data(as_text=True)] if answer.mimetype == "text/csv" else []


def check(answer):
    texts = heard(answer)
    assert any("⟦" in text for text in texts), "nothing is said"
    assert {word: text.strip() for text in texts for word in unmarked(text)} == {}


# What only machines read: in one language, and payroll's in the words that payroll asked for.
MACHINES = {
    "me.data", "bonus.document", "bonus.document_of_person", "bonus_payroll.file", "journal_pages.download",
    "budgets.download", "audits.download", "value.download", "book.download",
    "journal_pages.head", "dry_run.download",
    "ownership.download",
}  # fmt: skip


def test_every_page_is_listened_to(marked_town):
    assert pages(marked_town) == PLACES.keys() | FILES.keys()


@pytest.mark.parametrize("name", [name for name in PLACES | FACES | FILES if name not in MACHINES])
def test_a_page_says_nothing_but_messages(marked_town, name):
    place = (PLACES | FACES | FILES)[name]
    visitor = place.visitor(marked_town, marked_town.staff)
    db.session.rollback()  # what this session read before is old now
    answer = visitor.get(place.path(marked_town.has), headers={"Accept-Language": "zh"}, follow_redirects=True)
    assert answer.status_code == place.status
    check(answer)


@pytest.mark.parametrize(
    ("who", "path", "form", "status"),
    [
        (None, "/sign-in", {"address": "nobody"}, 422),
        ("Alice", "/me/shown", {"shown": "alias", "alias": "?"}, 422),
        ("Alice", "/me/shown", {"shown": "alias", "alias": "Bob"}, 422),
        ("Alice", "/me/shown", {"shown": "flying"}, 422),
        ("Alice", "/me/speech", {"language": "", "theme": ""}, 200),
        ("Carl", "/counter/token", {"token": "nothing"}, 200),
        ("a till", "/counter/scan", {"code": "K7QX4MPT"}, 200),
        ("a till", "/counter/scan", {"code": "?"}, 200),
        ("a till", "/counter/undo", {"redemption": "1"}, 200),
    ],
)
def test_an_answer_says_nothing_but_messages(marked_town, who, path, form, status):
    visitor = Till(marked_town) if who == "a till" else Visitor(marked_town, marked_town.staff[who] if who else None)
    visitor.headers["Accept-Language"] = "zh"
    db.session.rollback()  # what this session read before is old now
    answer = visitor.post(path, form, follow_redirects=True)
    assert answer.status_code == status
    check(answer)


# --- plurals, numbers, money, days


@pytest.mark.parametrize(
    ("count", "form"),
    [
        (1, 0),
        (21, 0),
        (101, 0),
        (2, 1),
        (3, 1),
        (24, 1),
        (5, 2),
        (11, 2),
        (12, 2),
        (0, 2),
        (111, 2),
        (Decimal("1.5"), 1),
    ],
)
def test_russian_chooses_among_its_plural_forms(monkeypatch, count, form):
    russian = tongue("ru")
    kept = {("%(n)s point", 0): "%(n)s балл", ("%(n)s point", 1): "%(n)s балла", ("%(n)s point", 2): "%(n)s баллов"}
    monkeypatch.setattr(russian.catalogue, "_catalog", kept)
    ending = ("балл", "балла", "баллов")[form]
    assert russian.ngettext("%(n)s point", "%(n)s points", count).endswith(f" {ending}")


def test_english_knows_one_and_many():
    english = tongue("en")
    assert [english.ngettext("%(n)s point", "%(n)s points", n) for n in (0, 1, 2, Decimal("1.5"))] == [
        "0 points", "1 point", "2 points", "1.5 points"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "number", "money", "percent"),
    [
        ("en", "1,234,567.5", "€1,200.50", "88%"),
        ("ru", f"1{SPACE}234{SPACE}567,5", f"1{SPACE}200,50{SPACE}€", f"88{SPACE}%"),
        ("zh", "1,234,567.5", "€1,200.50", "88%"),
    ],
)
def test_numbers_follow_the_language(code, number, money, percent):
    spoken = tongue(code)
    assert spoken.number(Decimal("1234567.50")) == number
    assert spoken.units(12_345_675_000) == number
    assert spoken.money(Decimal("1200.5"), "EUR") == money
    assert spoken.percent(Decimal("0.88")) == percent


@pytest.mark.parametrize("value", [0, 7, 1000, Decimal("0.0001"), Decimal("1E+3"), Decimal("-2.5")])
def test_numbers_keep_every_digit(value):
    assert Decimal(tongue("en").number(value).replace(",", "")) == value


def test_days_and_times_follow_the_language(sqlite_app):
    day = date(2026, 12, 24).toordinal()
    assert [tongue(code).day(day) for code in ("en", "ru", "zh")] == [
        "Thursday 24 December", "24 декабря (четверг)", "12月24日（星期四）"
    ]  # fmt: skip
    assert [tongue(code).day(day, "alone") for code in ("en", "ru", "zh")] == [
        "Thursday 24 December", "24 декабря, четверг", "12月24日星期四"
    ]  # fmt: skip
    assert [tongue(code).weekday(day) for code in ("en", "ru", "zh")] == ["Thursday", "четверг", "星期四"]
    noon = datetime(2026, 12, 24, 11, 5, tzinfo=UTC)
    assert {tongue(code).clock(noon) for code in ("en", "ru", "zh")} == {"12:05"}  # in Amsterdam
    assert [tongue(code).moment(noon) for code in ("en", "ru", "zh")] == [
        "Thursday 24 December 2026, 12:05", "24 декабря 2026 г., 12:05", "2026年12月24日（星期四） 12:05"
    ]  # fmt: skip


def test_a_russian_sentence_that_ends_with_a_day_has_one_full_stop():
    russian = tongue("ru")
    day = date(2026, 11, 27).toordinal()
    for shape, ending in (("full", "27 ноября 2026 г."), ("short", "27 нояб.")):
        assert russian.gettext("Its last day was %(day)s.", day=russian.day(day, shape)).endswith(f" {ending}")
    assert russian.gettext("Why: %(why)s", why="2026 г...").endswith("2026 г..."), "what somebody wrote stays"
    assert tongue("en").gettext("Why: %(why)s.", why="27 нояб.").endswith("..")


# --- which language somebody is spoken to


@pytest.mark.parametrize(
    ("asked", "kept", "chosen", "spoken"),
    [
        (None, None, None, "en"),
        ("ru-RU,ru;q=0.9,en;q=0.5", None, None, "ru"),
        ("zh-Hans-CN", None, None, "zh"),
        ("fr", None, None, "en"),
        ("ru", "zh", None, "zh"),
        ("ru", "klingon", None, "ru"),
        ("ru", "zh", "en", "en"),
    ],
)
def test_the_persons_choice_beats_the_browsers(sqlite_app, asked, kept, chosen, spoken):
    headers = {
        name: value for name, value in (("Accept-Language", asked), ("Cookie", kept and f"language={kept}")) if value
    }
    with sqlite_app.test_request_context(headers=headers):
        assert languages.wanted(chosen) == spoken
