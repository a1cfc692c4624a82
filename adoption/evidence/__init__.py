"""What is known of how people work in the CRM, day by day: gathered at night, concluded by ``rules.reliance``.

``night`` is the job; ``reading`` what pages ask of a participant, ``teams`` of a team; ``recomputing`` removes what was
rightly contested, ``replaying`` judges a past day again; ``declaring`` keeps norms and quiet seasons.  A participant's
figures are theirs: whoever shows them to anybody else asks ``adoption.flags`` first.  docs/decisions/evidence.md.
"""

from adoption.evidence.declaring import JudgedError as JudgedError
from adoption.evidence.declaring import NormError as NormError
from adoption.evidence.declaring import SeasonError as SeasonError
from adoption.evidence.declaring import Whom as Whom
from adoption.evidence.declaring import declare_norm as declare_norm
from adoption.evidence.declaring import declare_season as declare_season
from adoption.evidence.night import due as due
from adoption.evidence.night import night as night
from adoption.evidence.night import run as run
from adoption.evidence.reading import CheckIn as CheckIn
from adoption.evidence.reading import CheckIns as CheckIns
from adoption.evidence.reading import Explained as Explained
from adoption.evidence.reading import OwnScore as OwnScore
from adoption.evidence.reading import Standing as Standing
from adoption.evidence.reading import account_of as account_of
from adoption.evidence.reading import accounts_of as accounts_of
from adoption.evidence.reading import check_in_of as check_in_of
from adoption.evidence.reading import check_ins as check_ins
from adoption.evidence.reading import days_of as days_of
from adoption.evidence.reading import explained as explained
from adoption.evidence.reading import lines_of as lines_of
from adoption.evidence.reading import score_of as score_of
from adoption.evidence.recomputing import FAMILIES as FAMILIES
from adoption.evidence.recomputing import recompute as recompute
from adoption.evidence.replaying import NotJudgedError as NotJudgedError
from adoption.evidence.replaying import Replay as Replay
from adoption.evidence.replaying import replay as replay
from adoption.evidence.teams import Bin as Bin
from adoption.evidence.teams import Figures as Figures
from adoption.evidence.teams import figures_of as figures_of
from adoption.evidence.teams import scores as scores
from adoption.evidence.teams import team_figures as team_figures
from adoption.evidence.teams import team_of as team_of
from adoption.evidence.teams import weeks as weeks
