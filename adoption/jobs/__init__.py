"""What the service does by itself, and when: ``JOBS`` is the whole timetable.

A job can be killed at any moment and be run again: what it does, it commits piece by piece, and what is done is not
done twice.  One process runs a job at a time; every run leaves a row that tells how far it came.  To add a job: write
its function in ``work``, enter it in ``JOBS`` of ``timetable``, and say in docs/decisions/jobs.md what happens when it
runs twice.
"""

from adoption.errors import StoppedError as StoppedError
from adoption.jobs.running import FailedError as FailedError
from adoption.jobs.running import ask as ask
from adoption.jobs.running import leave_none as leave_none
from adoption.jobs.running import run as run
from adoption.jobs.running import underway as underway
from adoption.jobs.running import wanted as wanted
from adoption.jobs.timetable import JOBS as JOBS
from adoption.jobs.timetable import Job as Job
from adoption.jobs.timetable import Line as Line
from adoption.jobs.timetable import lines as lines
