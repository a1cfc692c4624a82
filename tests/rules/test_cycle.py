"""The life of a flag, step by step: what is remembered from one to the next, and who may know."""

from rules.reliance import cycle
from rules.reliance.cycle import Flag
from tests.rules.test_reliance import followed
from tests.rules.test_reliance import in_sheets

DAY = 739_900


def test_help_that_somebody_asked_for_before_a_lead_confirmed_is_nobody_elses_to_know():
    asked = cycle.taken(Flag("hint", since=DAY), "help", by="person", day=DAY)
    assert cycle.readers(asked) == ("person",)
    assert cycle.readers(cycle.taken(asked, "improve", by="service", day=DAY)) == ("person",)
    confirmed = cycle.taken(Flag("suspected", waited=5), "confirm", by="lead", day=DAY)
    helped = cycle.taken(confirmed, "help", by="person", day=DAY)
    assert cycle.readers(helped) == ("person", "lead", "manager")


def test_a_lead_knows_of_a_suspicion_once_five_working_days_have_passed():
    assert cycle.readers(Flag("suspected", waited=4)) == ("person",)
    assert cycle.readers(Flag("suspected", waited=5)) == ("person", "lead")


def test_after_a_contest_was_accepted_nothing_is_raised_for_sixty_days():
    flag = cycle.taken(Flag("contested", came_from="hint"), "accept", by="lead", day=DAY)
    assert (flag.state, flag.muted_until, flag.came_from) == ("dismissed", DAY + 60, None)


def test_nothing_begins_while_somebody_is_away_and_old_evidence_does_not_begin_again():
    asks = followed(in_sheets(20))
    assert asks.asks
    expired = Flag("expired", since=DAY, quiet_since=DAY - 60)
    assert cycle.moves(expired, asks, day=DAY + 1, away=False) is None
    assert cycle.moves(expired._replace(quiet_since=DAY + 1), asks, day=DAY + 1, away=False) == "raise"
    assert cycle.moves(Flag(), asks, day=DAY, away=True) is None
