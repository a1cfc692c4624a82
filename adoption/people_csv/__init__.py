"""Lists of people, absences, holidays and waves, as spreadsheets and directories export them → rows and faults.

Pure: what these functions say follows from the bytes alone.  What needs the stored directory (is the manager known?
whose is this identity?) is said by ``adoption.directory``.
"""

from adoption.people_csv.calendar import AbsenceRow as AbsenceRow
from adoption.people_csv.calendar import Absences as Absences
from adoption.people_csv.calendar import HolidayRow as HolidayRow
from adoption.people_csv.calendar import Holidays as Holidays
from adoption.people_csv.calendar import WaveRow as WaveRow
from adoption.people_csv.calendar import Waves as Waves
from adoption.people_csv.calendar import read_absences as read_absences
from adoption.people_csv.calendar import read_holidays as read_holidays
from adoption.people_csv.calendar import read_waves as read_waves
from adoption.people_csv.cells import ROLES as ROLES
from adoption.people_csv.cells import CellError as CellError
from adoption.people_csv.cells import day as day
from adoption.people_csv.cells import line_of_text as line_of_text
from adoption.people_csv.encodings import encoding_of as encoding_of
from adoption.people_csv.people import COLUMNS as COLUMNS
from adoption.people_csv.people import People as People
from adoption.people_csv.people import PersonRow as PersonRow
from adoption.people_csv.people import one as one
from adoption.people_csv.people import read as read
from adoption.people_csv.table import LARGEST as LARGEST
from adoption.people_csv.table import Fault as Fault
from adoption.people_csv.table import written as written
from adoption.people_csv.write import write as write
