"""A real nginx, with the snippet of docs/forward-auth.md as it stands there, before an app that shows what reaches it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

import processes
from harness import Rollright

PAGE = {"Accept": "text/html"}
SPOOFED = {
    "Remote-User": "owner@example.test",
    "REMOTE_USER": "owner@example.test",
    "Remote-Groups": "Admins",
    "remote-role": "OW",
    "Remote-Organization": "7",
    "X-Original-URL": "https://evil.example/",
}


class App(BaseHTTPRequestHandler):
    """Answers with the headers of the request, as JSON."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """GET and POST."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps([[name.lower(), value] for name, value in self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving() -> Iterator[int]:
    """The app; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), App)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def snippet() -> str:
    """The locations, out of the documentation."""
    text = (Path(__file__).parents[2] / "docs/forward-auth.md").read_text()
    blocks: list[str] = re.findall(r"```nginx\n(.*?)```", text, re.S)
    assert len(blocks) == 2, "the upstreams and the locations"
    return blocks[1]


CONFIGURATION = """
daemon off; pid {work}/nginx.pid; error_log stderr warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/f;
    uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
    upstream rollright {{ server 127.0.0.1:{rollright}; }}
    upstream app {{ server 127.0.0.1:{app}; }}
    server {{
        listen 127.0.0.1:{port};
        {snippet}
    }}
}}
"""


@pytest.fixture
def site(stopped: Rollright, work: Path) -> Iterator[str]:
    """Where nginx listens, before the app and a running server."""
    port = processes.free_port()
    site = f"http://127.0.0.1:{port}"
    stopped.start(public_url=site)
    with serving() as app:
        file = work / "nginx.conf"
        file.write_text(CONFIGURATION.format(work=work, rollright=stopped.port, app=app, port=port, snippet=snippet()))
        log = work / "nginx.log"
        nginx = processes.begin(
            [os.environ["NGINX"], "-p", str(work), "-c", str(file), "-e", "stderr"],
            log=log,
            environment=processes.plain_environment(work),
        )
        try:

            def ready() -> bool:
                assert nginx.poll() is None, log.read_text()
                try:
                    return requests.get(f"{site}/healthz", timeout=5).ok
                except requests.ConnectionError:
                    return False

            processes.wait_until(ready, "nginx listens")
            yield site
        finally:
            processes.end(nginx)


def session_of(server: Rollright, site: str, user_name: str) -> requests.Session:
    """A browser in which somebody is signed in, by a link."""
    link = server.run("login-link", "--username", user_name).stdout.strip()
    browser = requests.Session()
    browser.trust_env = False
    assert browser.get(site + urlsplit(link).path, allow_redirects=False, timeout=30).status_code == 303
    return browser


def test_nginx_lets_members_through_with_headers_and_nobody_else(site: str, stopped: Rollright) -> None:
    """Signed out: to the sign-in and back. Signed in: through, as oneself alone. Deactivated: out at the next request."""
    server = stopped
    scim = server.scim(server.scim_token())
    ada = scim.create_user("ada@example.test", displayName="Ada", emails=[{"value": "ada@mail.example"}])
    scim.create_group("Staff, all", [ada["id"]])
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Reviewer", "Staff, all"]]})
    page = f"{site}/app/page?a=b&c"

    signed_out = requests.get(page, headers=PAGE, allow_redirects=False, timeout=30)
    assert signed_out.status_code == 302
    to = urlsplit(signed_out.headers["Location"])
    assert f"{to.scheme}://{to.netloc}{to.path}" == f"{site}/user/login"
    assert parse_qs(to.query) == {"next": ["/app/page?a=b&c"]}
    sign_in = requests.get(signed_out.headers["Location"], timeout=30)
    assert sign_in.status_code == 200 and "/app/page?a=b&amp;c" in sign_in.text.replace("&#38;", "&amp;")
    for headers in ({**PAGE, "X-Requested-With": "XMLHttpRequest"}, {"Accept": "application/json"}, SPOOFED):
        answer = requests.get(page, headers=headers, allow_redirects=False, timeout=30)
        assert answer.status_code == 401, headers
        assert "Location" not in answer.headers

    browser = session_of(server, site, "ada@mail.example")
    for method in ("GET", "POST"):
        answer = browser.request(method, page, headers={**PAGE, **SPOOFED}, data=b"x" * 100, timeout=30)
        assert answer.status_code == 200
        said = [(name, value) for name, value in answer.json() if name.startswith("remote")]
        assert sorted(said) == [
            ("remote-email", "ada@mail.example"),
            ("remote-groups", "Staff%2C all"),
            ("remote-groups-complete", "true"),
            ("remote-name", "Ada"),
            ("remote-organization", "1"),
            ("remote-role", "RE"),
            ("remote-user", "ada@example.test"),
        ]
    by_token = requests.get(page, headers={"Authorization": f"Token {server.user_token}"}, timeout=30)
    assert ["remote-role", "OW"] in by_token.json()

    answer = scim.change(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    assert answer.status_code in (200, 204)
    refused = browser.get(page, headers=PAGE, allow_redirects=False, timeout=30)
    assert refused.status_code == 302 and refused.headers["Location"].startswith(f"{site}/user/login")
