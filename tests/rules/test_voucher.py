from hypothesis import given
from hypothesis import strategies as st

from rules import voucher
from rules.period import SECOND

numbers = st.integers(0, voucher.SPACE - 1)
moments = st.integers(1_600_000_000, 4_000_000_000).map(lambda seconds: seconds * SECOND)
secrets = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_no_letter_of_a_code_looks_like_another():
    assert not set("01OILDBGSZU") & set(voucher.ALPHABET)
    assert len(set(voucher.ALPHABET)) == 25


@given(numbers)
def test_a_code_is_read_as_it_is_written(number):
    code = voucher.code_of(number)
    for text in (code, voucher.written(code), voucher.written(code).lower(), f" {code[:2]} {code[2:]}\n"):
        assert voucher.read(text) == voucher.Shown(code)


@given(numbers, numbers)
def test_every_number_has_a_code_of_its_own(one, other):
    assert (voucher.code_of(one) == voucher.code_of(other)) == (one == other)


def test_look_alikes_are_forgiven():
    assert voucher.read("k70x 4mpt").code == "K7QX4MPT"
    assert voucher.read("KIOX-4MPT").code == "K7QX4MPT"
    assert voucher.read("25680000").code == voucher.read("ZSGBDOQo").code == "2568QQQQ"
    assert voucher.read("КХАН-РСТМ").code == "KXAHPCTM"  # noqa: RUF001  # typed with Cyrillic keys
    assert voucher.read("Ｋ７ＱＸ４ＭＰＴ").code == "K7QX4MPT"  # noqa: RUF001  # typed with wide letters  # fmt: skip


@given(st.text(max_size=40))
def test_anything_may_be_typed(text):
    found = voucher.read(text)
    assert found is None or len(found.code) == voucher.LENGTH


def test_what_is_no_code_is_none():
    for text in ("", "K7QX", "K7QX-4MPTT", "K7QX-4MP!", "K7QX4MPT" * 3 + "A", "😀" * 8):
        assert voucher.read(text) is None


@given(numbers, secrets, moments)
def test_a_token_is_good_for_its_minute_and_the_ones_beside_it(number, secret, now):
    code, step = voucher.code_of(number), voucher.step_of(now)
    shown = voucher.read(voucher.token(code, secret, step))
    assert (shown.code, shown.step) == (code, step)
    assert voucher.genuine(shown, secret)
    for minutes, good in ((-2, False), (-1, True), (0, True), (1, True), (2, False), (60, False)):
        assert voucher.fresh(shown, now + minutes * 60 * SECOND) == good


@given(numbers, secrets, secrets, moments, st.integers(1, 99))
def test_a_token_of_another_secret_code_or_minute_is_not_ours(number, secret, other, now, more):
    code, step = voucher.code_of(number), voucher.step_of(now)
    shown = voucher.read(voucher.token(code, secret, step))
    assert voucher.genuine(shown, other) == (secret == other)
    assert not voucher.genuine(shown._replace(step=step + more), secret)
    assert not voucher.genuine(shown._replace(code=voucher.code_of((number + more) % voucher.SPACE)), secret)
    assert not voucher.genuine(voucher.Shown(code), secret)


def test_a_reward_can_be_used_for_its_days_after_that_of_issue():
    assert voucher.valid_until(100, 30) == 130
    assert voucher.valid_until(100, None) is None
