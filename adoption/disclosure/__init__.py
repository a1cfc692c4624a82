"""What is told about processing: the privacy pack, made from the live configuration (docs/decisions/privacy.md).

``configuration`` is what is so, as plain JSON with a hash; ``versions`` keeps each that there was; ``processing`` names
every table with something of people in it; ``telling`` says a configuration in words, whichever version it is of;
``formats`` writes that as files.
"""

from adoption.disclosure.blocks import Pack as Pack
from adoption.disclosure.configuration import configuration as configuration
from adoption.disclosure.configuration import digest as digest
from adoption.disclosure.formats import FORMATS as FORMATS
from adoption.disclosure.formats import written as written
from adoption.disclosure.processing import PROCESSING as PROCESSING
from adoption.disclosure.telling import pack as pack
from adoption.disclosure.versions import Version as Version
from adoption.disclosure.versions import differing as differing
from adoption.disclosure.versions import get as get
from adoption.disclosure.versions import latest as latest
from adoption.disclosure.versions import listed as listed
from adoption.disclosure.versions import needed as needed
from adoption.disclosure.versions import note as note
