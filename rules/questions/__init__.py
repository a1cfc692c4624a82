"""Questions from any page: who reads one, which steps it may take, how long an answer took, and how help is found."""

from rules.questions.finding import Entry as Entry
from rules.questions.finding import found as found
from rules.questions.naming import without as without
from rules.questions.readers import CHAMPION as CHAMPION
from rules.questions.readers import DESK as DESK
from rules.questions.readers import SUPPORTER as SUPPORTER
from rules.questions.readers import Asked as Asked
from rules.questions.readers import Line as Line
from rules.questions.readers import line as line
from rules.questions.readers import seen_by as seen_by
from rules.questions.readers import waited as waited
from rules.questions.steps import STATES as STATES
from rules.questions.steps import after as after
from rules.questions.times import Measured as Measured
from rules.questions.times import Taken as Taken
from rules.questions.times import measured as measured
