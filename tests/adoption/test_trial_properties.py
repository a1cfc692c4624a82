"""Live engine = dry run = reference, for random books and activities: what a dry run says is what publishing does."""

from datetime import date
from datetime import timedelta

import pytest
from hypothesis import Phase
from hypothesis import given
from hypothesis import seed
from hypothesis import settings

from adoption import facts
from adoption import rescoring
from adoption import rulebook
from adoption.extensions import db
from adoption.history import trial
from rules import book as books
from tests import living
from tests import reference
from tests import worlds

# Shrinking a world takes longer than a test may; the printed blob reproduces the example as it was drawn.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
# Database, part, worlds, and the least of books in them: each world has one to three, and all of them are tried.  All
# in one part would keep one worker busy while the others have nothing left to do.
PARTS = [*(("sqlite", part, 66, 100) for part in range(5)), ("postgresql", 5, 22, 35)]


def since(first, book):
    """Put all definitions in force on a day, for ever: a dry run leaves aside the days that they name themselves."""
    return {
        kind: {
            key: {name: value for name, value in definition.items() if name != "to"}
            | ({"from": first} if kind != "reward" else {})
            for key, definition in definitions.items()
        }
        for kind, definitions in book.items()
    }


def earned(awards):
    """Count awards by holder."""
    found = {}
    for _, _, holder, _, _ in awards:
        found[holder] = found.get(holder, 0) + 1
    return found


def said(known, tried, side):
    return {
        known.holder_name(line.holder): getattr(line, side).awards for line in tried.lines if getattr(line, side).awards
    }


def days_of(world):
    """Return days around everything that happens."""
    days = [reference.read(world, event).day for event in world.activities]
    return min(days), max(days) + timedelta(days=1)


def first_day(world, loads):
    """Return a day before which no definition is in force."""
    starts = [date.max, *(load.since or load.on for load in loads)]
    starts += [
        day for load in loads for of_kind in load.book.values() for one in of_kind.values() if (day := one.get("from"))
    ]
    return min(*starts, days_of(world)[0]) - timedelta(days=1)


def tried(text, first, last):
    book = books.load(text)
    known = facts.current()
    keys = {*book.incentives, *known.timelines.incentives}
    return trial.trial(book, keys, first.toordinal(), last.toordinal()), known


def assert_what_is_tried_is_what_publishing_does(world):
    *loads, draft = world.loads
    first, last = first_day(world, world.loads), days_of(world)[1]
    living.settle_people(world)
    for load in loads:
        living.load(load)
    rescoring.run_to_end()
    living.deliver(world.activities)
    book, text = since(first, draft.book), worlds.to_toml(draft.book)
    run, known = tried(text, first, last)
    assert said(known, run, "today") == earned(living.awards())
    assert sum(line.today.awards for line in run.lines) == run.today.awards
    rulebook.publish(worlds.to_toml(book), today=first.toordinal(), since=first.toordinal(), name="draft", now=0)
    db.session.commit()
    rescoring.run_to_end()
    assert said(known, run, "draft") == earned(living.awards())
    alone = reference.World(
        world.zone,
        world.people,
        world.holidays,
        [reference.Load(book, first, first)],
        world.activities,
        world.waves,
    )
    assert said(known, run, "draft") == earned(reference.awards(alone))


@pytest.mark.parametrize(("database", "part", "examples", "least"), PARTS)
@pytest.mark.timeout(900)
def test_what_is_tried_is_what_publishing_does(new_app, database, part, examples, least):
    tried_books = 0

    @seed(part)
    @settings(max_examples=examples, phases=PHASES)
    @given(worlds.world(waves=True))
    def holds(world):
        nonlocal tried_books
        tried_books += len(world.loads)
        with new_app(database):
            assert_what_is_tried_is_what_publishing_does(world)
            db.session.rollback()

    holds()
    assert tried_books >= least
