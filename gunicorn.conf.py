"""How the service is served: ``gunicorn wsgi:app`` reads this file by itself; its options on the command line win."""

import gc

preload_app = True  # wrong settings are told once, and gunicorn ends instead of starting workers for ever
worker_class = "gthread"
workers = 2
threads = 16
timeout = 60
graceful_timeout = 30
keepalive = 15


def post_fork(_server: object, _worker: object) -> None:
    """Leave what was loaded out of every collection of garbage; requests leave little, so collect seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
