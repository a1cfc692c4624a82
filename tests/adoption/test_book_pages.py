"""The pages of the book: what is typed is never lost, nothing is overwritten, and hostile forms break nothing."""

import html
import io
import re
import time
from datetime import date

import pytest

from adoption import drafts
from adoption import facts
from adoption import rulebook
from adoption import sent
from adoption.extensions import db
from adoption.history import warm
from adoption.journal import By
from adoption.pages import book_parts
from rules.book import composing
from rules.book import writing
from tests.staff import Staff
from tests.visitors import Visitor

LUNCH = ("incentive", "ten-contacts-lunch")
FORM = {
    "title": "Ten developed contacts",
    "how": "every",
    "target": "10",
    "metric": "developed-contacts",
    "per": "week",
    "limit": "2",
    "earns[]": ["free-lunch", "early-break"],
}


@pytest.fixture
def staff(sqlite_app):
    return Staff()


@pytest.fixture
def hana(sqlite_app, staff):
    return Visitor(sqlite_app, staff["Hana"])


@pytest.fixture
def draft(staff):
    """Return the number of a draft of Hana's that changes nothing yet."""
    number = drafts.begin("Changes", By(staff["Hana"], "hana@example.com"), staff.now)
    db.session.commit()
    return number


def hidden(page):
    text = page.get_data(as_text=True)
    return {name: re.search(f'name="{name}" value="([^"]*)"', text)[1] for name in ("revision", "seen")}


def body(number, name=LUNCH):
    db.session.rollback()
    text = drafts.get(number).changes.get(name)
    return None if text is None else writing.body_of(text, *name)


def edit(draft, name=LUNCH):
    return f"/hr/book/drafts/{draft}/{'/'.join(name)}"


@pytest.mark.parametrize("wish", [{"kind": "incentive"}, {"kind": "reward"}, {"kind": "incentive", "key": LUNCH[1]}])
def test_who_goes_back_without_saving_leaves_no_draft_behind(hana, wish):
    page = hana.post("/hr/book/drafts", wish, follow_redirects=True)
    text = page.get_data(as_text=True)
    assert "As a sentence" in text
    assert "Draft: " not in text
    assert drafts.listed(drafts.STATES) == []


def test_the_first_save_begins_the_draft_and_leads_on_in_it(hana):
    page = hana.post("/hr/book/drafts", {"kind": "incentive", "key": LUNCH[1]}, follow_redirects=True)
    form = {**FORM, **hidden(page), "target": "8", "go": "draft"}
    text = hana.post(edit(drafts.UNBEGUN), form, follow_redirects=True).get_data(as_text=True)
    [begun] = drafts.listed()
    assert begun.title == "Change: Ten developed contacts"
    assert body(begun.number)["every"] == 8
    assert f"/hr/book/drafts/{begun.number}" in text


def action(page):
    return re.search(r'id="builder"[^>]* action="([^"]+)"', page.get_data(as_text=True))[1]


@pytest.mark.parametrize("counts", ["call.completed", "+new"])
def test_a_new_reward_that_was_chosen_is_still_chosen_after_the_new_metric_was_written(hana, counts):
    page = hana.post("/hr/book/drafts", {"kind": "incentive"}, follow_redirects=True)
    form = {**FORM, **hidden(page), "title": "Two things new", "metric": "+new", "earns[]": "+new", "go": "draft"}
    answer = hana.post("/hr/book/drafts/0/new/incentive", form)
    there = answer.headers["Location"]
    assert "/new/metric" in there
    metric = {**hidden(hana.get(there)), "title": "Calls two", "counts[]": counts, "measure": "count", "go": "stay"}
    back = hana.post(there, metric).headers["Location"]
    if counts == "+new":
        milestone = {**hidden(hana.get(back)), "title": "A milestone", "record": "contact", "go": "stay"}
        page = hana.get(hana.post(back, milestone).headers["Location"])
        kept = {**metric, **hidden(page), "counts[]": "contact.a-milestone"}
        back = hana.post(html.unescape(action(page)), kept).headers["Location"]
    assert "/incentive/two-things-new" in back
    text = hana.get(back).get_data(as_text=True)
    assert re.search(r'<option value="\+new" selected[^>]*>a new reward', text)


def test_a_draft_is_called_as_what_is_new_in_it(hana):
    page = hana.post("/hr/book/drafts", {"kind": "reward"}, follow_redirects=True)
    form = {**hidden(page), "title": "A free evening", "kind": "badge", "go": "draft"}
    assert hana.post("/hr/book/drafts/0/new/reward", form).status_code == 303
    assert [one.title for one in drafts.listed()] == ["A free evening"]


def test_saving_what_is_as_it_was_begins_no_draft(hana):
    page = hana.post("/hr/book/drafts", {"kind": "reward", "key": "free-lunch"}, follow_redirects=True)
    there = edit(drafts.UNBEGUN, ("reward", "free-lunch"))
    text = page.get_data(as_text=True)
    fields = re.findall(r'<input[^>]* name="([a-z_.\[\]]+)"[^>]* value="([^"]*)"', text)
    chosen = re.findall(r'<select[^>]* name="([a-z_.]+)".*?<option value="([^"]*)" selected', text, re.DOTALL)
    answer = hana.post(there, {**dict(fields), **dict(chosen), "go": "stay"}, follow_redirects=True)
    assert "Nothing was changed, so no draft was begun." in answer.get_data(as_text=True)
    assert drafts.listed(drafts.STATES) == []


def test_what_was_published_between_opening_and_the_first_save_is_not_undone_unseen(hana, staff):
    page = hana.post("/hr/book/drafts", {"kind": "incentive", "key": LUNCH[1]}, follow_redirects=True)
    text = drafts.newest().text
    theirs = {
        LUNCH: writing.text_of(
            *LUNCH, writing.body_of(text, *LUNCH) | {"every": 9, "examples": [{"value": 9, "earns": 1}]}
        )
    }
    today = facts.day_of()(staff.now)
    rulebook.publish(composing.put(text, theirs), today=today, since=today, name="another", now=staff.now)
    db.session.commit()
    hana.post(edit(drafts.UNBEGUN), {**FORM, **hidden(page), "target": "8", "go": "draft"})
    [begun] = drafts.listed()
    assert [one.key for one in drafts.conflicts(begun)] == [LUNCH[1]]


def test_what_cannot_be_read_is_kept_as_typed_and_its_remedy_stands_beside_it(hana, draft):
    sent = hidden(hana.get(edit(draft)))
    answer = hana.post(edit(draft), {**FORM, **sent, "target": "ten", "go": "stay"}, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert 'value="ten"' in text
    assert "Write a number above zero, such as 10." in text
    assert body(draft)["every"] == "ten"
    assert "It is ready" not in hana.get(f"/hr/book/drafts/{draft}").get_data(as_text=True)


def test_an_example_without_an_answer_is_kept_with_what_the_rule_gives(hana, draft):
    sent = hidden(hana.get(edit(draft)))
    hana.post(edit(draft), {**FORM, **sent, "examples.0.value": "27", "examples.0.earns": "", "go": "stay"})
    assert body(draft)["examples"] == [{"value": 27, "earns": 2}]


def test_a_change_beside_somebody_elses_keeps_both(hana, staff, draft):
    sent = hidden(hana.get(edit(draft)))
    reward = ("reward", "free-lunch")
    changed = writing.body_of(drafts.newest().text, *reward) | {"valid_days": 7}
    other = By(staff["Ann"], "ann@example.com")
    drafts.change(draft, int(sent["revision"]), {reward: writing.text_of(*reward, changed)}, other, staff.now)
    db.session.commit()
    answer = hana.post(edit(draft), {**FORM, **sent, "target": "8", "go": "draft"}, follow_redirects=True)
    assert "Ann changed something else in this draft meanwhile; both are kept." in answer.get_data(as_text=True)
    assert body(draft)["every"] == 8
    assert body(draft, reward)["valid_days"] == 7


def test_a_change_of_the_same_definition_is_shown_to_whoever_comes_second(hana, staff, draft):
    sent = hidden(hana.get(edit(draft)))
    theirs = writing.body_of(drafts.newest().text, *LUNCH) | {"every": 9}
    other = By(staff["Ann"], "ann@example.com")
    drafts.change(draft, int(sent["revision"]), {LUNCH: writing.text_of(*LUNCH, theirs)}, other, staff.now)
    db.session.commit()
    answer = hana.post(edit(draft), {**FORM, **sent, "target": "8", "go": "stay"})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "Every 9 developed contacts" in text
    assert "Every 8 developed contacts" in text
    assert 'name="target" value="8"' in text
    assert body(draft)["every"] == 9, "nothing is overwritten"
    hana.post(edit(draft), {**FORM, **hidden(answer), "target": "8", "go": "stay"})
    assert body(draft)["every"] == 8


def test_a_preview_and_an_effect_store_nothing(hana, draft):
    before = drafts.get(draft)
    for part in ("preview", "effect"):
        assert hana.post(f"{edit(draft)}/{part}", {**FORM, "target": "8"}).status_code == 200
    db.session.rollback()
    assert drafts.get(draft) == before


WARNED = re.compile(r'id="look".*?<ul[^>]*>(.*?)</ul>', re.DOTALL)


def test_what_the_history_warns_of_stands_beside_the_rule_in_the_words_of_the_dry_run(hana, staff, draft, monkeypatch):
    monkeypatch.setattr(book_parts, "WITHIN", 600)  # however busy the machine is
    staff.send([event for number in range(31) for event in staff.contact("Alice", number)])
    staff.send([staff.event("Alice", "contact.deleted", f"contact/{number}", minutes=5) for number in range(3)])
    every = {**FORM, "target": "1", "limit": "", "go": "stay"}
    beside = hana.post(f"{edit(draft)}/effect", every).get_data(as_text=True)
    for said in (
        'Alice takes 100% of all awards. <span class="soft">Cap how many one can earn in a period',
        'Alice made 3 records and deleted or took them back again. <span class="soft">Count a milestone',
        "31 activities of the type contact.created came in rushes, up to 31 within five minutes: an import?",
        "17 of 18 had nothing that counts for “Developed contacts” at all, and could never have earned it.",
    ):
        assert said in beside, beside
    hana.post(edit(draft), {**every, **hidden(hana.get(edit(draft)))})
    days = (date.fromordinal(staff.today - 29), date.fromordinal(staff.today))
    page = hana.get(f"/hr/book/drafts/{draft}/dry-run?from={days[0]}&to={days[1]}").get_data(as_text=True)
    assert WARNED.search(beside)[1] == WARNED.search(page)[1]


def test_what_cannot_be_had_in_time_is_being_estimated_and_asked_for_again(hana, draft, monkeypatch):
    monkeypatch.setattr(book_parts, "WITHIN", -1)
    warm.forget()
    answers = [hana.post(f"{edit(draft)}/effect", FORM).get_data(as_text=True) for _ in range(3)]
    assert ["estimating…" in one for one in answers] == [True, True, False]
    assert ["data-again" in one for one in answers] == [True, True, False]
    warm.forget()
    page = hana.post(edit(draft), {**FORM, **hidden(hana.get(edit(draft))), "go": "effect"}).get_data(as_text=True)
    assert "Look again" in page, "without a script a button asks again"


def test_a_title_in_any_script_gives_a_key(hana, draft):
    sent = hidden(hana.get(f"/hr/book/drafts/{draft}/new/reward"))
    hana.post(
        f"/hr/book/drafts/{draft}/new/reward", {**sent, "title": "Свободный вечер", "kind": "badge", "go": "stay"}
    )
    assert body(draft, ("reward", "svobodnyy-vecher")) == {"title": "Свободный вечер", "kind": "badge"}


@pytest.mark.parametrize("kind", ["incentive", "reward", "metric", "milestone", "board"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"title": "\0\ud7ff\u2028" + "x" * 5000, "go": "stay", "revision": "9" * 40},
        {"title": "x", "act[]": ["row:where", "remove:where.rows.99", "set:title=\n", "take:0=1", "?:"], "where": "x"},
        {
            "where.rows.0.rows.0.rows.0.rows.0.kind": "none",
            "needs.0.where.kind": "?",
            "title": "x",
            "examples.7.value": "1e9",
        },
        {"title": "x", "target": "1e400", "limit": "-1", "from": "9999-12-31", "last": "9999-12-31", "go": "stay"},
        {"title": "x", "counts[]": ["a" * 300, "flag.raised"], "record": "../..", "currency": "€€€", "worth": "NaN"},
    ],
)
def test_hostile_forms_get_an_answer(hana, draft, kind, form):
    for path in (f"/hr/book/drafts/{draft}/new/{kind}", f"/hr/book/drafts/{draft}/new/{kind}/preview"):
        answer = hana.post(path, form)
        assert answer.status_code < 500, (path, answer.status_code)


def test_who_may_read_but_not_write_is_offered_no_change(sqlite_app, staff, draft):
    ann = Visitor(sqlite_app, staff["Ann"])
    page = ann.get("/hr/book/incentive/ten-contacts-lunch").get_data(as_text=True)
    assert "Every 10 developed contacts in a week" in page
    assert '/hr/book/drafts"' not in re.sub(r'href="[^"]*"', "", page)
    assert ann.get(edit(draft)).status_code == 403


def test_an_empty_book_leads_to_a_first_incentive_and_to_packs(sqlite_app, hana, monkeypatch):
    from adoption.pages import book_lines  # noqa: PLC0415  # what the page would find without any book

    monkeypatch.setattr(book_lines, "lines", lambda *_: [])
    page = hana.get("/hr/book").get_data(as_text=True)
    assert "Write the first incentive" in page
    assert "/hr/book/packs" in page


def test_a_search_finds_words_of_the_sentence(hana):
    page = hana.get("/hr/book?q=lunch+break+week").get_data(as_text=True)
    assert "Ten developed contacts" in page
    assert "Five conversations" not in page


def test_types_and_fields_are_what_the_sources_sent(sqlite_app, staff, hana, draft):
    staff.send(staff.contact("Alice", 1))
    page = hana.get(edit(draft, ("metric", "complete-cards"))).get_data(as_text=True)
    assert "New contact (1)" in page
    assert "robin1@example.net" in page
    found = sent.lately()
    assert found.counts["contact.created"] == 1
    assert found.records == ("contact",)


def test_samples_ask_the_database_once_a_minute(sqlite_app, staff, monkeypatch):
    staff.send(staff.contact("Alice", 1))
    first = sent.lately()
    staff.send(staff.contact("Alice", 2))
    assert sent.lately() is first
    moment = time.monotonic()
    monkeypatch.setattr(sent.time, "monotonic", lambda: moment + sent.LASTS + 1)
    assert sent.lately().counts["contact.created"] == 2


def test_roles_are_offered_in_words(hana, draft):
    page = hana.get(edit(draft)).get_data(as_text=True)
    assert re.search(r'<option value="role:hr"[^>]*>Human resources</option>', page)
    ticks = hana.post(edit(draft) + "/preview", {**FORM, **hidden(hana.get(edit(draft))), "offered": "several"})
    assert re.search(r'value="hr"> *Human resources', ticks.get_data(as_text=True))


# --- from which day on


def changed(staff, number, name, **how):
    """Change a definition in a draft as Hana."""
    text = writing.text_of(*name, writing.body_of(drafts.newest().text, *name) | how)
    drafts.change(number, drafts.get(number).revision, {name: text}, By(staff["Hana"], "Hana"), staff.now)
    db.session.commit()


def page_of(hana, number):
    return hana.get(f"/hr/book/drafts/{number}").get_data(as_text=True)


AT_ONCE = "Rewards and boards have no days: a change to them holds from the moment of publishing."


def test_a_changed_reward_holds_at_once_and_the_draft_says_so(hana, staff, draft):
    changed(staff, draft, LUNCH, every=8)
    assert AT_ONCE not in page_of(hana, draft)
    changed(staff, draft, ("reward", "free-lunch"), valid_days=7)
    assert AT_ONCE in page_of(hana, draft)
    assert 'name="starts"' in page_of(hana, draft)
    changed(staff, draft, LUNCH, who={"role": "employee"})
    drafts.send(draft, drafts.get(draft).revision, By(staff["Hana"], "Hana"), staff.now)
    db.session.commit()
    assert AT_ONCE in page_of(hana, draft), "whoever approves reads it, too"


def test_no_day_is_asked_for_where_nothing_begins_on_one(hana, staff, draft):
    assert 'name="starts"' in page_of(hana, draft), "nothing is in it yet"
    changed(staff, draft, ("reward", "free-lunch"), valid_days=7)
    page = page_of(hana, draft)
    assert "as soon as it is published" in page
    assert 'name="starts"' not in page
    form = {"revision": drafts.get(draft).revision, "act": "send", "title": "Shorter", "why": ""}
    hana.post(f"/hr/book/drafts/{draft}", form)
    db.session.rollback()
    assert drafts.get(draft).state == drafts.WAITING
    assert "as soon as it is published" in page_of(hana, draft)


def test_what_is_new_may_begin_today_and_what_changes_a_promise_may_not(hana, staff, draft):
    today = f'value="{date.fromordinal(staff.today).isoformat()}"'
    assert today not in page_of(hana, draft), "nothing is in it yet"
    changed(staff, draft, LUNCH, title="Another lunch")
    assert today not in page_of(hana, draft)
    drafts.change(draft, drafts.get(draft).revision, {LUNCH: None}, By(staff["Hana"], "Hana"), staff.now)
    db.session.commit()
    assert today not in page_of(hana, draft), "an end takes something away"
    body = writing.body_of(drafts.newest().text, *LUNCH)
    both = {LUNCH: writing.text_of(*LUNCH, body), (LUNCH[0], "lunch-two"): writing.text_of(LUNCH[0], "lunch-two", body)}
    drafts.change(draft, drafts.get(draft).revision, both, By(staff["Hana"], "Hana"), staff.now)
    db.session.commit()
    assert today in page_of(hana, draft)
    hana.post(
        f"/hr/book/drafts/{draft}", {"revision": drafts.get(draft).revision, "starts": today[7:-1], "act": "save"}
    )
    db.session.rollback()
    assert drafts.get(draft).starts == staff.today


def test_a_rule_that_begins_before_what_it_counts_is_told_so_and_not_once_both_begin_together(hana, staff, draft):
    text, calls, rule = drafts.newest().text, ("metric", "calls-two"), ("incentive", "lunch-two")
    counted = writing.text_of(*calls, writing.body_of(text, "metric", "complete-cards") | {"title": "Calls two"})
    later = staff.today + 4
    rulebook.publish(composing.put(text, {calls: counted}), today=staff.today, since=later, name="b", now=staff.now)
    db.session.commit()
    body = writing.body_of(text, *LUNCH) | {"metric": "calls-two"}
    hand, now = By(staff["Hana"], "Hana"), staff.now
    drafts.change(draft, drafts.get(draft).revision, {rule: writing.text_of(*rule, body)}, hand, now)
    db.session.commit()
    told = {"title": "Two", "why": "", "by": hand, "now": now}
    for starts, early in ((staff.today, True), (later - 1, True), (later, False), (later + 3, False)):
        db.session.rollback()
        drafts.describe(draft, drafts.get(draft).revision, starts=starts, **told)
        db.session.commit()
        assert ("It begins before “Calls two” does" in page_of(hana, draft)) == early, starts


def test_a_day_that_is_over_is_refused_in_the_readers_words(hana, staff, draft):
    changed(staff, draft, LUNCH, who={"role": "employee"})
    over = date.fromordinal(staff.today - 9).isoformat()
    form = {"revision": drafts.get(draft).revision, "starts": "other", "day": over, "title": "Changes", "why": ""}
    answer = hana.post(f"/hr/book/drafts/{draft}", {**form, "act": "publish"}, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "It would change what was promised for days that are over. Choose today or a later day." in text
    assert "Write a number above zero" not in text


# --- the whole book as a file


def uploaded(hana, raw, name="book.toml"):
    files = {"file": (io.BytesIO(raw), name)}
    answer = hana.post("/hr/book/file", files, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one lies in a file of the client's
    return hana.get(answer.location) if answer.status_code == 303 else answer


def test_the_book_is_taken_along_byte_for_byte_and_says_nothing_new_when_it_comes_back(hana):
    answer = hana.get("/hr/book.toml")
    assert answer.get_data(as_text=True) == drafts.newest().text
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="book-')
    page = uploaded(hana, answer.get_data()).get_data(as_text=True)
    assert "The file says what the book says; there is nothing to change." in page
    assert drafts.listed() == []


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_that_says_something_else_becomes_a_draft_and_goes_back_to_the_same_bytes(hana, mark):
    text = drafts.newest().text.replace("at_most = 2", "at_most = 1", 1)
    assert text != drafts.newest().text
    sent = (mark + text).replace("\n", "\r\n") if mark else text  # as a Windows program saves it
    page = uploaded(hana, sent.encode(), "Книга <b>.toml").get_data(as_text=True)
    assert "What the file says otherwise is in a draft." in page
    (found,) = drafts.listed()
    assert found.title == "Book from the file Книга <b>.toml"
    assert len(found.parts) == 1
    assert drafts.composed(found) == text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Choose a file with a book in it, as TOML."),
        (b" \n", "Choose a file with a book in it, as TOML."),
        ("Zurück".encode("latin-1"), "The file is no UTF-8 text."),
        (b"<html>", "this is not TOML"),
        (b"[cheese.brie]\n", "The file cannot be read as a book:"),
        (b"a" * (1024 * 1024 + 1), "is larger than 1024 KiB"),
        (b"\0\xff\xfe", "The file is no UTF-8 text."),
    ],
)
def test_a_file_that_is_no_book_is_refused_with_its_place_and_nothing_is_stored(hana, raw, said):
    answer = uploaded(hana, raw)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert drafts.listed() == []


def test_without_a_book_there_is_nothing_to_take_along_but_one_may_come(hana, monkeypatch):
    monkeypatch.setattr(drafts, "newest", lambda: rulebook.Newest(None, ""))
    assert hana.get("/hr/book.toml").status_code == 404
    assert "Read it into a draft" in hana.get("/hr/book").get_data(as_text=True)
