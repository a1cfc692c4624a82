"""The one place where settings meet the application: ``gunicorn wsgi:app`` and every ``flask …`` command start here."""

from __future__ import annotations

import os
import sys

from adoption import create_app
from config import Settings
from config import SettingsError

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as fault:
    sys.stderr.write(f"{fault}\n")
    raise SystemExit(2) from None

app = create_app(settings)
