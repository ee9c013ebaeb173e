"""What schemathesis cannot know of this API: who asks, which ids there are, and which calls end the asker's session."""

import json
import os
import re
import urllib.request

import schemathesis

BASE = os.environ["TPX_SCHEMATHESIS_URL"]
with open(os.environ["TPX_SCHEMATHESIS_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)

#: These end sessions of the asker: somebody who is needed for nothing else makes them.
ENDING = {"/auth/logout", "/auth/logout-everywhere", "/users/me/password"}

#: Here a password is chosen.
CHOOSING = {"/auth/register", "/users/me/password"}

token = None
cursors = {}


def post(path, body):
    request = urllib.request.Request(
        BASE + path,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def sign_in(person):
    return post("/auth/login", {"username": person["username"], "password": person["password"]})["access_token"]


def asker_token():
    global token
    if token is None:
        token = sign_in(WORLD["asker"])
    return token


@schemathesis.auth()
class Bearer:
    """A token of the one who asks; another one after it was refused, as by the deletion of its session."""

    def get(self, case, ctx):
        return sign_in(WORLD["leaver"]) if case.operation.path in ENDING else asker_token()

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


# A provider's token is kept for as long as its key: never, because `asker_token` keeps it itself.
Bearer.refresh_interval = None

@schemathesis.hook
def before_call(context, case, **kwargs):
    """
    What a cursor contains is the server's (rule REST-7), and no schema says it: one of the right form that no page gave out
    is replaced by one that a page of this list did, or left out. Those of a wrong form go out as they are.
    """
    cursor = (case.query or {}).get("cursor")
    if isinstance(cursor, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,512}", cursor):
        known = cursors.get(case.operation.path)
        rest = {name: value for name, value in case.query.items() if name != "cursor"}
        case.query = rest if known is None else {**rest, "cursor": known}
    # Nor can a schema exclude the asker's own id, which is invalid where somebody else has to be named.
    me, other = WORLD["asker"]["id"], WORLD["ids"]["users"][-1]
    if isinstance(case.body, dict) and str(case.body.get("user_id")).lower() == me:
        case.body = {**case.body, "user_id": other}
    # Nor which passwords are guessed first (rule AUTH-10).
    for field in ("password", "new"):
        chosen = case.body.get(field) if isinstance(case.body, dict) else None
        if isinstance(chosen, str) and 10 <= len(chosen) <= 256 and case.operation.path in CHOOSING:
            case.body = {**case.body, field: "quiet-harbour-lantern-43"}
    if case.operation.path == "/users/{id}/block" and str(case.path_parameters.get("id")).lower() == me:
        case.path_parameters = {**case.path_parameters, "id": other}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the ids are real ones: the rest of a handler is reached by these only."""
    kind = context.operation.path.split("/")[1]
    real = WORLD["ids"].get(kind)
    value = (path_parameters or {}).get("id")
    if real and isinstance(value, str) and len(value) == 36 and value[0] in "01234567":
        return {**path_parameters, "id": real[ord(value[1]) % len(real)]}
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    """Likewise what a message is sent to, and who is acted on."""
    if not isinstance(body, dict):
        return body
    for field, kind in (("group_id", "groups"), ("dm_id", "dms"), ("user_id", "users")):
        value = body.get(field)
        if isinstance(value, str) and len(value) == 36 and value[0] in "01234567":
            real = WORLD["ids"][kind]
            body = {**body, field: real[ord(value[1]) % len(real)]}
    return body


@schemathesis.hook
def after_call(context, case, response):
    global token
    if response.status_code == 401 and case.operation.path not in ENDING:
        token = None
    if response.status_code == 200 and case.method == "GET":
        try:
            cursor = response.json().get("cursor")
        except (ValueError, AttributeError):
            return
        if cursor:
            cursors[case.operation.path] = cursor
