"""Ready-made mappings for known CRMs: TOML files beside the connectors, each with a delivery that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from adoption.connectors.payload import FORM

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent.parent / "connectors" / "presets"
ADDRESS = "ADDRESS-OF-THE-HOOK"
JSON = "application/json"


@dataclass(frozen=True)
class Preset:
    """A mapping for a CRM: the CRM's name, how its deliveries prove themselves, whose secret it is, and what it posts.

    ``chosen`` says that the CRM makes the secret, which one then has to enter.
    """

    key: str
    title: str
    verification: str
    chosen: bool
    kind: str = JSON

    @cached_property
    def text(self) -> str:
        """The mapping as it lies in the repository."""
        return (FOLDER / f"{self.key}.toml").read_text(encoding="utf-8")

    @cached_property
    def sample(self) -> str:
        """A delivery as this CRM would post it."""
        return (FOLDER / f"{self.key}.sample").read_text(encoding="utf-8")

    def mapping(self, address: str) -> str:
        """Return the mapping of a source whose hook has this address."""
        return self.text.replace(ADDRESS, address)


PRESETS: Mapping[str, Preset] = {
    one.key: one
    for one in (
        Preset("hubspot", "HubSpot", "hmac-sha256", chosen=True),
        Preset("pipedrive", "Pipedrive", "secret", chosen=False),
        Preset("kommo", "Kommo (amoCRM)", "secret", chosen=False, kind=FORM),
        Preset("bitrix24", "Bitrix24", "secret", chosen=True, kind=FORM),
    )
}
