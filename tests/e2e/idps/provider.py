"""What all identity providers of the tests have in common: a folder, a port, a log, a program that is started and ended."""

from __future__ import annotations

import json
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

import processes
from idps.people import Person


class Provider(ABC):
    """One identity provider. Started once; people and whom it answers to may change while it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / f"{type(self).__name__.lower()}.log"
        self.port = processes.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, path: str = "") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    @abstractmethod
    def start(self) -> None:
        """Makes its keys, writes its configuration and starts it."""

    @abstractmethod
    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else."""

    def stop(self) -> None:
        """Stops it."""
        if self._process is not None:
            process, self._process = self._process, None
            processes.end(process)

    def _run(self, command: Sequence[str], environment: Mapping[str, str], ready: str) -> None:
        """Starts its program and waits until the path `ready` is answered."""
        assert self._process is None, "it runs already"
        process = self._process = processes.begin(
            command, log=self.log, environment={**processes.plain_environment(self.folder), **environment}
        )

        def answers() -> bool:
            assert process.poll() is None, f"{command[0]} ended while starting\n{self.log.read_text()[-8000:]}"
            try:
                answer = requests.get(self.url(ready), timeout=30)
            except requests.ConnectionError:
                return False
            assert answer.ok, f"{answer.url} answered {answer.status_code}\n{self.log.read_text()[-8000:]}"
            return True

        processes.wait_until(answers, f"{type(self).__name__} answers", seconds=60)

    def _write(self, name: str, content: object) -> None:
        """Writes a file of JSON, whole at once."""
        path = self.folder / name
        new = path.with_suffix(".new")
        new.write_text(json.dumps(content))
        new.replace(path)


class SamlProvider(Provider):
    """An identity provider that speaks SAML."""

    metadata_path: str

    def metadata_xml(self) -> str:
        """What a service provider is told about it."""
        answer = requests.get(self.url(self.metadata_path), timeout=30)
        answer.raise_for_status()
        return answer.text

    @abstractmethod
    def trust_metadata(self, xml: str) -> None:
        """Says which service provider it answers to, by that one's metadata."""


class OidcProvider(Provider):
    """An identity provider that speaks OpenID Connect."""

    @property
    @abstractmethod
    def issuer(self) -> str:
        """Who it says it is."""

    @abstractmethod
    def trust_client(self, redirect_uri: str, *, post_logout: str = "", back_channel: str = "") -> tuple[str, str]:
        """Says which client it answers to, and gives that one's id and secret.

        `post_logout`: where it may lead people after a logout. `back_channel`: where it tells of logouts.
        """


def make_key(folder: Path, name: str) -> tuple[Path, Path]:
    """A new RSA key and its certificate, two files in PEM."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}.example.test"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return key, certificate
