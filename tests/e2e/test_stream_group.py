"""A group of 100,000 members is written as it is read: the server's memory does not grow with it."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, IncompleteRead
from uuid import UUID

import psycopg
import pytest

from databases import POSTGRES
from harness import Rollright

MEMBERS = 100_000
#: How many are written in one transaction past the server.
CHUNK = 1000
#: How many large groups of one organization a node reads at once.
AT_ONCE = 2


def crowd(server: Rollright, token: str) -> str:
    """A group of 100,000 people, each made past the server after the example of one; its address."""
    scim = server.scim(token)
    scim.create_user("example")
    group = scim.create_group("everybody")["id"]
    ids = [str(UUID(int=(0x7000 << 64) | (0x8000 << 48) | n)) for n in range(1, MEMBERS + 1)]
    statements = [
        """INSERT INTO accounts (id, created_at, home_organization_id)
           SELECT v.value, m.created_at, m.organization_id
           FROM members m CROSS JOIN json_each(?) v WHERE m.user_name = 'example'""",
        """INSERT INTO members (organization_id, id, account_id, user_name, user_name_key, display_name, active, attributes,
               suspended, base_role, held_mapped_role, role, role_source, version, created_at, modified_at)
           SELECT m.organization_id, v.value, v.value, 'x' || v.value, 'x' || v.value, 'x' || v.value, m.active, m.attributes,
               m.suspended, m.base_role, m.held_mapped_role, m.role, m.role_source, 1, m.created_at, m.modified_at
           FROM members m CROSS JOIN json_each(?) v WHERE m.user_name = 'example'""",
        """INSERT INTO group_members (organization_id, group_id, member_id)
           SELECT g.organization_id, g.id, v.value FROM groups g CROSS JOIN json_each(?) v WHERE g.display_name = 'everybody'""",
    ]
    # Some at a time: what counts members goes over every change of its count in the same transaction.
    chunks = [json.dumps(ids[first : first + CHUNK]) for first in range(0, MEMBERS, CHUNK)]
    if server.database.url:
        with psycopg.connect(server.database.url, autocommit=True) as postgres:
            for statement in statements:
                for chunk in chunks:
                    postgres.execute(statement.replace("?", "%s").encode(), [chunk])
            postgres.execute(b"ANALYZE")
    else:
        connection = sqlite3.connect(server.database.sqlite_file(), timeout=60)
        with connection:
            for statement in statements:
                for chunk in chunks:
                    connection.execute(statement, [chunk])
        connection.close()
    return f"/Groups/{group}"


@contextmanager
def reading(server: Rollright, token: str, path: str) -> Iterator[HTTPResponse]:
    """An answer whose body is not read yet, on a connection that holds little of it beside what the server's may hold."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", server.port))
    head = f"GET /scim/v2{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode())
    answer = HTTPResponse(connection)
    try:
        answer.begin()
        yield answer
    finally:
        answer.close()
        connection.close()


def test_a_group_of_100000_is_read_slowly_and_the_server_grows_by_less_than_20_mb(server: Rollright) -> None:
    token = server.scim_token()
    path = crowd(server, token)
    server.scim(token).request("GET", f"{path}?excludedAttributes=members")
    server.forget_peak()
    before = server.peak()
    with reading(server, token, path) as answer:
        assert answer.status == 200
        assert answer.getheader("Content-Length") is None
        text = b""
        for _ in range(5):
            text += answer.read(1 << 16)
            time.sleep(0.2)
        text += answer.read()
        etag = answer.getheader("ETag")
    after = server.peak()
    group = json.loads(text)
    print(f"{server.database.engine}: {len(text)} bytes, {before} KiB before, at most {after} KiB")
    assert len({one["value"] for one in group["members"]}) == len(group["members"]) == MEMBERS
    assert group["meta"]["version"] == etag
    assert json.dumps(group, separators=(",", ":"), sort_keys=True).encode() == text
    assert after - before < 20 * 1024


def test_when_too_many_read_at_length_the_next_is_told_to_come_again_and_can(server: Rollright) -> None:
    token = server.scim_token()
    path = crowd(server, token)
    clients = [reading(server, token, path) for _ in range(AT_ONCE)]
    answers = [client.__enter__() for client in clients]
    assert [answer.status for answer in answers] == [200] * AT_ONCE
    refused = server.scim(token).request("GET", path)
    assert refused.status_code == 503, refused.text[:1000]
    assert refused.headers["Retry-After"] == "1"
    # Everything else goes on meanwhile.
    scim = server.scim(token)
    scim.create_user("another@example.test")
    assert scim.request("GET", f"{path}?excludedAttributes=members").status_code == 200
    for client in clients:
        client.__exit__(None, None, None)
    read = server.scim(token).request("GET", path)
    assert read.status_code == 200
    assert len(read.json()["members"]) == MEMBERS


# A connection to SQLite cannot be cut from outside.
@pytest.mark.parametrize("storage", [POSTGRES], indirect=True)
def test_an_answer_that_fails_in_the_middle_is_not_taken_for_a_whole_one(server: Rollright) -> None:
    token = server.scim_token()
    path = crowd(server, token)
    with reading(server, token, path) as answer:
        answer.read(1000)
        with psycopg.connect(server.database.url or "", autocommit=True) as postgres:
            # The reader's transaction is at work on a page now and then, and idle as soon as this client is what it waits for.
            cut: list[tuple[bool]] = []
            until = time.monotonic() + 10
            while not cut and time.monotonic() < until:
                cut = postgres.execute(
                    b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    b" WHERE datname = current_database() AND state = 'idle in transaction'"
                ).fetchall()
        assert cut == [(True,)]
        with pytest.raises(IncompleteRead):
            answer.read()
    assert server.log_tail(100_000).count("an answer was cut off") == 1
