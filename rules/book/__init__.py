"""TOML text → Book: every fault at once, unknown keys refused, examples run, lint.

``load`` gives a book or raises ``BookError`` with everything that is wrong; ``check`` gives a report instead, with
warnings too.  A definition's shape is in ``schemas``, what holds between definitions in ``checks``, advice in ``lint``.
"""

from rules.book.faults import BookError as BookError
from rules.book.faults import Fault as Fault
from rules.book.model import Board as Board
from rules.book.model import Book as Book
from rules.book.reading import Report as Report
from rules.book.reading import check as check
from rules.book.reading import load as load
