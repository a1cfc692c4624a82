"""Promise 1: tallies and awards are a function of the set of activities and of the facts, whatever came when and how.

The answer is that of ``tests/reference.py``, written independently of the engine.  Each time ``verify`` agrees too.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from adoption import history
from adoption import rescoring
from adoption.extensions import db
from tests import living
from tests import reference
from tests import worlds

# Shrinking a history takes longer than a test may; the printed blob reproduces the example as it was drawn.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
EXAMPLES = {"sqlite": 40, "postgresql": 20}


@st.composite
def histories(draw):
    """A world, and the steps in which it happens: people, books, batches and work on re-scoring, in any order."""
    world = draw(worlds.world(waves=True))
    steps = [("deliver", batch) for batch in draw(worlds.deliveries(world))]
    steps.insert(draw(st.integers(0, len(steps))), ("people", None))
    places = sorted(draw(st.lists(st.integers(0, len(steps)), min_size=len(world.loads), max_size=len(world.loads))))
    for offset, (place, load) in enumerate(zip(places, world.loads, strict=True)):
        steps.insert(place + offset, ("load", load))
    for _ in range(draw(st.integers(0, 3))):
        steps.insert(draw(st.integers(0, len(steps))), ("work", draw(st.sampled_from([1, 3, 8, 40, None]))))
    return world, steps


def live(world, steps):
    for what, given_step in steps:
        if what == "people":
            living.settle_people(world)
        elif what == "load":
            living.load(given_step)
        elif what == "deliver":
            living.deliver(given_step)
        elif given_step is None:
            rescoring.run_to_end()
        else:
            for _ in range(given_step):
                rescoring.step()
    rescoring.run_to_end()


def assert_the_reference_agrees(world):
    found = living.tallies()
    for metric, per in living.kept_kinds():
        expected = {(k, per, h, p): v for (k, h, p), v in reference.tallies(world, per, metric).items() if v}
        assert {key: value for key, value in found.items() if key[:2] == (metric, per)} == expected
    assert living.awards() == reference.awards(world)
    differences = history.verify()
    assert differences.clean, "\n".join(differences.lines())


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_any_order_batching_and_repetition_gives_the_reference_answer(new_app, database, monkeypatch):
    monkeypatch.setattr(rescoring, "ENOUGH", 1)  # a step for each bucket, so that what is delivered comes in between

    @settings(max_examples=EXAMPLES[database], phases=PHASES)
    @given(histories())
    def holds(history):
        world, steps = history
        with new_app(database):
            live(world, steps)
            assert_the_reference_agrees(world)

    holds()


def work(app, batches):
    """Deliver batches from a thread of its own, as one thread of a server would."""
    with app.app_context():
        for batch in batches:
            living.deliver(batch)


def test_eight_workers_at_once_give_the_reference_answer(new_app):
    """Everything is delivered three times, shuffled, by eight workers that meet on the same records and tallies."""

    @settings(max_examples=10, phases=PHASES)
    @given(worlds.world(), st.randoms(use_true_random=False))
    def holds(world, chance):
        with new_app("postgresql") as app, ThreadPoolExecutor(8) as workers:
            living.settle_people(world)
            for load in world.loads:
                living.load(load)
            rescoring.run_to_end()
            shares = [[] for _ in range(8)]
            for activity in world.activities * 3:
                chance.choice(shares).append(activity)
            for share in shares:
                chance.shuffle(share)
            batches = [[share[i : i + 3] for i in range(0, len(share), 3)] for share in shares]
            list(workers.map(work, [app] * 8, batches))
            db.session.rollback()
            assert_the_reference_agrees(world)

    holds()
