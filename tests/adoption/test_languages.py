"""English, Russian and Chinese: complete catalogues, right plurals, and no text outside of them."""

import re
from datetime import UTC
from datetime import date
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adoption import languages
from adoption.languages import tongue
from adoption.translations import gathering
from rules import wording

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


# --- nothing outside of the catalogues


class _Text(HTMLParser):
    """Collects what a template says itself: the text between tags, and what attributes say aloud."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.said = []

    def handle_data(self, data):
        self.said.append(data)

    def handle_starttag(self, _tag, attrs):
        self.said.extend(value for name, value in attrs if name in SPOKEN and value)

    handle_startendtag = handle_starttag


CLASSES = r"\{% block \w+_class %\}.*?\{% endblock %\}"
JINJA = re.compile(
    rf"\{{#.*?#\}}|{CLASSES}|\{{%-?\s*trans\b.*?endtrans\s*-?%\}}|\{{\{{.*?\}}\}}|\{{%.*?%\}}", re.DOTALL
)


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.*")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_templates_say_nothing_themselves(file):
    text = JINJA.sub("", file.read_text(encoding="utf-8"))
    if file.suffix == ".html":
        reader = _Text()
        reader.feed(re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL))
        text = " ".join(reader.said)
    assert set(WORD.findall(text)) - OURS == set()


PAGES = sorted((gathering.PACKAGE / "pages").glob("*.py"))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_toasts_are_messages(file):
    for said in re.findall(r"flash\((.{0,60})", Path(file).read_text(encoding="utf-8")):
        assert said.startswith(("gettext(", "ngettext(", "said", "_said")), said


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
