"""Standings: the top of a board, and one holder with the neighbours.  Never the bottom.

A board is ranked by SQL over the tallies that people see.  A large one is ranked into a snapshot, which a job renews
(``refresh_stale``) and a reader makes who finds none; docs/decisions/boards.md tells why and when.
"""

from adoption.boards.ranking import LARGE as LARGE
from adoption.boards.snapshots import refresh_stale as refresh_stale
from adoption.boards.view import BoardView as BoardView
from adoption.boards.view import standings as standings
