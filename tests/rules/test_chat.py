"""What is posted to chats: everything as it is, and nothing of what people are called is markup or calls anybody."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import chat
from rules import webhook
from rules.chat import JOINER
from rules.chat import Link
from rules.chat import Message
from rules.chat import Part
from rules.delivery import judge
from rules.period import SECOND

LINK = Link("Open Spoonful", "https://spoonful.example.com")
SIGNS = "@#:~<>&*_`[]()!|\\/-+=1. \n\t\u202e\u0000aüж中😀"
EVIL = (
    "@here", "@channel", "@all", "<!here>", "<@U123>", "<https://evil.example|Bob>", "https://evil.example",
    "www.evil.example",
    "[Bob](https://evil.example)", "**Bob**", "*Bob*", "_Bob_", "`Bob`", "~Bob~", "# Bob", "- Bob", "1. Bob", "> Bob",
    ":smile:", "#topic", "~town-square", "<at>Bob</at>", "{{DATE(2026-01-01T00:00:00Z)}}", "![x](y)", "&lt;!here&gt;",
    "a\nb",
)  # fmt: skip  # a list of names
names = st.one_of(st.sampled_from(EVIL), st.text(SIGNS, max_size=30), st.text(max_size=30)).map(lambda name: f"{name}x")


def message(name, *more):
    return Message(f"Team {name}", (Part((f"{name} reached it.", *more)), Part((name,), f"Thanks {name}")), LINK)


def posted(kind, name):
    return json.loads(chat.body(kind, message(name), "en"))


def visible(text):
    return text.replace(JOINER, "")


def texts(value):
    """Yield every text of what is posted, but not our own addresses."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in {"url", "$schema", "contentType"}:
                yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value.replace(LINK.address, "")


@pytest.mark.parametrize("kind", chat.KINDS)
@given(name=names)
def test_no_name_calls_anybody_or_becomes_an_address(kind, name):
    for text in texts(posted(kind, name)):
        assert not re.search(r"@\w|://|www\.|#\w|:[a-z0-9_+-]+:|\{\{", text, re.IGNORECASE)


@given(name=names)
def test_of_what_slack_gets_only_our_own_link_is_markup(name):
    found = posted("slack", name)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", found["text"])
    *others, last = found["blocks"]
    assert {block["text"]["type"] for block in others} == {"plain_text"}
    (element,) = last["elements"]
    assert element["text"] == f"<{LINK.address}|{LINK.words}>"


@given(name=names)
def test_teams_gets_text_runs_in_which_markdown_means_nothing(name):
    (attachment,) = posted("teams", name)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert "msteams" not in card  # mentions would be there


@given(name=names)
def test_what_mattermost_gets_has_no_markdown_but_ours(name):
    text = posted("mattermost", name)["text"]
    plain = re.sub(r"\\[\\`*_\[\]()<>|!{}]", "", text)
    ours = plain.replace("**", "").replace(f"[{LINK.words}]({LINK.address})", "")
    assert plain.count("**") == 4  # around the title and the heading
    assert not re.search(r"[\\`*_\[\]()<>|!{}]", ours)
    assert not any(re.match(r"\s*([-+=>]|#+(\s|$)|\d+[.)])", line) for line in text.split("\n"))


@given(name=names)
def test_what_is_posted_looks_as_it_was_written(name):
    line = chat.fitted(message(name)).parts[0].lines[0]
    assert visible(posted("slack", name)["blocks"][1]["text"]["text"]) == visible(line)
    (attachment,) = posted("teams", name)["attachments"]
    assert visible(attachment["content"]["body"][1]["inlines"][0]["text"]) == visible(line)
    shown = re.sub(r"\\([\\`*_\[\]()<>|!{}])", r"\1", visible(posted("mattermost", name)["text"]))
    assert visible(line) in shown


@given(name=st.text(max_size=30), lines=st.lists(st.text(max_size=2_000), max_size=30))
def test_no_message_is_too_long_for_anybody(name, lines):
    said = Message(name, tuple(Part(tuple(lines), name) for _ in range(20)), LINK)
    for kind in chat.KINDS:
        assert len(chat.body(kind, said, "zh").encode()) < 28_000  # Teams
    blocks = json.loads(chat.body("slack", said, "zh"))["blocks"]
    assert len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    assert all(len(block["text"]["text"]) <= 3_000 + 2 * 150 for block in blocks[1:-1] if "text" in block)
    assert len(json.loads(chat.body("mattermost", said, "zh"))["text"]) < 16_383


def test_a_message_reads_as_plain_text():
    said = chat.words(Message("North", (Part(("21.",)), Part(("Alice.", "Bob."), "Thanks")), LINK))
    assert said == "North\n\n21.\n\nThanks\nAlice.\nBob.\n\nOpen Spoonful: https://spoonful.example.com\n"


# --- answers


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        (200, "ok", "taken"),
        (202, "", "taken"),
        (400, "invalid_payload", "refused"),
        (413, "too large", "refused"),
        (400, '{"id":"web.incoming_webhook.invalid.app_error"}', "gone"),
        (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', "gone"),
        (403, "action_prohibited", "gone"),
        (404, "no_service", "gone"),
        (410, "channel_is_archived", "gone"),
        (302, "", "gone"),
        (429, "", "again"),
        (500, "rollup_error", "again"),
        (501, "disabled", "again"),
        (503, "", "again"),
    ],
)
def test_answers_mean_what_their_senders_say_they_mean(status, words, meaning):
    assert webhook.meaning(status, words) == meaning


def verdict(answer, policy="again"):
    return judge(answer, policy, number=1, tries=1, now=0, expires=10**12)


def test_who_asks_us_to_wait_is_heeded_within_reason():
    assert verdict(webhook.answer(429, "", 3_600)).due == 3_600 * SECOND
    assert verdict(webhook.answer(429, "", 1)).due >= 60 * SECOND
    assert verdict(webhook.answer(429, "", 10**9)).due == webhook.LONGEST * SECOND


def test_five_hundreds_are_tried_again_and_four_hundreds_are_not():
    assert verdict(webhook.answer(503, "")).state == "deferred"
    assert verdict(webhook.answer(400, "invalid_payload")).state == "failed"
    assert verdict(webhook.answer(404, "no_service")).state == "failed"


def test_a_gateway_that_waited_in_vain_knows_as_little_as_we_do():
    assert verdict(webhook.answer(504, ""), "ask").state == "sending"
    assert verdict(webhook.answer(504, "")).state == "deferred"
