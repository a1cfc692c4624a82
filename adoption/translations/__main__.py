"""Bring the catalogues in line with the code: ``python -m adoption.translations``."""

from __future__ import annotations

import sys

from adoption.translations.gathering import bring_up_to_date
from adoption.translations.gathering import untranslated
from rules.wording import LANGUAGES

SOURCE = "en"

for language in LANGUAGES:
    if language != SOURCE:
        found = bring_up_to_date(language)
        sys.stdout.write(f"{language}: {len(found)} messages, {len(untranslated(found))} without a translation\n")
