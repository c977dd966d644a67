"""What was acknowledged survives a power cut."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from harness import USER_SCHEMA, Rollright, Scim

CUTS = 20
WRITERS = 4


class Stream:
    """Threads that create users until the server is gone, and remember what it acknowledged."""

    def __init__(self, server: Rollright, token: str, round: int) -> None:
        self.acknowledged: dict[str, str] = {}
        self.unexpected: list[str] = []
        self._lock = threading.Lock()
        self._server, self._token, self._round = server, token, round
        self._threads = [threading.Thread(target=self._write, args=(writer,)) for writer in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer: int) -> None:
        client = self._server.scim(self._token)
        for n in range(100_000):
            name = f"round-{self._round}-writer-{writer}-{n}@example.test"
            body = {"schemas": [USER_SCHEMA], "userName": name, "name": {"givenName": "Given", "familyName": f"Family {n}"}}
            try:
                answer = client.request("POST", "/Users", body, timeout=20)
                id = str(answer.json()["id"]) if answer.status_code == 201 else ""
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.JSONDecodeError):
                return  # the cut
            with self._lock:
                if id:
                    self.acknowledged[id] = name
                else:
                    self.unexpected.append(f"{answer.status_code} {answer.text[:300]}")

    def end(self) -> None:
        """Waits for the threads to notice."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a writer still waits for a server that is gone"


def missing(client: Scim, acknowledged: dict[str, str]) -> list[str]:
    """Who was acknowledged and is not there, or is there under another name."""

    def look(item: tuple[str, str]) -> str | None:
        id, name = item
        answer = client.request("GET", f"/Users/{id}")
        if answer.status_code == 200 and answer.json()["userName"] == name:
            return None
        return f"{name} ({id}): {answer.status_code}"

    with ThreadPoolExecutor(8) as pool:
        return [one for one in pool.map(look, acknowledged.items()) if one]


def test_every_acknowledged_create_survives_twenty_power_cuts(server: Rollright) -> None:
    """kill -9 in the middle of a stream of creates, twenty times: each 201 is found after the restart, the books are right."""
    token = server.scim_token()
    chance = random.Random(20)
    everyone: dict[str, str] = {}
    for round in range(CUTS):
        stream = Stream(server, token, round)
        threading.Event().wait(chance.uniform(0.15, 0.6))
        server.kill()
        stream.end()
        assert not stream.unexpected, f"round {round}: {stream.unexpected[:3]}"
        server.verify()
        server.start()
        lost = missing(server.scim(token), stream.acknowledged)
        assert not lost, f"round {round}: {len(lost)} of {len(stream.acknowledged)} acknowledged users are gone: {lost[:5]}"
        everyone.update(stream.acknowledged)
    assert len(everyone) > CUTS, f"only {len(everyone)} creates were acknowledged at all: nothing was tried"
    print(f"{len(everyone)} creates were acknowledged before {CUTS} cuts; all are there")
    listed = {str(one["id"]): one["userName"] for one in server.scim(token).everything("/Users")}
    assert everyone.items() <= listed.items()
