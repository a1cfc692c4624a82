"""The only writer of participants, their teams and managers over time, identities, absences, holidays and waves.

Lists are loaded whole, in one transaction that the caller commits; what they mean is written in
docs/decisions/directory.md.
"""

from adoption.directory.calendar import compare_calendar as compare_calendar
from adoption.directory.calendar import load_absences as load_absences
from adoption.directory.calendar import load_calendar as load_calendar
from adoption.directory.calendar import load_holidays as load_holidays
from adoption.directory.calendar import load_waves as load_waves
from adoption.directory.editing import AddressTakenError as AddressTakenError
from adoption.directory.editing import DaysError as DaysError
from adoption.directory.editing import NameTakenError as NameTakenError
from adoption.directory.editing import NoSuchThingError as NoSuchThingError
from adoption.directory.editing import correct_membership as correct_membership
from adoption.directory.editing import create_team as create_team
from adoption.directory.editing import put_aside as put_aside
from adoption.directory.editing import readdress as readdress
from adoption.directory.editing import rename_team as rename_team
from adoption.directory.editing import set_holidays as set_holidays
from adoption.directory.lists import Meant as Meant
from adoption.directory.managing import CircleError as CircleError
from adoption.directory.managing import GoneError as GoneError
from adoption.directory.managing import OneselfError as OneselfError
from adoption.directory.managing import OutsideError as OutsideError
from adoption.directory.managing import OverlapError as OverlapError
from adoption.directory.managing import add_management as add_management
from adoption.directory.managing import correct_management as correct_management
from adoption.directory.outcome import Change as Change
from adoption.directory.outcome import Field as Field
from adoption.directory.outcome import Loaded as Loaded
from adoption.directory.outcome import OutdatedError as OutdatedError
from adoption.directory.outcome import Told as Told
from adoption.directory.outcome import told as told
from adoption.directory.people import compare_people as compare_people
from adoption.directory.people import known_as as known_as
from adoption.directory.people import listed as listed
from adoption.directory.people import load_people as load_people
from adoption.directory.people import recognise as recognise
