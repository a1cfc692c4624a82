"""Dry runs asked for: at once where that is quick, else left to a job, with progress, and cancelled if somebody wants.

A question is the whole text of a book with a draft in it, the incentives in it that are tried, and a range of days.
Quick ones are answered in the process that was asked and kept there for as long as nothing changes; nothing is stored.
A long one is a row, found by the digest of the question; the job works it out, whichever process asked.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import OrderedDict
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Self

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import statements
from adoption.errors import AdoptionError
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ArchiveFile
from adoption.models import Batch
from adoption.models import Receipt
from adoption.models import StoredTrial
from rules import book as books
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from flask import Flask

    from rules.trial import Trial

    Report = Callable[[int, int], None]

QUICK = 3_000_000  # activities in the archive for which a page may wait
NEW = 60_000  # activities that are not archived yet, the same
KEPT = 7 * 86_400 * SECOND  # how long the row of a long one is kept
REMEMBERED = 8  # quick answers of a process
BROKEN = "Something went wrong here; the log of the service tells what."
POLL = 0.5  # seconds between two looks whether a run was cancelled
WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"


class Question(NamedTuple):
    """What is asked: the text of a whole book, keys of incentives, the days ``[first, last)``."""

    text: str
    incentives: tuple[str, ...]
    first: int
    last: int

    @property
    def digest(self) -> str:
        """A name that only this question has."""
        parts = (self.text, " ".join(sorted(self.incentives)), str(self.first), str(self.last))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class Asked(NamedTuple):
    """A long run as it stands."""

    number: int
    state: str
    done: int
    total: int
    finished: int | None
    message: str


def quick(most: int = QUICK) -> bool:
    """Say whether the history is small enough for a page to wait for an answer."""
    archived, last = db.session.execute(
        select(func.coalesce(func.sum(ArchiveFile.rows), 0), func.coalesce(func.max(ArchiveFile.last_batch), 0))
    ).one()
    new = db.session.scalar(select(func.coalesce(func.sum(Receipt.accepted), 0)).where(Receipt.batch > last))
    return int(archived) <= most and int(new or 0) <= NEW


def answer(question: Question) -> Trial:
    """Answer a question at once; the same one again costs nothing until activities or facts change.

    Raises:
        BookError: the text is no sound book.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    key = (question.digest, facts.current().version, db.session.scalar(select(func.max(Batch.id))))
    kept, lock = _remembered()
    with lock:
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    found = work_out(question, lambda _done, _total: None)
    with lock:
        kept[key] = found
        while len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return found


def _remembered() -> tuple[OrderedDict[tuple[object, ...], Trial], threading.Lock]:
    fresh = OrderedDict[tuple[object, ...], "Trial"](), threading.Lock()
    kept: tuple[OrderedDict[tuple[object, ...], Trial], threading.Lock]
    kept = current_app.extensions.setdefault("trials", fresh)
    return kept


def work_out(question: Question, report: Report, stop: threading.Event | None = None) -> Trial:
    """Answer a question, however long it takes.

    Raises:
        BookError: the text is no sound book.
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    from adoption.history import trial  # noqa: PLC0415  # its engine takes a while to load

    book = books.load(question.text)
    return trial.trial(book, question.incentives, question.first, question.last, report=report, stop=stop)


# --- long ones


def ask(question: Question, now: int) -> None:
    """Leave a question to the job, unless it waits there already.  The caller commits."""
    connection = begin_write()
    connection.execute(delete(StoredTrial).where(StoredTrial.asked < now - KEPT))
    fresh = {"state": WAITING, "done": 0, "total": 0, "asked": now, "finished": None, "message": "", "answer": None}
    again = update(StoredTrial).where(StoredTrial.digest == question.digest)
    if connection.execute(again.where(StoredTrial.state.not_in((WAITING, RUNNING))).values(fresh)).rowcount:
        return
    row: dict[str, object] = {
        "digest": question.digest,
        "text": question.text,
        "incentives": " ".join(question.incentives),
    }
    row |= {"first": question.first, "last": question.last, **fresh}
    del row["answer"]  # none yet
    statements.insert_new(connection, "trial", tuple(row), [tuple(row.values())])  # another may have asked this moment


def find(question: Question) -> Asked | None:
    """Return how far a long run is, if it was asked for."""
    columns = [getattr(StoredTrial, name) for name in ("id", *Asked._fields[1:])]
    row = db.session.execute(select(*columns).where(StoredTrial.digest == question.digest)).first()
    return None if row is None else Asked(*row)


def cancel(question: Question) -> bool:
    """Cancel a long run that is not over; say whether there was one.  The caller commits."""
    going = update(StoredTrial).where(StoredTrial.digest == question.digest, StoredTrial.state.in_((WAITING, RUNNING)))
    return begin_write().execute(going.values(state=CANCELLED)).rowcount > 0


def stored(question: Question) -> Trial | None:
    """Return the answer to a long run that is done."""
    query = select(StoredTrial.answer).where(StoredTrial.digest == question.digest, StoredTrial.state == DONE)
    packed = db.session.scalar(query)
    if packed is None:
        return None
    from adoption.history import trial  # noqa: PLC0415  # its engine takes a while to load

    return trial.decoded(zlib.decompress(packed))


def waiting() -> Sequence[int]:
    """Return the runs that nobody has worked out yet; one that still says ``running`` was left by a dead process."""
    query = select(StoredTrial.id).where(StoredTrial.state.in_((WAITING, RUNNING))).order_by(StoredTrial.asked)
    return list(db.session.scalars(query))


def work(report: Report, now: Callable[[], int]) -> int:
    """Work out what waits, one after the other; return how many were done.  Only one process does so at a time."""
    done = 0
    for number in waiting():
        done += _one(number, report, now)
    return done


def _one(number: int, report: Report, now: Callable[[], int]) -> bool:
    row = db.session.execute(select(StoredTrial.__table__).where(StoredTrial.id == number)).one()
    db.session.rollback()
    if not _note(number, state=RUNNING):
        return False  # cancelled meanwhile
    question = Question(row.text, tuple(row.incentives.split()), row.first, row.last)

    def told(done: int, total: int) -> None:
        _note(number, done=done, total=total)
        report(done, total)

    values: dict[str, object] = {}
    with _Watch(number) as watch:
        try:
            found = work_out(question, told, watch.stop)
        except (AdoptionError, books.BookError) as error:
            values = {"state": FAILED, "message": str(error)[:1000]}
        except (StoppedError, SQLAlchemyError):
            _note(number, state=WAITING)  # it goes on another time
            raise
        except Exception:  # whatever is wrong with it, the others come next
            current_app.logger.exception("The dry run %s cannot be worked out.", number)
            values = {"state": FAILED, "message": BROKEN}
        else:
            from adoption.history import trial  # noqa: PLC0415  # loaded by now

            values = {"state": DONE, "answer": zlib.compress(trial.encoded(found))}
    return _note(number, finished=now(), **values) and values["state"] == DONE


def _note(number: int, **values: object) -> bool:
    """Write how far a run is, unless it was cancelled; say whether it was written."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        going = update(StoredTrial).where(StoredTrial.id == number, StoredTrial.state.in_((WAITING, RUNNING)))
        return connection.execute(going.values(values)).rowcount > 0


class _Watch:
    """Look now and then whether a run was cancelled, and stop it then."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.stop = threading.Event()
        self.over = threading.Event()
        self.app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # what threads need
        self.thread = threading.Thread(target=self._look, name="watches a dry run", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _look(self) -> None:
        with self.app.app_context():
            while not self.over.wait(POLL):
                with db.engine.connect() as connection:
                    state = connection.scalar(select(StoredTrial.state).where(StoredTrial.id == self.number))
                if state not in {WAITING, RUNNING}:
                    self.stop.set()
                    return
