"""Regular letters: to whoever leads people, about one's own week, to the directors; gathered and planned in bulk.

``posts`` is the table of them.  Of each, one module reads the facts of all readers in a constant number of queries
(``gathering``, ``mine``, ``directors``, on ``counts``, ``obstacles`` and ``spending``) and one writes (``writing``,
``mine_writing``, ``directors_writing``, on ``paper``).  ``subscribing`` is who wants them when, ``planning`` what is
due.  What is decided is ``rules.digest``'s; sending is ``mail``'s.  docs/decisions/digests.md tells why.
"""
