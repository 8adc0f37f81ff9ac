"""Where things are and where the page is served; the only place that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog import films
from catalog.storage import default_home

PARLEY = "parley"
"""Name of the language model that comes with Parley."""


@dataclass(frozen=True)
class Settings:
    """Everything a start needs to know."""

    home: Path
    """The folder of everything Parley keeps: catalogues, indexes, weights, conversations."""
    catalog: str = films.NAME
    host: str = "127.0.0.1"
    port: int = 7860
    model: str = PARLEY
    """The language model: ``parley``, a hub id, or a folder."""
    allow_adding: bool = False
    """Whether those who reach the page may add items to the catalogue."""

    @property
    def conversations(self) -> Path:
        """Return the file in which the conversations about the catalogue are kept."""
        return self.home / "conversations" / f"{self.catalog}.sqlite"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of ``PARLEY_HOME``, ``_CATALOG``, ``_HOST``, ``_PORT`` and ``_MODEL``, else the defaults."""
    port = environment.get("PARLEY_PORT") or str(Settings.port)
    return Settings(
        home=default_home(),
        catalog=environment.get("PARLEY_CATALOG") or Settings.catalog,
        host=environment.get("PARLEY_HOST") or Settings.host,
        port=checked_port(port),
        model=environment.get("PARLEY_MODEL") or Settings.model,
    )


def checked_port(given: str) -> int:
    """Return a port number, or raise ValueError."""
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise ValueError(f"{given!r} is no port; give a number from 1 to 65535")
    return int(given)
