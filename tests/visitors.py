"""People at a browser, without one: sign somebody in, send forms the way a page does, read what came back."""

from flask import session
from flask_wtf.csrf import generate_csrf

from adoption import clock
from adoption.auth import devices
from adoption.auth import sessions
from adoption.extensions import db


class Visitor:
    """Somebody (a participant's number) signed in at a browser of their own; without a number, a stranger."""

    def __init__(self, app, participant=None, *, language=None):
        self.client = app.test_client()
        self.headers = {"Accept": "text/html"} | ({"Accept-Language": language} if language else {})
        if participant is not None:
            with app.app_context():
                token = sessions.begin(participant, "a test", clock.now())
                db.session.commit()
            self.client.set_cookie(sessions.COOKIE, token)

    def get(self, path, **more):
        """Open a page."""
        headers = self.headers | more.pop("headers", {})
        return self.client.get(path, headers=headers, **more)

    def post(self, path, form=None, *, proof=True, **more):
        """Send a form; with ``proof`` as a page of ours would."""
        fields = dict(form or {})
        if proof:
            fields["csrf_token"] = self.proof()
        answer = self.client.post(path, data=fields, headers=self.headers, **more)
        for one in (*answer.history, answer):
            one.request.environ["wsgi.input"].close()  # werkzeug leaves what is large open, as a file
        return answer

    def proof(self):
        """Return the token that our forms carry, as the first page that this browser opened would have given it."""
        app = self.client.application
        with self.client.session_transaction() as kept, app.app_context(), app.test_request_context():
            session.update(kept)
            token = generate_csrf()
            kept.update(session)
        return token


class Till(Visitor):
    """A registered device at a counter."""

    def __init__(self, app, canteen="Canteen 1"):
        super().__init__(app)
        with app.app_context():
            token = devices.register(canteen, by=None, now=clock.now())
            db.session.commit()
        self.client.set_cookie(devices.COOKIE, token, path="/counter")
