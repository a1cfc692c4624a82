"""Regular letters: what a team's week was, to whoever leads it; gathered, written and planned in bulk.

``gathering`` reads the facts of all teams in a constant number of queries, ``obstacles`` what waits, ``writing`` makes
the letters, ``subscribing`` who wants them when, ``planning`` what is due.  What is decided is ``rules.digest``'s;
sending is ``mail``'s.  docs/decisions/digests.md tells why.
"""
