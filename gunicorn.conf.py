"""How the service is served: ``gunicorn wsgi:app`` reads this file by itself; its options on the command line win."""

import gc
import sys

preload_app = True  # wrong settings are told once, and gunicorn ends instead of starting workers for ever
worker_class = "gthread"
workers = 2
threads = 16
timeout = 60
graceful_timeout = 30
keepalive = 15


def on_starting(_server: object) -> None:
    """Refuse to serve without a secret: once and in words, instead of an internal error on each page."""
    from config import SettingsError  # noqa: PLC0415  # gunicorn has found wsgi.py and what is beside it by now
    from wsgi import settings  # noqa: PLC0415

    try:
        settings.require_secret()
    except SettingsError as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(2) from None


def post_fork(_server: object, _worker: object) -> None:
    """Leave what was loaded out of every collection of garbage; requests leave little, so collect seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def worker_exit(_server: object, _worker: object) -> None:
    """Let all be collected at the end; else DuckDB's binding reports what was frozen as leaked, in sixty lines."""
    gc.unfreeze()
    gc.collect()
