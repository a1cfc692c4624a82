"""Dry runs as people ask for them: at once or by a job (``asking``), of a text (``texts``), as files (``files``)."""

from adoption.trials.asking import CANCELLED as CANCELLED
from adoption.trials.asking import DONE as DONE
from adoption.trials.asking import FAILED as FAILED
from adoption.trials.asking import RUNNING as RUNNING
from adoption.trials.asking import WAITING as WAITING
from adoption.trials.asking import Asked as Asked
from adoption.trials.asking import Question as Question
from adoption.trials.asking import answer as answer
from adoption.trials.asking import ask as ask
from adoption.trials.asking import cancel as cancel
from adoption.trials.asking import find as find
from adoption.trials.asking import quick as quick
from adoption.trials.asking import stored as stored
from adoption.trials.asking import waiting as waiting
from adoption.trials.asking import work as work
from adoption.trials.asking import work_out as work_out
from adoption.trials.texts import NothingToTryError as NothingToTryError
from adoption.trials.texts import WrongDaysError as WrongDaysError
from adoption.trials.texts import plain as plain
from adoption.trials.texts import question as question
