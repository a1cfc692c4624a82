"""Everything that the service holds about one participant, as one JSON document.

To add what a new table holds: a ``Part``.  A test asks of every table that names a participant whether it is among the
``PARTS`` or why not (``LEFT_OUT``).
"""

from adoption.held.document import document as document
from adoption.held.parts import LEFT_OUT as LEFT_OUT
from adoption.held.parts import PARTS as PARTS
