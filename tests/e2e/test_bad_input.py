"""Bad input is refused with the right words, is never an error of the server, and changes nothing."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
import requests

from harness import ERROR_SCHEMA, GROUP_SCHEMA, PATCH_SCHEMA, SCIM, USER_SCHEMA, Json, Rollright, Scim, canonical

DEEP = 10_000
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass
class Organization:
    """An organization with something in it, and its SCIM client."""

    scim: Scim
    alice: Json
    bob: Json
    group: Json


@dataclass
class World:
    """Two organizations on one server."""

    server: Rollright
    ours: Organization
    theirs: Organization


def furnish(scim: Scim, mark: str) -> Organization:
    """Two users and a group with one of them in it."""
    alice = scim.create_user(
        f"alice-{mark}@example.test",
        externalId=f"external-{mark}",
        name={"givenName": "Alice", "familyName": "Example"},
        emails=[{"value": f"alice-{mark}@example.test", "type": "work", "primary": True}],
    )
    bob = scim.create_user(f"bob-{mark}@example.test")
    return Organization(scim, alice, bob, scim.create_group(f"group-{mark}", [str(alice["id"])]))


@pytest.fixture
def world(server: Rollright) -> Iterator[World]:
    """Two organizations; at the end of the test each is exactly as it was at its beginning."""
    other = ["--organization-title", "Other", "--username", "other@example.test", "--password", "other-secret-42"]
    done = server.run("user", "create", *other, "--user-token", "f" * 40)
    assert done.returncode == 0, done.stderr
    made = World(server, furnish(server.scim(server.scim_token(1)), "ours"), furnish(server.scim(server.scim_token(2)), "theirs"))
    before = [canonical(made.ours.scim), canonical(made.theirs.scim)]
    yield made
    after = [canonical(made.ours.scim), canonical(made.theirs.scim)]
    changed = [
        f"{kind}: {one}"
        for then, now in zip(before, after, strict=True)
        for kind in ("users", "groups")
        for one in [f"- {one}" for one in then[kind] if one not in now[kind]]
        + [f"+ {one}" for one in now[kind] if one not in then[kind]]
    ]
    assert not changed, "a refused request changed something:\n" + "\n".join(changed)


def refused(answer: requests.Response, status: int | tuple[int, ...], scim_type: str | None = None) -> Json:
    """Holds an answer to being a SCIM error with this status (and scimType); gives its body."""
    statuses = status if isinstance(status, tuple) else (status,)
    said = f"{answer.request.method} {answer.request.url and answer.request.url[:200]}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code in statuses, f"{statuses} expected. {said}"
    assert answer.headers["Content-Type"].split(";")[0] == SCIM, said
    body = answer.json()
    assert body["schemas"] == [ERROR_SCHEMA], said
    assert body["status"] == str(answer.status_code), said
    assert isinstance(body.get("detail"), str) and body["detail"], said
    if scim_type:
        assert body.get("scimType") == scim_type, said
    return dict(body)


def raw(scim: Scim, method: str, path: str, body: bytes) -> requests.Response:
    """A request with a body that is exactly these bytes."""
    return scim.session.request(method, scim.base + path, data=body, headers={"Content-Type": SCIM}, timeout=60)


def bulk(scim: Scim) -> list[tuple[str, str]]:
    """The route of bulk requests, where the server says that it has one."""
    offered = scim.request("GET", "/ServiceProviderConfig").json()["bulk"]["supported"]
    return [("POST", "/Bulk")] if offered else []


def test_bodies_that_are_no_json_are_invalid_syntax(world: World) -> None:
    """Malformed JSON, wrong encodings, truncated and empty bodies: 400 invalidSyntax on every route that reads one."""
    ours = world.ours
    bodies = [
        b"",
        b"{",
        b'{"schemas":',
        b"not json",
        b"{'userName': 'x'}",
        b'{"userName":"a",}',
        b'\xff\xfe{\x00"\x00',
        b'{"userName":"\xc3\x28"}',
        b'{"userName":"\\ud800"}',
        b"[1, 2, 3",
    ]
    routes = [
        ("POST", "/Users"),
        ("PUT", f"/Users/{ours.alice['id']}"),
        ("PATCH", f"/Users/{ours.alice['id']}"),
        ("POST", "/Groups"),
        ("PUT", f"/Groups/{ours.group['id']}"),
        ("PATCH", f"/Groups/{ours.group['id']}"),
        ("POST", "/Users/.search"),
        *bulk(ours.scim),
    ]
    for method, path in routes:
        for body in bodies:
            refused(raw(ours.scim, method, path, body), 400, "invalidSyntax")


def test_values_of_the_wrong_type_are_refused(world: World) -> None:
    """A number for a string, a string for a list, a list for an object, an object for the whole body: 400."""
    ours = world.ours
    user = {"schemas": [USER_SCHEMA], "userName": "wrong@example.test"}
    group = {"schemas": [GROUP_SCHEMA], "displayName": "wrong"}
    wrong: Any
    for wrong in (
        {"userName": 5},
        {"userName": None},
        {"userName": ""},
        {"userName": "   "},
        {"userName": ["a"]},
        {"userName": {"value": "a"}},
        {"schemas": "urn:x"},
        {"active": [1]},
        {"active": "perhaps"},
        {"emails": 5},
        {"emails": [["nested"]]},
        {"name": ["Alice"]},
        {"externalId": {"a": 1}},
    ):
        refused(ours.scim.request("POST", "/Users", {**user, **wrong}), 400)
    for wrong in (
        {"displayName": 5},
        {"displayName": None},
        {"displayName": ""},
        {"members": 5},
        {"members": [5]},
        {"members": [{"value": 5}]},
    ):
        refused(ours.scim.request("POST", "/Groups", {**group, **wrong}), 400)
    body: Any
    for body in ([], [user], "text", 5, True):
        refused(ours.scim.request("POST", "/Users", body), 400)
    operations: Any
    for operations in (
        None,
        5,
        {},
        [5],
        [{}],
        [{"op": "explode", "path": "active", "value": False}],
        [{"op": 5, "path": "active", "value": False}],
        [{"op": "replace", "path": 5, "value": False}],
        [{"op": "replace", "path": "emails[", "value": False}],
        [{"op": "replace", "path": "active", "value": {"a": 1}}],
        [{"op": "replace", "path": "id", "value": str(uuid.uuid4())}],
        [{"op": "remove"}],
    ):
        body = {"schemas": [PATCH_SCHEMA], "Operations": operations}
        refused(ours.scim.request("PATCH", f"/Users/{ours.alice['id']}", body), 400)


def test_a_patch_is_all_or_nothing(world: World) -> None:
    """A good operation before a bad one does not happen either (the world is compared at the end)."""
    ours = world.ours
    good = {"op": "replace", "path": "active", "value": False}
    bad = {"op": "replace", "path": "userName", "value": ours.bob["userName"]}
    refused(ours.scim.change(f"/Users/{ours.alice['id']}", good, bad), 409, "uniqueness")
    some = [{"value": ours.bob["id"]}, {"value": str(uuid.uuid4())}]
    refused(ours.scim.change(f"/Groups/{ours.group['id']}", {"op": "add", "path": "members", "value": some}), 400, "invalidValue")


def test_a_member_that_nobody_knows_is_refused(world: World) -> None:
    """An unknown id, no id at all, another organization's id: the same 400 invalidValue, and nothing added."""
    ours, theirs = world.ours, world.theirs
    said = []
    for stranger in (str(uuid.uuid4()), str(theirs.alice["id"])):
        add = {"op": "add", "path": "members", "value": [{"value": stranger}]}
        body = {"schemas": [GROUP_SCHEMA], "displayName": "strangers", "members": [{"value": stranger}]}
        said.append(
            [
                json.dumps(refused(answer, 400, "invalidValue")).replace(stranger, "ID")
                for answer in (
                    ours.scim.change(f"/Groups/{ours.group['id']}", add),
                    ours.scim.request("POST", "/Groups", body),
                    ours.scim.request("PUT", f"/Groups/{ours.group['id']}", body),
                )
            ]
        )
    assert said[0] == said[1], "another organization's member answers otherwise than nobody"
    for nobody in ("", "not-a-uuid", "1", "' OR 1=1 --", "x" * 5000):
        add = {"op": "add", "path": "members", "value": [{"value": nobody}]}
        refused(ours.scim.change(f"/Groups/{ours.group['id']}", add), 400)


def test_a_user_name_is_taken_whatever_its_case(world: World) -> None:
    """The same userName in other letters is the same: 409 uniqueness, by create, replace and change."""
    ours = world.ours
    taken = str(ours.alice["userName"]).upper()
    body = {"schemas": [USER_SCHEMA], "userName": taken}
    refused(ours.scim.request("POST", "/Users", body), 409, "uniqueness")
    refused(ours.scim.request("PUT", f"/Users/{ours.bob['id']}", body), 409, "uniqueness")
    change = {"op": "replace", "path": "userName", "value": taken}
    refused(ours.scim.change(f"/Users/{ours.bob['id']}", change), 409, "uniqueness")


def test_a_stale_version_is_412(world: World) -> None:
    """If-Match with a version that is no more: 412 for PUT, PATCH and DELETE, of users and groups."""
    ours = world.ours
    for path, body in (
        (f"/Users/{ours.alice['id']}", {"schemas": [USER_SCHEMA], "userName": "stale@example.test"}),
        (f"/Groups/{ours.group['id']}", {"schemas": [GROUP_SCHEMA], "displayName": "stale"}),
    ):
        assert ours.scim.request("GET", path).json()["meta"]["version"], "there are versions"
        change = {"schemas": [PATCH_SCHEMA], "Operations": [{"op": "replace", "path": "externalId", "value": "stale"}]}
        for stale in ('W/"stale"', '"999999"'):
            match = {"If-Match": stale}
            refused(ours.scim.request("PUT", path, body, headers=match), 412)
            refused(ours.scim.request("PATCH", path, change, headers=match), 412)
            refused(ours.scim.request("DELETE", path, headers=match), 412)


def test_a_bad_filter_is_invalid_filter(world: World) -> None:
    """Filters that are none: 400 invalidFilter, in the address and in a search."""
    for filter in (
        "userName",
        "userName eq",
        'userName eq "a',
        'userName near "a"',
        'eq "a"',
        '(userName eq "a"',
        'userName eq "a")',
        'userName eq "a" and',
        'userName eq "a" or or userName eq "b"',
        'emails[type eq "work"',
        'emails[type eq "work"]]',
        'userName eq "a"; DROP TABLE members',
        "\x01",
        "🙂",
        'user Name eq "a"',
        'userName eq "\\ud800"',
    ):
        for path in ("/Users", "/Groups"):
            refused(world.ours.scim.request("GET", path, params={"filter": filter}), 400, "invalidFilter")
            search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter}
            refused(world.ours.scim.request("POST", f"{path}/.search", search), 400)


def test_ten_thousand_levels_are_refused_and_the_server_lives(world: World) -> None:
    """JSON and filters nested 10,000 deep: a 4xx, and the next request is answered."""
    ours = world.ours
    for deep in (
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"schemas":["' + USER_SCHEMA.encode() + b'"],"userName":"deep@example.test","x":' + b"[" * DEEP + b"]" * DEEP + b"}",
        b"[" * 1_000_000,
    ):
        for method, path in (("POST", "/Users"), ("PATCH", f"/Users/{ours.alice['id']}"), *bulk(ours.scim)):
            refused(raw(ours.scim, method, path, deep), (400, 413))
    for filter in (
        "(" * DEEP + 'userName eq "a"' + ")" * DEEP,
        "not (" * DEEP + 'userName eq "a"' + ")" * DEEP,
        "(" * DEEP,
        " and ".join(['userName eq "a"'] * DEEP),
    ):
        search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter}
        refused(ours.scim.request("POST", "/Users/.search", search), 400, "invalidFilter")
        answer = ours.scim.request("GET", "/Users", params={"filter": filter})
        assert answer.status_code in (400, 414, 431), f"{answer.status_code} {answer.text[:300]}"
        remove = {"op": "remove", "path": f"members[{filter}]"}
        refused(ours.scim.change(f"/Groups/{ours.group['id']}", remove), 400)
    assert ours.scim.request("GET", "/ServiceProviderConfig").status_code == 200


def test_a_body_over_the_limit_is_413(world: World) -> None:
    """A body that says that it is too long, and one that only becomes too long: 413, without reading it to the end."""
    scim = world.ours.scim
    head = (
        f"POST /scim/v2/Users HTTP/1.1\r\nHost: 127.0.0.1:{world.server.port}\r\n"
        f"Authorization: {scim.session.headers['Authorization']!s}\r\nContent-Type: {SCIM}\r\n"
    )
    status, _ = exchange(world.server.port, (head + "Content-Length: 2000000000\r\n\r\n").encode(), [b" " * 65536])
    assert status == 413
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    status, sent = exchange(world.server.port, (head + "Transfer-Encoding: chunked\r\n\r\n").encode(), [chunk] * 4096)
    assert status == 413
    assert sent < 4096, "the whole of 256 MiB was read"


def exchange(port: int, head: bytes, pieces: list[bytes]) -> tuple[int, int]:
    """Sends a head and then the pieces until an answer comes: its status, and how many pieces were sent by then."""
    answered = threading.Event()
    received = bytearray()

    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:

        def read() -> None:
            with suppress(OSError):
                while data := connection.recv(65536):
                    received.extend(data)
                    answered.set()
            answered.set()

        reader = threading.Thread(target=read)
        reader.start()
        sent = 0
        with suppress(OSError):  # the server has closed it already; what it said is read below
            connection.sendall(head)
            for piece in pieces:
                if answered.is_set():
                    break
                connection.sendall(piece)
                sent += 1
        assert answered.wait(30), "no answer"
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        reader.join(30)
    assert received.startswith(b"HTTP/1.1 "), f"no answer, or none that survived the end: {bytes(received[:200])!r}"
    return int(received[9:12]), sent


def test_a_nul_in_a_string_is_refused(world: World) -> None:
    """U+0000, which PostgreSQL cannot store, is refused on both engines wherever a string stands: in bodies and in filters."""
    ours = world.ours
    for body in (
        {"userName": "nul\0@example.test"},
        {"userName": "nul@example.test", "externalId": "a\0"},
        {"userName": "nul@example.test", "name": {"familyName": "a\0b"}},
        {"userName": "nul@example.test", "phoneNumbers": [{"value": "a\0", "type": "work"}]},
        {"userName": "nul@example.test", ENTERPRISE: {"department": "a\0"}},
    ):
        refused(ours.scim.request("POST", "/Users", {"schemas": [USER_SCHEMA], **body}), 400, "invalidValue")
    refused(ours.scim.request("POST", "/Groups", {"schemas": [GROUP_SCHEMA], "displayName": "a\0"}), 400, "invalidValue")
    change = {"op": "replace", "path": "displayName", "value": "a\0"}
    for path in (f"/Users/{ours.alice['id']}", f"/Groups/{ours.group['id']}"):
        refused(ours.scim.change(path, change), 400, "invalidValue")
    for filter in ('userName eq "a\\u0000"', 'userName eq "a\0"'):
        answer = ours.scim.request("GET", "/Users", params={"filter": filter})
        # To say that nobody has such a name is right as well.
        assert answer.status_code == 400 or answer.json()["totalResults"] == 0, answer.text
    assert ours.scim.request("GET", "/Users/a%00b").status_code == 404


def test_another_organizations_ids_answer_like_unknown_ones(world: World) -> None:
    """With our token, their ids are nothing: status, headers and body are those of an id that nobody has."""
    ours, theirs = world.ours, world.theirs

    def said(kind: str, id: str) -> list[tuple[int, str, str]]:
        user = {"schemas": [USER_SCHEMA], "userName": "mine@example.test"}
        group = {"schemas": [GROUP_SCHEMA], "displayName": "mine"}
        change = {"schemas": [PATCH_SCHEMA], "Operations": [{"op": "replace", "path": "externalId", "value": "mine"}]}
        path = f"/{kind}/{id}"
        answers = [
            ours.scim.request("GET", path),
            ours.scim.request("GET", f"{path}?attributes=id"),
            ours.scim.request("PUT", path, user if kind == "Users" else group),
            ours.scim.request("PATCH", path, change),
            ours.scim.request("DELETE", path),
            ours.scim.request("DELETE", path, headers={"If-Match": 'W/"1"'}),
            ours.scim.request("GET", f"/{kind}", params={"filter": f'id eq "{id}"'}),
        ]
        for answer in answers[:-1]:
            refused(answer, 404)
        return [(one.status_code, one.headers["Content-Type"], one.text.replace(id, "ID")) for one in answers]

    assert said("Users", str(theirs.alice["id"])) == said("Users", str(uuid.uuid4()))
    assert said("Groups", str(theirs.group["id"])) == said("Groups", str(uuid.uuid4()))
    for filter in (f'userName eq "{theirs.alice["userName"]}"', 'externalId eq "external-theirs"'):
        assert ours.scim.request("GET", "/Users", params={"filter": filter}).json()["totalResults"] == 0


def test_who_does_not_say_who_they_are_gets_a_scim_401(world: World) -> None:
    """No token, a wrong one, another scheme, garbage, and credentials that are good elsewhere: a SCIM error that says 401."""
    address = world.server.url("/scim/v2/Users")
    for header in (
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer rr_scim_wrong",
        "Basic b3duZXI6c2VjcmV0",
        "garbage",
        "Bearer " + "x" * 4000,
        f"Bearer {world.server.user_token}",
        f"Token {world.server.user_token}",
    ):
        answer = requests.get(address, headers={} if header is None else {"Authorization": header}, timeout=30)
        refused(answer, 401)
        assert "WWW-Authenticate" in answer.headers
    scim_token = str(world.ours.scim.session.headers["Authorization"]).removeprefix("Bearer ")
    elsewhere = world.server.url("/api/current-user/whoami")
    for scheme in ("Bearer", "Token"):
        assert requests.get(elsewhere, headers={"Authorization": f"{scheme} {scim_token}"}, timeout=30).status_code == 401


def test_an_unknown_path_is_a_scim_404(world: World) -> None:
    """What is not there answers 404 as a SCIM error, and what cannot be done there 405."""
    scim = world.ours.scim
    for path in ("/Nothing", "/Users/not-a-uuid", "/Users/1", "/Groups/1/members", "/Users/../Nothing", "//Users//x"):
        refused(scim.request("GET", path), 404)
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            refused(scim.request(method, path, None if method == "DELETE" else {}), 405)


def test_half_a_header_is_not_waited_for(server: Rollright) -> None:
    """Clients that send half a header and hold it are cut off within 15 seconds; others are served meanwhile."""
    halves = ["GET /scim/v2/Users HT", "GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthoriza"]
    with ExitStack() as stack:
        begin = monotonic()
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in halves]
        for connection, half in zip(held, halves, strict=True):
            connection.sendall(half.encode())
        assert requests.get(server.url("/readyz"), timeout=5).status_code == 200
        for connection, half in zip(held, halves, strict=True):
            try:
                while monotonic() - begin < 15:
                    connection.settimeout(15 - (monotonic() - begin))
                    if not connection.recv(4096):  # whatever it says before it closes
                        break
            except ConnectionResetError:
                pass
            except TimeoutError:
                pytest.fail(f"still open after 15 s: {half!r}")
        assert monotonic() - begin < 15
