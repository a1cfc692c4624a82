"""Applications that share what is the same in all of them, since making it takes longer than most tests.

Routes, templates and the description of the API are made once for a process.  Settings, the database and whatever an
application remembers are its own, as in a process of its own.
"""

from copy import copy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import event

from adoption import create_app
from adoption import extensions
from adoption import prepare_folders

NOWHERE = {  # what no route or template can hang on: where things are, different in each test
    "database_url": "sqlite://",
    "archive_folder": Path(gettempdir()),
    "mail_folder": Path(gettempdir()),
    "smtp_url": None,
}


DIALECTS = {}  # by name; they know what their server is like from the first connection on
COMPILED = {}  # statements, which SQLAlchemy keeps by their dialect and their shape


def application(settings, *, own=False):
    """Return an application with these settings; ``own`` shares nothing, so that its routes may be changed."""
    if own or settings.trusted_proxies:  # what stands before the application is built around that one alone
        return create_app(settings)
    return _twin(_model(replace(settings, **NOWHERE)), settings)


@lru_cache(maxsize=16)
def _model(settings):
    """Return an application that is copied, and never used itself."""
    return create_app(settings)


def _twin(model, settings):
    app = copy(model)
    app.config = model.make_config()
    app.config.update(model.config | settings.flask())
    app.extensions = {name: copy(held) if isinstance(held, dict) else held for name, held in model.extensions.items()}
    app.extensions["settings"] = settings
    app.logger.setLevel(settings.log_level)
    prepare_folders(settings)
    del app.extensions["sqlalchemy"]
    app.teardown_appcontext_funcs, app.shell_context_processors = [], []
    extensions.init_app(app)
    with app.app_context():
        _share_compiled(extensions.db.engine)
    app._got_first_request = True  # so that Flask refuses new routes and hooks: they would be in every twin
    return app


def _share_compiled(engine):
    """Let it find a statement compiled that any twin has sent before: to compile takes longer than to execute."""
    engine.update_execution_options(compiled_cache=COMPILED)
    shared = DIALECTS.get(engine.dialect.name)
    if shared is not None:
        engine.dialect = engine.pool._dialect = shared
    else:
        event.listen(engine, "connect", lambda *_: DIALECTS.setdefault(engine.dialect.name, engine.dialect))
