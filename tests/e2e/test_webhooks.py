"""Webhooks, taken by a server that checks them with the library of Standard Webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

import processes
from harness import Rollright

Came = list[tuple[dict[str, str], bytes]]


@contextmanager
def receiving() -> Iterator[tuple[str, Came]]:
    """Where it listens, and what came there."""
    came: Came = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_library_of_the_standard_accepts_what_comes_and_nothing_forged(stopped: Rollright) -> None:
    """By the old and by the new secret while both sign; not with another body, by another secret or without its id."""
    server = stopped
    server.start(allow_private_networks="true")
    with receiving() as (url, came):
        made: dict[str, Any] = server.api("POST", "/api/webhooks", {"url": url, "events": ["member.created"]}, expect=201)
        scim = server.scim(server.scim_token())
        first = scim.create_user("ada@example.test")
        processes.wait_until(lambda: len(came) == 1, "the first message comes")
        headers, body = came[0]
        event = Webhook(made["secret"]).verify(body, headers)
        assert event["type"] == "member.created" and event["data"]["subject"] == first["id"]

        changed = server.api("POST", f"/api/webhooks/{made['id']}/rotate-secret", {})
        scim.create_user("bea@example.test")
        processes.wait_until(lambda: len(came) == 2, "the second message comes")
        headers, body = came[1]
        for secret in (made["secret"], changed["secret"]):
            Webhook(secret).verify(body, headers)
        other = {name: value for name, value in headers.items() if name.lower() != "webhook-id"} | {"webhook-id": "x"}
        with pytest.raises(WebhookVerificationError):
            Webhook(changed["secret"]).verify(body.replace(b"member", b"number"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(changed["secret"]).verify(body, other)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 44).verify(body, headers)
