"""Bonuses: what a plan pays whom for a period, from the freeze to payroll.

``gathering`` reads what a plan stands on, ``sharing`` what all participants share, ``carrying`` and ``correcting`` what
comes from earlier periods; ``freezing`` writes it down, ``calculating`` works it out, ``runs`` leads it to its end.
"""

from adoption.bonuses.calculating import calculate as calculate
from adoption.bonuses.freezing import freeze as freeze
from adoption.bonuses.freezing import late as late
from adoption.bonuses.runs import SecondPersonError as SecondPersonError
from adoption.bonuses.runs import WrongStateError as WrongStateError
from adoption.bonuses.runs import begin as begin
from adoption.bonuses.runs import find as find
from adoption.bonuses.runs import listed as listed
from adoption.bonuses.runs import take as take
