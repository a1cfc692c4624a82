"""Letters: planned once, rendered and stored, then sent, and never two by our own doing.

``kinds`` is the table of all kinds, ``outbox`` every change of a letter's state, ``rendering`` and ``message`` what is
said and what goes out byte for byte, ``transport`` a mail server or a folder, ``sending`` the loop that jobs run.
``chats`` and ``to_channels`` are what channels of chats are told, over the same outbox.
docs/decisions/mail.md tells what is promised and what cannot be.
"""

from adoption.mail.kinds import KINDS as KINDS
from adoption.mail.kinds import Kind as Kind
from adoption.mail.outbox import plan as plan
