"""What a browser is told about every answer: where its parts may come from, and who may keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask import request

if TYPE_CHECKING:
    from flask import Flask
    from flask import Response

# Everything comes from here, nothing is inline, nobody frames us.  ``data:`` images are the arrows of select boxes.
DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
POLICY = "; ".join(DIRECTIVES)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
NO_SENSORS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
YEAR = 31_536_000  # seconds


def init_app(app: Flask) -> None:
    """Write the headers on every answer."""
    app.after_request(write)


def write(response: Response) -> Response:
    """Add what is missing; a view that set one of these itself is left alone."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Permissions-Policy", NO_SENSORS)
    if current_app.config["SESSION_COOKIE_SECURE"]:  # people reach us by https
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if request.endpoint == "static":
        if request.args.get("v"):  # the address changes with the file
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif "ETag" not in response.headers:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
