"""Sources: connect one, prove who delivers, keep what came, try a mapping, see how each fares.

Pages, commands and hooks go one way, this one.  ``registry`` changes sources, ``proving`` checks deliveries,
``reading`` turns them into activities, ``deliveries`` keeps what came and what became of it, ``replaying`` reads it
once more, ``trying`` shows what a mapping makes of it, ``faring`` tells how a source is, ``presets`` are mappings for
known CRMs, and ``examples`` writes the line to try a hook.
"""
