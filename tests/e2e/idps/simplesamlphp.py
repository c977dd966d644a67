"""SimpleSAMLphp, run by PHP's own server: a SAML identity provider.

Nothing of it is installed: `scripts/simplesamlphp.sh` unpacks the package, and this module writes a configuration of our
own into a temporary folder. Its files are PHP that reads JSON which we write, so that no value needs quoting as PHP; they
are read anew for each request.

- `trust_metadata(xml, signed_requests=True)` has it refuse requests that are not signed with a key of that metadata;
  `encryption=True` has it encrypt its assertions for the certificate there (AES-128-CBC, RSA-OAEP; the Response around
  it is signed).
- `renew_key()` has it sign with another key from then on.
- `idp_initiated_url(entity_id)` begins a sign-in that nobody asked for; `relay_state` goes with it.
- Single logout: it answers the service provider's signed LogoutRequest at the address in that one's metadata, and a
  browser that opens `logout_url()` is sent round with signed LogoutRequests, then ends at a page here.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from idps.people import Person
from idps.provider import SamlProvider, make_key

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
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


class SimpleSamlPhp(SamlProvider):
    """The identity provider."""

    metadata_path = "/saml2/idp/metadata.php"

    @property
    def entity_id(self) -> str:
        """Who it says it is."""
        return self.url(self.metadata_path)

    def start(self) -> None:
        """Makes its key, writes its configuration and starts it."""
        files = Path(os.environ["SIMPLESAMLPHP"])
        for name in ("config", "metadata", "log", "data", "tmp", "cert"):
            (self.folder / name).mkdir()
        shutil.copytree(files / "etc/simplesamlphp/attributemap", self.folder / "attributemap")
        base = (files / "etc/simplesamlphp/config.php").read_text()
        # Without the line that reads a secret which only an installed package has.
        kept = [line for line in base.splitlines() if "secrets.inc.php" not in line]
        (self.folder / "config/config.base.php").write_text("\n".join(kept))
        (self.folder / "config/config.php").write_text(CONFIG_PHP)
        (self.folder / "config/authsources.php").write_text(AUTHSOURCES_PHP)
        for name in ("saml20-idp-hosted", "saml20-sp-remote"):
            (self.folder / f"metadata/{name}.php").write_text(METADATA_PHP % name)
        make_key(self.folder / "cert", "idp")
        here = {name: f"{self.folder / folder}/" for name, folder in _FOLDERS.items()}
        self._write(
            "config/config.json", {**_SETTINGS, **here, "baseurlpath": self.url("/"), "secretsalt": secrets.token_hex(16)}
        )
        self.set_people()
        self._write("metadata/saml20-sp-remote.json", {})
        self._write("metadata/saml20-idp-hosted.json", {self.entity_id: _HOSTED})
        self._run(
            ["php", "-d", f"session.save_path={self.folder / 'tmp'}", "-d", "display_errors=stderr"]
            + ["-S", f"127.0.0.1:{self.port}", "-t", str(files / "usr/share/simplesamlphp/www")],
            {"SIMPLESAMLPHP_CONFIG_DIR": str(self.folder / "config")},
            self.metadata_path,
        )

    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else."""
        known = {f"{one.name}:{one.password}": one.attributes() for one in people}
        self._write("config/authsources.json", {"userpass": {"0": "exampleauth:UserPass", **known}})

    def renew_key(self) -> None:
        """Signs with a new key from now on, and has that alone in its metadata."""
        make_key(self.folder / "cert", "idp")

    def trust(self, entity_id: str, acs_url: str, **more: Any) -> None:
        """Says which service provider it answers to, and where."""
        location = {"Binding": HTTP_POST, "Location": acs_url, "index": 0, "isDefault": True}
        self._write("metadata/saml20-sp-remote.json", {entity_id: {"AssertionConsumerService": [location], **more}})

    def trust_metadata(self, xml: str, *, signed_requests: bool = False, encryption: bool = False) -> None:
        """The same, from the service provider's own metadata."""
        entity = ElementTree.fromstring(xml)
        services = [one for one in entity.iter(f"{METADATA}AssertionConsumerService") if one.get("Binding") == HTTP_POST]
        assert services, f"no AssertionConsumerService with HTTP-POST in the metadata:\n{xml}"
        more: dict[str, Any] = {
            "SingleLogoutService": [dict(one.attrib) for one in entity.iter(f"{METADATA}SingleLogoutService")],
            "keys": [_key(one) for one in entity.iter(f"{METADATA}KeyDescriptor")],
        }
        if signed_requests:
            more |= {"validate.authnrequest": True, "validate.logout": True}
        if encryption:
            more |= {"assertion.encryption": True}
        self.trust(entity.attrib["entityID"], services[0].attrib["Location"], **more)

    def idp_initiated_url(self, entity_id: str, relay_state: str = "") -> str:
        """Where a person begins who starts here."""
        asked = {"spentityid": entity_id, **({"RelayState": relay_state} if relay_state else {})}
        return self.url(f"/saml2/idp/SSOService.php?{urlencode(asked)}")

    def logout_url(self) -> str:
        """Where a person ends the session here, and at every service provider that was signed in to."""
        return self.url(f"/saml2/idp/initSLO.php?{urlencode({'RelayState': self.entity_id})}")


def _key(descriptor: ElementTree.Element) -> dict[str, Any]:
    """A KeyDescriptor as its settings say it."""
    certificate = descriptor.findtext(f".//{SIGNATURE}X509Certificate")
    assert certificate, "a KeyDescriptor has a certificate"
    use = descriptor.get("use")
    return {
        "type": "X509Certificate",
        "signing": use != "encryption",
        "encryption": use != "signing",
        "X509Certificate": base64.b64encode(base64.b64decode(certificate)).decode(),
    }


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

_HOSTED: dict[str, Any] = {
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
