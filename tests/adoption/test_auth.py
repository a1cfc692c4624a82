"""Who may see what: only what the table of permissions says."""

import time

import pytest
from sqlalchemy import select

from adoption import auth
from adoption import facts
from adoption.auth import PERMISSIONS
from adoption.auth import permission
from adoption.auth import public
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import ApiToken
from adoption.models import Participant
from tests.leading import let_lead

ROLES = ("employee", "manager", "hr", "approver", "lead", "cashier", "admin")
WHO = {*ROLES, auth.SERVICE, auth.DEVICE}


@pytest.fixture
def people(app):
    """Dana leads Mei, who leads Alice and Bob; Hana is HR, Carl the cashier, Lea has left, Tom's title is unknown."""
    lines = [
        ("dana", "manager", None, None),
        ("mei", "manager", "dana", None),
        ("alice", "employee", "mei", None),
        ("bob", "employee", "mei", None),
        ("hana", "hr", None, None),
        ("ann", "approver", None, None),
        ("leo", "lead", None, None),
        ("carl", "cashier", None, None),
        ("ada", "admin", None, None),
        ("lea", "hr", None, 1),
        ("tom", "service", None, None),
    ]
    numbers = {name: number for number, (name, *_) in enumerate(lines, start=1)}
    with app.app_context():
        for name, role, _, left_on in lines:
            db.session.add(
                Participant(
                    id=numbers[name],
                    email=f"{name}@example.com",
                    name=name.title(),
                    role=role,
                    left_on=left_on,
                )
            )
        db.session.flush()
        for name, _, manager, _ in lines:
            let_lead(db.session.connection(), numbers.get(manager), numbers[name])
        db.session.commit()
    return numbers


@pytest.fixture
def token(app):
    """Make a token, with every scope unless told otherwise; ``None`` as name makes a service's."""

    def make(person=None, scopes=("admin",)):
        email = person and f"{person}@example.com"
        with app.app_context():
            made = auth.create_token(f"{person}-{'-'.join(scopes)}", scopes, email=email, now=1)
            db.session.commit()
        db.session.rollback()  # what the test's own session has read is old now
        return {"Authorization": f"Bearer {made}"}

    return make


# --- every route states what it needs


def test_every_route_states_its_permission(app):
    assert auth.unstated(app) == []


def test_a_route_that_states_nothing_is_found_and_closed(new_app, database):
    with new_app(database, own=True) as app:
        app.add_url_rule("/forgotten", "forgotten", lambda: "secrets")
        assert auth.unstated(app) == ["/forgotten (forgotten)"]
        response = app.test_client().get("/forgotten")
        assert response.status_code == 403
        assert "secrets" not in response.get_data(as_text=True)


def test_a_permission_that_is_not_in_the_table_cannot_be_stated():
    with pytest.raises(KeyError, match="weather:read is no permission"):
        permission("weather:read")


def test_public_routes_tell_why(app):
    reasons = {
        rule.rule: auth.access_of(app, rule.endpoint).why
        for rule in app.url_map.iter_rules()
        if auth.access_of(app, rule.endpoint).permission is None
    }
    assert all(reasons.values())
    api = {rule for rule in reasons if rule.startswith("/api/")}
    assert api == {"/api/v1/", "/api/v1/openapi.json"}


# --- the table


def test_every_role_is_in_the_table():
    assert set(auth.EVERYBODY) == set(ROLES)
    assert all(set(who) <= WHO for who in PERMISSIONS.values())


@pytest.mark.parametrize("name", PERMISSIONS)
@pytest.mark.parametrize("role", sorted(WHO))
def test_a_caller_needs_both_the_role_and_the_scope(name, role):
    reach = PERMISSIONS[name].get(role)
    whole = auth.Caller("t", frozenset({auth.EVERY}), 1, (role,))
    fitting = auth.Caller("t", frozenset({name}), 1, (role,))
    other = auth.Caller("t", frozenset(set(PERMISSIONS) - {name}), 1, (role,))
    assert (whole.reach(name), fitting.reach(name), other.reach(name)) == (reach, reach, None)


def test_only_services_and_admins_may_send_activities():
    assert set(PERMISSIONS["activities:write"]) == {auth.SERVICE, "admin"}


# --- roles and routes: every route of the address map, asked by everybody

BODY = {"POST": {"json": []}}
PARTS = {"email": "alice@example.com", "key": "none", "id": "1-3-1-1", "source": "crm", "filename": "x", "number": 1,
         "kind": "metric", "line": 1}  # fmt: skip
CAST = {
    "nobody": None,
    "alice": "employee",
    "mei": "manager",
    "hana": "hr",
    "ann": "approver",
    "leo": "lead",
    "carl": "cashier",
    "ada": "admin",
    "tom": "employee",
    "service": auth.SERVICE,
}
SEES_ALICE = {"alice", "mei", "hana", "ada", "service"}


def routes(app):
    """Yield the routes that machines use; those for people have tests of their own."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in app.extensions["pages"]:
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            parts = {name: PARTS[name] for name in rule.arguments}
            yield method, app.url_map.bind("localhost").build(rule.endpoint, parts), auth.access_of(app, rule.endpoint)


def expected(who, access, path):
    """Say whether the table lets somebody in (their object being Alice's)."""
    if access.permission is None:
        return True
    role = CAST[who]
    if role is None or role not in PERMISSIONS[access.permission]:
        return False
    of_alice = "alice" in path or "/awards/" in path
    return who in SEES_ALICE if of_alice else True


@pytest.mark.parametrize("who", CAST)
@pytest.mark.usefixtures("people")
def test_roles_and_routes_meet_only_where_the_table_says(app, token, who):
    headers = {} if who == "nobody" else token(None if who == "service" else who)
    client = app.test_client()
    for method, path, access in routes(app):
        response = client.open(path, method=method, headers=headers, **BODY.get(method, {}))
        closed = response.status_code in {401, 403}
        if path.startswith("/hooks/"):
            assert response.status_code == 401, path  # its own proof, whatever the token
        else:
            assert closed is not expected(who, access, path), (method, path, response.get_data(as_text=True))
            assert response.status_code < 500, path
        assert response.status_code != 401 or "WWW-Authenticate" in response.headers


@pytest.mark.parametrize("scope", PERMISSIONS)
@pytest.mark.usefixtures("people")
def test_a_token_opens_only_what_its_scopes_say(app, token, scope):
    headers = token(None, [scope])
    client = app.test_client()
    for method, path, access in routes(app):
        if access.permission not in {None, scope}:
            response = client.open(path, method=method, headers=headers, **BODY.get(method, {}))
            assert response.status_code == 403
            assert response.json["missing_scope"] == access.permission
            assert access.permission in response.json["detail"]


# --- object rules


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("alice", {"alice"}),
        ("mei", {"mei", "alice", "bob"}),
        ("dana", {"dana", "mei", "alice", "bob"}),
        ("leo", {"leo"}),
        ("carl", {"carl"}),
        ("hana", {"dana", "mei", "alice", "bob", "hana", "carl", "lea"}),
        (None, {"dana", "mei", "alice", "bob", "hana", "carl", "lea"}),
    ],
)
@pytest.mark.usefixtures("people")
def test_progress_is_seen_by_oneself_by_those_who_lead_and_by_hr(client, token, monkeypatch, who, sees):
    monkeypatch.setattr("adoption.explain.progress", lambda _holder, _day: [])
    headers = token(who)
    for name in ("dana", "mei", "alice", "bob", "hana", "carl", "lea"):
        response = client.get(f"/api/v1/participants/{name}@example.com/progress", headers=headers)
        assert response.status_code == (200 if name in sees else 403), name


@pytest.mark.usefixtures("people")
def test_who_may_not_see_cannot_find_out_who_exists(client, token):
    headers = token("alice")
    known = client.get("/api/v1/participants/bob@example.com/awards", headers=headers)
    unknown = client.get("/api/v1/participants/nobody@example.com/awards", headers=headers)
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)
    assert client.get("/api/v1/participants/nobody@example.com/awards", headers=token("hana")).status_code == 404


def test_managers_in_a_circle_end_where_it_closes():
    circle = {1: 2, 2: 3, 3: 1}
    assert auth.leaders(1, circle.get) == [2, 3, 1]
    assert auth.leaders(9, circle.get) == []


# --- tokens


@pytest.mark.usefixtures("app")
def test_only_the_digest_of_a_token_is_stored():
    made = auth.create_token("crm", ["activities:write", "activities:write"], email=None, now=5)
    row = db.session.execute(select(ApiToken)).scalar_one()
    assert made.startswith("spn_")
    assert len(made) == 4 + 43
    assert (row.digest, row.scopes) == (auth.digest_of(made), "activities:write")
    assert made not in str(vars(row))


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (("x", [], None), RefusedError, "nothing is no scope"),
        (("x", ["activities:write", "fly"], None), RefusedError, "fly is no scope; choose from activities:write"),
        (("x", ["admin"], "nobody@example.com"), NotFoundError, "there is no participant nobody@example.com"),
        (("taken", ["admin"], None), RefusedError, "there is a token named 'taken' already"),
    ],
)
@pytest.mark.usefixtures("app")
def test_a_mistaken_token_is_not_made(asked, error, said):
    auth.create_token("taken", ["admin"], email=None, now=5)
    db.session.commit()
    name, scopes, email = asked
    with pytest.raises(error) as caught:
        auth.create_token(name, scopes, email=email, now=5)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer spn_unknown",
        "Bearer spn_" + "x" * 10_000,
        "bearer \xff",
        "Basic c3BuOnNwbg==",
        "Basic ???",
        "Digest username",
        "spn_unknown",
        "Bearer ' OR 1=1 --",
    ],
)
def test_without_a_good_token_nothing_opens(client, header):
    headers = {} if header is None else {"Authorization": header}
    response = client.post("/api/v1/activities", json=[], headers=headers)
    assert (response.status_code, response.content_type) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_is_no_token(client, token):
    made = token()["Authorization"].partition(" ")[2]
    assert client.post(f"/api/v1/activities?access_token={made}", json=[]).status_code == 401


def test_a_revoked_token_closes_within_seconds(client, token):
    headers = token()
    assert client.post("/api/v1/activities", json=[], headers=headers).status_code == 202
    assert auth.revoke_token("None-admin", now=6) == 1
    db.session.commit()
    client.application.extensions["tokens"].clear()  # what time does to it
    assert client.post("/api/v1/activities", json=[], headers=headers).status_code == 401
    assert auth.revoke_token("None-admin", now=6) == 0
    assert auth.bearer.REMEMBERED <= 5


def test_what_is_remembered_of_a_token_is_forgotten_in_time(client, token, monkeypatch):
    headers = token()
    assert client.post("/api/v1/activities", json=[], headers=headers).status_code == 202
    monkeypatch.setattr(auth.bearer, "look_up", lambda _digest: None)
    assert client.post("/api/v1/activities", json=[], headers=headers).status_code == 202
    later = auth.bearer.time.monotonic() + auth.bearer.REMEMBERED
    monkeypatch.setattr(auth.bearer.time, "monotonic", lambda: later)
    assert client.post("/api/v1/activities", json=[], headers=headers).status_code == 401


@pytest.mark.usefixtures("app")
def test_the_name_of_a_revoked_token_is_free_again():
    auth.create_token("crm", ["admin"], email=None, now=5)
    db.session.commit()
    auth.revoke_token("crm", now=6)
    db.session.commit()
    auth.create_token("crm", ["admin"], email=None, now=7)
    assert [(line.name, line.revoked) for line in auth.tokens()] == [("crm", 6), ("crm", None)]


@pytest.mark.usefixtures("people")
def test_somebody_who_has_left_is_out(client, token):
    assert client.get("/api/v1/boards/x", headers=token("lea")).status_code == 401


def test_somebody_is_in_until_the_last_day(client, people, token, app):
    tomorrow = facts.current().today(time.time_ns() // 1000) + 1
    with app.app_context():
        db.session.get(Participant, people["bob"]).left_on = tomorrow
        db.session.commit()
    assert client.get("/api/v1/participants/alice@example.com/awards", headers=token("bob")).status_code == 403


# --- commands


def run(app, *args):
    return app.test_cli_runner().invoke(args=["tokens", *args])


@pytest.mark.usefixtures("people")
def test_tokens_are_made_listed_and_revoked_by_commands(app):
    made = run(app, "create", "--name", "crm", "--scope", "activities:write")
    personal = run(app, "create", "--name", "phone", "--scope", "progress:read", "--for", "Alice@example.com ")
    assert made.exit_code == personal.exit_code == 0
    assert made.output.strip().startswith("spn_")
    listed = run(app, "list").output
    assert "crm\tactivities:write\tservice" in listed
    assert "phone\tprogress:read\talice@example.com" in listed
    assert made.output.strip() not in listed
    assert run(app, "revoke", "crm").exit_code == 0
    assert "revoked" in run(app, "list").output
    again = run(app, "revoke", "crm")
    assert (again.exit_code, again.output) == (1, "Error: there is no token 'crm' in force\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["create", "--name", "x", "--scope", "fly"], "fly is no scope"),
        (["create", "--name", "x"], "Missing option '--scope'"),
        (["create", "--scope", "admin"], "Missing option '--name'"),
        (["create", "--name", "x", "--scope", "admin", "--for", "nobody"], "there is no participant nobody"),
    ],
)
def test_mistaken_commands_say_what_is_wrong(app, args, said):
    result = run(app, *args)
    assert result.exit_code > 0
    assert said in result.output
    assert run(app, "list").output == ""


def test_public_marks_a_view_without_wrapping_it():
    def view():
        return "x"

    assert public("because")(view) is view
