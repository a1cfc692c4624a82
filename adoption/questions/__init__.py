"""Questions from any page to whoever can answer them, and the help list that answers become.

``asking`` is the asker's part, ``answering`` the readers', ``readers`` finds out who reads, ``helping`` keeps the help
list, ``measuring`` says how long answers took, ``keeping`` deletes what is old and reminds.  ``rules.questions``
decides; callers commit.  What people asked is no input of anything that counts (docs/decisions/questions.md).
"""

from adoption.questions.answering import answer as answer
from adoption.questions.answering import answered_by as answered_by
from adoption.questions.answering import open_for as open_for
from adoption.questions.answering import pass_on as pass_on
from adoption.questions.answering import thread as thread
from adoption.questions.answering import waiting as waiting
from adoption.questions.asking import ask as ask
from adoption.questions.asking import delete as delete
from adoption.questions.asking import go_on as go_on
from adoption.questions.asking import mine as mine
from adoption.questions.readers import Reader as Reader
from adoption.questions.readers import cares as cares
from adoption.questions.readers import first as first
from adoption.questions.stored import LONGEST as LONGEST
from adoption.questions.stored import NoWordsError as NoWordsError
from adoption.questions.stored import Stored as Stored
from adoption.questions.stored import Word as Word
