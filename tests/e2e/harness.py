"""One rollright server under test: started on a free port, spoken to, stopped, and its books checked."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import requests
from scim2_client.engines.httpx2 import SyncSCIMClient

import processes
from databases import Database

BINARY = os.environ.get("ROLLRIGHT_BIN", "rollright")
OWNER = "owner@example.test"
SCIM = "application/scim+json"
ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"

Json = dict[str, Any]


class Rollright:
    """A server with its database. `start` and `stop` may alternate; everything else speaks to the running one."""

    def __init__(self, database: Database, work: Path) -> None:
        self.database = database
        self.work = work
        self.log = work / "server.log"
        self.stdout = work / "server.out"
        self.password = secrets.token_urlsafe(12)
        self.user_token = secrets.token_hex(20)
        self.port = 0
        self.was_ready = False
        self._process: subprocess.Popen[bytes] | None = None

    # Its life

    def start(self, *, owner: bool = True, arguments: tuple[str, ...] = (), public_url: str = "", **settings: str) -> None:
        """Starts the server and waits until it says that it is ready.

        `owner`: with the first account given. `settings`: by their names, given through the environment.
        `public_url`: where browsers find it, if not where it listens.
        """
        assert self._process is None, "it runs already"
        for _ in range(3):
            try:
                self._start(owner, arguments, public_url, settings)
                self.was_ready = True
                return
            except BaseException:
                self.discard()
                # Somebody else may take the port between asking for it and listening on it.
                if "in use" not in self.log_tail(1000):
                    raise
        raise AssertionError(f"three free ports in a row were taken\n{self.log_tail()}")

    def _start(self, owner: bool, arguments: tuple[str, ...], public_url: str, settings: dict[str, str]) -> None:
        self.port = processes.free_port()
        first = ["--username", OWNER, f"--password={self.password}", f"--user-token={self.user_token}"] if owner else []
        self._process = processes.begin(
            [BINARY, "start", "--host", "127.0.0.1", "--port", str(self.port), "--base-url", public_url or self.url()]
            + self.database.arguments()
            + first
            + list(arguments),
            log=self.log,
            stdout=self.stdout,
            environment={
                **processes.plain_environment(self.work),
                **{f"ROLLRIGHT_{name.upper()}": value for name, value in settings.items()},
            },
        )
        processes.wait_until(self._is_ready, "the server is ready", seconds=60)

    def _is_ready(self) -> bool:
        assert self._process is not None
        status = self._process.poll()
        assert status is None, f"the server ended with status {status} while starting\n{self.log_tail()}"
        try:
            return requests.get(self.url("/readyz"), timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """Stops the server as an operator does, and holds it to a clean exit."""
        if self._process is not None:
            process, self._process = self._process, None
            status = processes.end(process)
            assert status == 0, f"the server ended with status {status} when asked to stop\n{self.log_tail()}"

    def kill(self) -> None:
        """Ends the server as a power cut does."""
        assert self._process is not None
        process, self._process = self._process, None
        processes.kill(process)

    def discard(self) -> None:
        """Ends whatever still runs, without judging it."""
        if self._process is not None:
            process, self._process = self._process, None
            processes.end(process)

    def log_tail(self, size: int = 8000) -> str:
        """The end of what the server wrote to standard error."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def peak(self) -> int:
        """The most of the machine's memory that the server has had, in KiB."""
        assert self._process is not None
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
        raise AssertionError("the operating system does not say it")

    def forget_peak(self) -> None:
        """Lets the peak begin anew: hashing the first password takes more memory than much that follows."""
        assert self._process is not None
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of its other commands, on the same database."""
        return subprocess.run(
            [BINARY, *command, *self.database.arguments()],
            env=processes.plain_environment(self.work),
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def verify(self) -> None:
        """Fails where a stored role is not what the stored facts say (`doctor --verify`)."""
        done = self.run("doctor", "--verify")
        assert done.returncode == 0, f"doctor found differences:\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip(), "doctor says a line also when all is well"

    def scim_token(self, organization: int = 1, profile: str = "rfc") -> str:
        """A new SCIM token: the only thing on standard output."""
        done = self.run("scim-token", "create", "--organization", str(organization), "--profile", profile)
        assert done.returncode == 0, f"scim-token create: {done.stderr}"
        token = done.stdout.strip()
        assert re.fullmatch(r"rr_scim_\S+", token), f"standard output holds the token and nothing else: {done.stdout!r}"
        return token

    # Speaking to it

    def url(self, path: str = "") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def api(self, method: str, path: str, body: Any = None, *, expect: int | None = None, token: str | None = None) -> Any:
        """One REST request with a user token, the owner's unless another is given; the decoded answer."""
        answer = requests.request(
            method,
            self.url(path),
            json=body,
            headers={"Authorization": f"Token {token or self.user_token}"},
            timeout=60,
            allow_redirects=False,
        )
        if expect is None:
            assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        else:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def scim(self, token: str) -> Scim:
        """A plain SCIM client with this token."""
        return Scim(self.url("/scim/v2"), token)

    @contextmanager
    def provisioning_client(self, token: str) -> Iterator[SyncSCIMClient]:
        """scim2-client, with its models made from what the server says of itself."""
        with httpx2.Client(
            base_url=self.url("/scim/v2"), headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60
        ) as http:
            client = SyncSCIMClient(http)
            client.discover()
            yield client

    def memberships(self) -> list[Json]:
        """Every membership of the first organization, page by page."""
        found: list[Json] = []
        path: str | None = "/api/organizations/1/memberships?page=1&page_size=100"
        while path:
            page = self.api("GET", path)
            found += page["results"]
            path = page["next"] and page["next"].removeprefix(self.url())
        assert len(found) == page["count"]
        return found


class SignedIn:
    """Somebody signed in: a browser that holds a session."""

    def __init__(self, server: Rollright, session: requests.Session) -> None:
        self._server, self.session = server, session

    def ask(self) -> requests.Response:
        """Who am I?, as the server answers it."""
        return self.session.get(self._server.url("/api/current-user/whoami"), timeout=30, allow_redirects=False)

    def who(self) -> Json:
        """Who am I?, which must be answered."""
        answer = self.ask()
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:1000]}"
        return dict(answer.json())

    def role(self) -> str:
        """The role in the organization."""
        return str(self.who()["organization_membership"]["role"])

    def is_out(self) -> bool:
        """Whether the session has ended."""
        return self.ask().status_code == 401


class Scim:
    """SCIM over plain HTTP: says exactly what it is told to, and judges nothing."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        # The server closes a connection that rests for ten seconds, and a request may meet that; so each has its own.
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": SCIM, "Connection": "close"})
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
        self.session.mount("http://", adapter)

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """One request; a body is sent as SCIM."""
        headers = {**({"Content-Type": SCIM} if body is not None else {}), **more.pop("headers", {})}
        return self.session.request(
            method, self.base + path, json=body, headers=headers, timeout=more.pop("timeout", 60), allow_redirects=False, **more
        )

    def create_user(self, user_name: str, **attributes: Any) -> Json:
        """A user that must come into being."""
        answer = self.request("POST", "/Users", {"schemas": [USER_SCHEMA], "userName": user_name, **attributes})
        assert answer.status_code == 201, f"POST /Users: {answer.status_code} {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def create_group(self, display_name: str, members: list[str] | None = None) -> Json:
        """A group that must come into being."""
        body = {"schemas": [GROUP_SCHEMA], "displayName": display_name, "members": [{"value": id} for id in members or []]}
        answer = self.request("POST", "/Groups", body)
        assert answer.status_code == 201, f"POST /Groups: {answer.status_code} {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def change(self, path: str, *operations: Json, **more: Any) -> requests.Response:
        """A PATCH with these operations."""
        return self.request("PATCH", path, {"schemas": [PATCH_SCHEMA], "Operations": list(operations)}, **more)

    def everything(self, path: str) -> list[Json]:
        """All resources of one kind, page by page, in order of their ids."""
        found: list[Json] = []
        while True:
            answer = self.request("GET", f"{path}?startIndex={len(found) + 1}&count=200")
            assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
            page = answer.json()
            found += page.get("Resources", [])
            if len(found) >= page["totalResults"] or not page.get("Resources"):
                break
        assert len(found) == page["totalResults"], f"{path}: {len(found)} listed, {page['totalResults']} counted"
        assert len({one["id"] for one in found}) == len(found), f"{path}: one listed twice"
        return sorted(found, key=lambda one: str(one["id"]))


def canonical(scim: Scim) -> Json:
    """All users and groups of an organization in one value that is equal exactly where nothing changed."""
    groups = scim.everything("/Groups")
    for group in groups:
        group["members"] = sorted(group.get("members", []), key=lambda one: str(one["value"]))
    return {"users": scim.everything("/Users"), "groups": groups}
