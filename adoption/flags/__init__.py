"""The open question about how somebody can be helped: who has one, what happened to it, and who may know.

``steps`` is the only writer of flags and their steps, each by the one table ``rules.reliance.cycle.STEPS``; ``seeing``
decides who may know which state, and notes every look; ``telling`` plans the letters.  ``contesting``, ``helping`` and
``reminding`` are what a person may do.  Nothing that counts, awards, ranks or pays may import this.
"""

from adoption.flags.seeing import visible as visible
from adoption.flags.steps import Past as Past
from adoption.flags.steps import follow as follow
from adoption.flags.steps import forget as forget
from adoption.flags.steps import of as of
from adoption.flags.steps import past as past
from adoption.flags.steps import standing as standing
from adoption.flags.steps import take as take
