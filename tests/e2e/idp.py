"""A real identity provider for the tests: SimpleSAMLphp, run by PHP's own server, and a person's browser in front of it.

Nothing of it is installed: `scripts/simplesamlphp.sh` unpacks the package, and this module writes a configuration of our
own into a temporary folder. Its files are PHP that reads JSON which we write, so that no value needs quoting as PHP.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import requests
from bs4 import BeautifulSoup, Tag

import processes

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
EMAIL_NAME_ID = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

CONFIG_PHP = """<?php
require __DIR__ . '/config.base.php';
$config = array_merge($config, json_decode(file_get_contents(__DIR__ . '/config.json'), true));
"""
AUTHSOURCES_PHP = """<?php
$config = json_decode(file_get_contents(__DIR__ . '/authsources.json'), true);
"""
METADATA_PHP = """<?php
$metadata = json_decode(file_get_contents(__DIR__ . '/%s.json'), true);
"""


@dataclass(frozen=True)
class Person:
    """Somebody whom the identity provider knows. `groups` none: it says nothing about groups at all."""

    name: str
    email: str
    first_name: str
    last_name: str
    groups: tuple[str, ...] | None = None

    @property
    def password(self) -> str:
        """What the person types."""
        return f"{self.name}-secret"

    def attributes(self) -> dict[str, list[str]]:
        """What the identity provider asserts of the person."""
        said = {"Email": [self.email], "FirstName": [self.first_name], "LastName": [self.last_name]}
        if self.groups is not None:
            said["Groups"] = list(self.groups)
        return said


class SimpleSamlPhp:
    """The identity provider. Files are read anew for each request: people and service providers may change while it runs."""

    def __init__(self, folder: Path) -> None:
        files = Path(os.environ["SIMPLESAMLPHP"])
        self._folder = folder
        self._www = files / "usr/share/simplesamlphp/www"
        self.log = folder / "php.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("config", "metadata", "log", "data", "tmp", "cert"):
            (folder / name).mkdir()
        shutil.copytree(files / "etc/simplesamlphp/attributemap", folder / "attributemap")
        base = (files / "etc/simplesamlphp/config.php").read_text()
        # Without the line that reads a secret which only an installed package has.
        kept = [line for line in base.splitlines() if "secrets.inc.php" not in line]
        (folder / "config/config.base.php").write_text("\n".join(kept))
        (folder / "config/config.php").write_text(CONFIG_PHP)
        (folder / "config/authsources.php").write_text(AUTHSOURCES_PHP)
        for name in ("saml20-idp-hosted", "saml20-sp-remote"):
            (folder / f"metadata/{name}.php").write_text(METADATA_PHP % name)

    def url(self, path: str = "") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def entity_id(self) -> str:
        """Who it says it is."""
        return self.url("/saml2/idp/metadata.php")

    def start(self) -> None:
        """Makes its key, writes its configuration and starts it."""
        self.port = processes.free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=idp.example.test"]
            + ["-keyout", str(self._folder / "cert/idp.key"), "-out", str(self._folder / "cert/idp.crt")],
            check=True,
            capture_output=True,
        )
        here = {name: f"{self._folder / folder}/" for name, folder in _FOLDERS.items()}
        self._write(
            "config/config.json", {**_SETTINGS, **here, "baseurlpath": self.url("/"), "secretsalt": secrets.token_hex(16)}
        )
        self.set_people()
        self._write("metadata/saml20-sp-remote.json", {})
        self._write(
            "metadata/saml20-idp-hosted.json",
            {
                self.entity_id: {
                    "host": "__DEFAULT__",
                    "privatekey": "idp.key",
                    "certificate": "idp.crt",
                    "auth": "userpass",
                    "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    "saml20.sign.response": True,
                    "saml20.sign.assertion": True,
                    "sign.logout": True,
                    "NameIDFormat": EMAIL_NAME_ID,
                    "authproc": {"3": {"class": "saml:AttributeNameID", "attribute": "Email", "Format": EMAIL_NAME_ID}},
                }
            },
        )
        environment = {**processes.plain_environment(self._folder), "SIMPLESAMLPHP_CONFIG_DIR": str(self._folder / "config")}
        self._process = processes.begin(
            ["php", "-d", f"session.save_path={self._folder / 'tmp'}", "-d", "display_errors=stderr"]
            + ["-S", f"127.0.0.1:{self.port}", "-t", str(self._www)],
            log=self.log,
            environment=environment,
        )
        processes.wait_until(self._is_ready, "the identity provider answers", seconds=30)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"PHP ended while starting\n{self.log.read_text()}"
        try:
            return requests.get(self.entity_id, timeout=10).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """Stops it."""
        if self._process is not None:
            processes.end(self._process)
            self._process = None

    def metadata_xml(self) -> str:
        """What a service provider is told about it."""
        answer = requests.get(self.entity_id, timeout=30)
        answer.raise_for_status()
        return answer.text

    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else."""
        known = {f"{one.name}:{one.password}": one.attributes() for one in people}
        self._write("config/authsources.json", {"userpass": {"0": "exampleauth:UserPass", **known}})

    def trust(self, entity_id: str, acs_url: str, **more: Any) -> None:
        """Says which service provider it answers to, and where."""
        location = {"Binding": HTTP_POST, "Location": acs_url, "index": 0, "isDefault": True}
        self._write("metadata/saml20-sp-remote.json", {entity_id: {"AssertionConsumerService": [location], **more}})

    def trust_metadata(self, xml: str) -> None:
        """The same, from the service provider's own metadata."""
        entity = ElementTree.fromstring(xml)
        services = [one for one in entity.iter(f"{METADATA}AssertionConsumerService") if one.get("Binding") == HTTP_POST]
        assert services, f"no AssertionConsumerService with HTTP-POST in the metadata:\n{xml}"
        self.trust(entity.attrib["entityID"], services[0].attrib["Location"])

    def _write(self, name: str, content: dict[str, Any]) -> None:
        path = self._folder / name
        new = path.with_suffix(".new")
        new.write_text(json.dumps(content))
        new.replace(path)


_FOLDERS = {
    "certdir": "cert",
    "loggingdir": "log",
    "datadir": "data",
    "tempdir": "tmp",
    "metadatadir": "metadata",
    "attributenamemapdir": "attributemap",
}

_SETTINGS: dict[str, Any] = {
    "auth.adminpassword": "unused",
    "enable.saml20-idp": True,
    "module.enable": {"exampleauth": True, "core": True, "saml": True},
    "session.cookie.secure": False,
    "session.cookie.samesite": None,
    "language.cookie.secure": False,
    "language.cookie.samesite": None,
    "logging.handler": "file",
    "statistics.out": [],
    "store.type": "phpsession",
    "metadata.sources": [{"type": "flatfile"}],
    "authproc.idp": {},
    "timezone": "UTC",
}


class SignInError(AssertionError):
    """The identity provider did not let the person in, or its pages were not understood."""


def browser() -> requests.Session:
    """A person's browser: it keeps cookies and follows redirects."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "Mozilla/5.0 (rollright end-to-end tests)"
    session.headers["Accept"] = "text/html,application/xhtml+xml"
    return session


def _fields(form: Tag) -> dict[str, str]:
    """What a browser would send of a form that nobody typed into."""
    fields = {}
    for field in form.find_all("input"):
        if field.get("name") and field.get("type", "text") not in ("submit", "button", "image"):
            fields[str(field["name"])] = str(field.get("value", ""))
    return fields


def saml_response(session: requests.Session, url: str, person: Person) -> tuple[str, dict[str, str]]:
    """Follows a sign-in link, types name and password, and stops before the answer goes back.

    Gives the address that the identity provider's page would post to, and the fields it would post.
    """
    page = session.get(url, timeout=60)
    typed = False
    for _ in range(6):
        if page.status_code >= 400:
            raise SignInError(f"{page.url} answered {page.status_code}:\n{page.text[:3000]}")
        form = BeautifulSoup(page.text, "lxml").find("form")
        if not isinstance(form, Tag):
            raise SignInError(f"no form on {page.url}:\n{page.text[:3000]}")
        target, fields = urljoin(page.url, str(form.get("action") or page.url)), _fields(form)
        if "SAMLResponse" in fields:
            return target, fields
        if "password" in fields:
            if typed:
                raise SignInError(f"{person.name} is refused by the identity provider")
            typed = True
            fields.update(username=person.name, password=person.password)
        page = session.post(target, data=fields, timeout=60)
    raise SignInError(f"no answer for the service provider after six pages; the last: {page.url}")


def sign_in(session: requests.Session, login_url: str, person: Person) -> requests.Response:
    """A whole sign-in: from the service provider's link to its answer at the end, redirects followed."""
    acs, fields = saml_response(session, login_url, person)
    return session.post(acs, data=fields, timeout=60, headers={"Origin": "null"})


def decoded(fields: dict[str, str]) -> ElementTree.Element:
    """The SAML Response in a form, as XML; unverified, for looking at."""
    return ElementTree.fromstring(base64.b64decode(fields["SAMLResponse"]))
