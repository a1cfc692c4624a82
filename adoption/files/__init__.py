"""Files of activities → batches of items for intake, each item with the line it came from.

JSON lines (an activity on each), or what a mapping reads: CSV with a line of headings, or JSON lines of anything.  Both
may be packed with gzip.  A file is read in blocks, so its size does not matter; a line that cannot be used is named,
and the rest is read all the same.
"""

from adoption.files.documents import Document as Document
from adoption.files.documents import documents as documents
from adoption.files.reading import Batch as Batch
from adoption.files.reading import Refused as Refused
from adoption.files.reading import batches as batches
from adoption.files.source import FileError as FileError
from adoption.files.source import Source as Source
from adoption.files.source import opened as opened
