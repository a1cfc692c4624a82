"""The service: everything that reads, stores, sends or waits.

Decisions (what counts, who earns, who ranks where) are in the ``rules`` package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.engine import make_url

from adoption import api
from adoption import auth
from adoption import cli
from adoption import errors
from adoption import extensions
from adoption import looks
from adoption import pages

if TYPE_CHECKING:
    from config import Settings


def create_app(settings: Settings) -> Flask:
    """Build the application from its settings."""
    app = Flask(__name__)
    app.config.from_mapping(settings.flask())
    app.extensions["settings"] = settings
    app.logger.setLevel(settings.log_level)
    prepare_folders(settings)

    extensions.init_app(app)
    errors.init_app(app)
    auth.init_app(app)
    looks.init_app(app)
    api.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    return app


def prepare_folders(settings: Settings) -> None:
    """Make the folders that the settings name, where they are missing."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    settings.archive_folder.mkdir(parents=True, exist_ok=True)
