"""The whole book as a file: taken along as it was published, and brought as a draft of whatever it says otherwise."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePath
from typing import TYPE_CHECKING

from flask import Response
from flask import flash
from flask import redirect
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import book
from adoption.pages.book import bp
from rules.book import BookError
from rules.book.reading import LARGEST

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST = 120  # characters of a file's name in the title of its draft


@bp.get("/hr/book.toml")
@permission("book:read", door=SESSION)
def download() -> ResponseReturnValue:
    """Give the newest book, byte for byte as it was published."""
    newest = drafts.newest()
    if newest.number is None:
        raise NotFoundError
    head = {"Content-Disposition": f'attachment; filename="book-{newest.number}.toml"'}
    return Response(newest.text, content_type="application/toml; charset=utf-8", headers=head)


@bp.post("/hr/book/file")
@permission("book:write", door=SESSION)
def upload() -> ResponseReturnValue:
    """Begin a draft of everything in which a file differs from the newest book."""
    given = request.files.get("file")
    raw = b""
    if given is not None:
        raw = given.stream.read(LARGEST + 1)
        given.close()  # a large one lies in a file until now
    name = PurePath((given.filename if given is not None else "") or "book.toml").name
    if not raw.strip():
        return _refused(gettext("Choose a file with a book in it, as TOML."))
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        title = gettext("Book from the file %(name)s", name="".join(filter(str.isprintable, name))[:LONGEST])
        number = drafts.from_text(text, title, auth.caller().by, clock.now())
    except UnicodeDecodeError:
        return _refused(gettext("The file is no UTF-8 text. Save it as UTF-8, and upload it once more."))
    except BookError as error:
        db.session.rollback()
        return _refused(gettext("The file cannot be read as a book:"), "; ".join(map(str, error.faults)))
    except drafts.NothingChangedError:
        db.session.rollback()
        return _refused(gettext("The file says what the book says; there is nothing to change."))
    db.session.commit()
    flash(gettext("What the file says otherwise is in a draft. Nothing is in force before you publish it."))
    return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)


def _refused(said: str, detail: str = "") -> ResponseReturnValue:
    return book.page(refused=said, detail=detail), HTTPStatus.UNPROCESSABLE_ENTITY
