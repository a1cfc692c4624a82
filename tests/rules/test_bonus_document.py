"""A statement as a file: anybody can work it out again with Python and ``rules/``, and sees what was changed."""

import copy
import json
import subprocess
import sys
from fractions import Fraction as F  # noqa: N817  # it stands in nearly every line
from pathlib import Path

import pytest
from hypothesis import given

from rules.bonus import Adjustment
from rules.bonus import Component
from rules.bonus import Given
from rules.bonus import Inputs
from rules.bonus import Plan
from rules.bonus import Share
from rules.bonus import plan as terms
from rules.bonus import reckon
from rules.bonus import wire
from tests.rules.test_bonus import plans_and_inputs

ROOT = Path(__file__).parents[2]
ABOUT = {"participant": "alice@example.com", "period": "2026-11", "version": "3", "as_of": "2026-12-03T10:00:00Z"}


def made():
    """Return a document with most of what there can be in one."""
    plan = Plan(
        key="inside-sales",
        currency="EUR",
        per="month",
        components=(
            Component(
                key="contacts",
                of="developed-contacts",
                terms=terms.Marginal((terms.Tier(F(0), F(6)), terms.Tier(F(20), F(9)))),
                gate=terms.Gate(of="days", at_least=F(15), otherwise=F(1, 3)),
            ),
            Component(key="quota", of="revenue", terms=terms.Curve(pays=F(500), target="figure.quota")),
            Component(key="pool", of="developed-contacts", terms=terms.Pool(amount=F(1000))),
        ),
        prorate=terms.Prorate(by="working"),
    )
    inputs = Inputs(
        {
            "contacts": Given({"developed-contacts": F(41), "days": F(10)}),
            "quota": Given({"revenue": F(100, 3), "figure.quota": F(40)}),
            "pool": Given({"developed-contacts": F(41)}, share=Share(F(41), F(123), 1)),
        },
        (17, 21),
        (Adjustment("jubilee", 5000, "ten years"),),
    )
    return wire.document(ABOUT, plan, inputs, reckon(plan, inputs))


def run(path):
    """Work a file out in a process of its own that has nothing but the standard library."""
    start = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['rules', {str(path)!r}]"
    command = [sys.executable, "-I", "-S", "-c", f"{start}; runpy.run_module('rules', run_name='__main__')"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  # ours


def test_a_statement_is_worked_out_again_with_the_standard_library_alone(tmp_path):
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(made()), encoding="utf-8")
    done = run(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "equal: every line, the total and the hash" in done.stdout
    assert "proration" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(total=body["total"] + 1), "the total is"),
        (lambda body: body["lines"][0].update(amount=1), "line 1, contacts"),
        (lambda body: body["lines"].pop(), "is only here"),
        (lambda body: body["inputs"]["given"]["contacts"]["quantities"].update(days="20"), "line 1, contacts"),
        (lambda body: body["about"].update(period="2026-12"), "the hash does not belong"),
        (lambda body: body["plan"]["components"][1]["terms"].update(pays="501"), "line 2, quota"),
    ],
)
def test_whatever_is_changed_is_found(tmp_path, change, said):
    body = made()
    change(body)
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    done = run(file)
    assert done.returncode == 1
    assert said in done.stdout
    assert "the hash does not belong" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body["plan"].update(rounding={"mode": "mine"}), "'mine'"),
        (lambda body: body["plan"]["components"][1]["terms"].update(target="figure.goal"), "'figure.goal'"),
        (lambda body: body["plan"]["components"][0].update(terms={"kind": "per", "n": "0", "pays": "1"}), "by zero"),
    ],
)
def test_what_can_no_longer_be_worked_out_is_said(tmp_path, change, said):
    body = made()
    change(body)
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    done = run(file)
    assert (done.returncode, done.stderr) == (1, "")
    assert "DIFFERENT: the plan and the inputs of the file cannot be worked out" in done.stdout
    assert said in done.stdout
    assert "the hash does not belong" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("[]", "this is no 'spoonful statement 1'"),
        ('{"format": "spoonful statement 1"}', "plan, inputs, lines, total is missing"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_statement_is_named(tmp_path, text, said):
    file = tmp_path / "statement.json"
    file.write_text(text, encoding="utf-8")
    done = run(file)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("plan", "components", 0, "terms", "tiers", 0, "pays"), "six", "'six' is no number"),
        (("plan", "components", 0, "terms", "tiers", 0, "pays"), "1/0", "'1/0' is no number"),
        (("plan", "components", 0, "terms", "tiers", 0, "pays"), 6, "expected"),
        (("plan", "secret"), "x", "Plan has no secret"),
        (("inputs", "days"), [1], "expected"),
        (("lines", 0, "amount"), "31200", "expected"),
        (("lines", 0, "amount"), True, "expected"),
    ],
)
def test_a_damaged_document_says_where(place, value, said):
    body = copy.deepcopy(made())
    at = body
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises((wire.FormatError, ValueError)) as caught:
        wire.read(body)
    if said != "expected" or isinstance(caught.value, wire.FormatError):
        assert said in str(caught.value)


@given(plans_and_inputs())
def test_any_statement_survives_the_way_through_json(drawn):
    plan, inputs = drawn
    found = reckon(plan, inputs)
    body = json.loads(json.dumps(wire.document(ABOUT, plan, inputs, found)))
    again_plan, again_inputs, lines, total = wire.read(body)
    assert (lines, total) == (found.lines, found.total)
    assert reckon(again_plan, again_inputs) == found
    assert body["hash"] == f"sha256:{wire.digest(body)}"


def test_equal_statements_are_equal_bytes():
    assert wire.canonical(made()) == wire.canonical(made())
