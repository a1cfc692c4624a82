"""What may be concluded about single people at all, and for how long it is kept (docs/decisions/privacy.md).

``individual()`` and ``shadow()`` are asked before anything personal about spreadsheet work is stored or shown:

* not ``individual()``: nothing about a single person is stored, kept or shown; only figures of five or more together;
* ``shadow()``: people see their own, and nobody else sees or does anything: no queue, no manager's list, no letter.
"""

from __future__ import annotations

from adoption.privacy.forgetting import forget as forget
from adoption.privacy.forgetting import left_over as left_over
from adoption.privacy.holding import held as held
from adoption.privacy.holding import oldest as oldest
from adoption.privacy.periods import PERIODS as PERIODS
from adoption.privacy.periods import TABLES as TABLES
from adoption.privacy.periods import Period as Period
from adoption.privacy.periods import Personal as Personal
from adoption.privacy.switch import SHADOW as SHADOW
from adoption.privacy.switch import Detection as Detection
from adoption.privacy.switch import NotToldError as NotToldError
from adoption.privacy.switch import ShadowError as ShadowError
from adoption.privacy.switch import StillForgettingError as StillForgettingError
from adoption.privacy.switch import UnchangedError as UnchangedError
from adoption.privacy.switch import current as current
from adoption.privacy.switch import hold as hold
from adoption.privacy.switch import individual as individual
from adoption.privacy.switch import shadow as shadow
from adoption.privacy.switch import turn_off as turn_off
from adoption.privacy.switch import turn_on as turn_on
