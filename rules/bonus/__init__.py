"""A plan's components → the lines of a statement, to the cent.

``plan`` is what HR promises, ``components`` what each kind of component pays for a credit, ``reckoning`` the fixed
order in which a line comes about, ``statement`` the sum of lines with all that is needed to work it out again,
``correction`` what later facts change, ``shares`` how a whole is divided among people, ``exact`` the numbers.
Standard library only.
"""

from rules.bonus.components import COMPONENTS as COMPONENTS
from rules.bonus.correction import corrections as corrections
from rules.bonus.plan import STAGES as STAGES
from rules.bonus.plan import Component as Component
from rules.bonus.plan import Plan as Plan
from rules.bonus.reckoning import Given as Given
from rules.bonus.shares import Share as Share
from rules.bonus.shares import divide as divide
from rules.bonus.statement import Adjustment as Adjustment
from rules.bonus.statement import Inputs as Inputs
from rules.bonus.statement import Line as Line
from rules.bonus.statement import Statement as Statement
from rules.bonus.statement import reckon as reckon
