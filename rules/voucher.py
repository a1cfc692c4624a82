"""How long a reward can be used, the code of a voucher, and the token that renews itself; how both are read."""
# ruff: noqa: RUF001  # Cyrillic letters are meant

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from typing import NamedTuple

from rules.period import SECOND

ALPHABET = "23456789ACEFHJKMNPQRTVWXY"  # no two of these look alike
LENGTH = 8
SPACE = len(ALPHABET) ** LENGTH  # how many codes there are
STEP = 60 * SECOND  # for how long a token is the current one
ACCEPTED = (-1, 0, 1)  # steps from now: the one before is still good, and clocks of two servers may differ
STEP_DIGITS = 6  # in base 36: enough for four thousand years
PROOF = 10  # characters of five bits
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEPARATORS = " -–—_.\t\r\n\u00a0"
# What somebody may read or type instead: letters of the same shape, Latin ones first, then Cyrillic ones.
LOOK_ALIKES = str.maketrans("0ODBGSZU1IL" + "АВЕЁКМНОРСТУХЗБ", "QQQ865" + "2V777" + "A8EEKMHQPCTYX36")


class Shown(NamedTuple):
    """What was shown at a counter: a code, and for a token also its step and its proof."""

    code: str
    step: int | None = None
    proof: str | None = None


def valid_until(issued: int, valid_days: int | None) -> int | None:
    """Return the last local day on which a reward can be used; ``None`` if it can be for ever.

    The day of issue is not one of the ``valid_days``, so that nobody loses the part of it that is over.
    """
    return None if valid_days is None else issued + valid_days


def code_of(number: int) -> str:
    """Return the code that a number from 0 to ``SPACE`` - 1 stands for."""
    letters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


def written(code: str) -> str:
    """Write a code as people read it: K7QX-4MPT."""
    return f"{code[:4]}-{code[4:]}"


def step_of(now: int) -> int:
    """Return the step in which a moment (UTC microseconds) lies."""
    return now // STEP


def token(code: str, secret: str, step: int) -> str:
    """Return what a QR code holds in one step: digits and capital letters, which make the smallest one."""
    return f"{code}{_digits(step)}{_proof(code, secret, step)}"


def read(text: str) -> Shown | None:
    """Read what was scanned or typed, forgiving case, spaces, dashes and letters that look alike.

    ``None`` if it is neither a code nor a token.
    """
    plain = unicodedata.normalize("NFKC", text[:200]).upper().translate(dict.fromkeys(map(ord, SEPARATORS)))
    if len(plain) == LENGTH + STEP_DIGITS + PROOF and plain.isascii() and plain.isalnum():
        step = int(plain[LENGTH : LENGTH + STEP_DIGITS], 36)
        return Shown(plain[:LENGTH], step, plain[LENGTH + STEP_DIGITS :])
    code = plain.translate(LOOK_ALIKES)
    return Shown(code) if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def genuine(shown: Shown, secret: str) -> bool:
    """Say whether a token is ours, whenever it was made; takes the same time for every wrong one."""
    if shown.step is None or shown.proof is None:
        return False
    return hmac.compare_digest(_proof(shown.code, secret, shown.step), shown.proof)


def fresh(shown: Shown, now: int) -> bool:
    """Say whether a token is the current one at a moment, or next to it."""
    return shown.step is not None and shown.step - step_of(now) in ACCEPTED


def _digits(number: int) -> str:
    digits = ""
    for _ in range(STEP_DIGITS):
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def _proof(code: str, secret: str, step: int) -> str:
    made = hmac.digest(secret.encode(), f"{code}/{step}".encode(), hashlib.sha256)
    return base64.b32encode(made).decode()[:PROOF]
