"""LemonLDAP::NG, run by Plack's own server: a SAML identity provider and an OpenID Connect provider in one process.

Nothing of it is installed: `scripts/lemonldap.sh` unpacks the packages. This module writes `conf/lmConf-1.json` on top of
the packaged configuration and starts the portal anew where that changes, because it reads it when it starts. People are
in `people.json`, which `lemonldap.psgi` reads for each request.

- SAML: `trust_metadata(xml, signed_requests=True)` has it refuse requests that are not signed with a key of that metadata.
  `idp_initiated_url(entity_id)` begins a sign-in that nobody asked for.
- OpenID Connect: `issuer` (with the slash at its end), and `trust_client(redirect_uri)` which gives id and secret. It
  signs with RS256, sends no `email_verified`, and knows no back-channel logout.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from idps.people import Person
from idps.provider import OidcProvider, SamlProvider, make_key

PSGI = Path(__file__).with_name("lemonldap.psgi")


class LemonLdap(SamlProvider, OidcProvider):
    """The identity provider."""

    metadata_path = "/saml/metadata"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._files = Path(os.environ["LEMONLDAP"])
        self._service_providers: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}

    @property
    def entity_id(self) -> str:
        """Who it says it is, by SAML."""
        return self.url(self.metadata_path)

    @property
    def issuer(self) -> str:
        """Who it says it is, by OpenID Connect."""
        return self.url("/")

    def start(self) -> None:
        """Makes its key, writes its configuration and starts it."""
        for name in ("conf", "cache", "sessions/lock", "psessions/lock", "notifications"):
            (self.folder / name).mkdir(parents=True)
        self._key, self._certificate = (one.read_text() for one in make_key(self.folder, "idp"))
        ini = (self._files / "etc/lemonldap-ng/lemonldap-ng.ini").read_text()
        for old, new in (("/var/lib/lemonldap-ng", self.folder), ("/usr/share/lemonldap-ng", self._files / "usr/share/lemonldap-ng")):
            ini = ini.replace(old, str(new))
        (self.folder / "lemonldap-ng.ini").write_text(ini)
        shutil.copy(PSGI, self.folder / "app.psgi")
        self.set_people()
        self._begin()

    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else. Somebody without groups and of none are the same to it."""
        self._write(
            "people.json",
            {
                one.name: {
                    "uid": one.name,
                    "cn": f"{one.first_name} {one.last_name}",
                    "mail": one.email,
                    "givenName": one.first_name,
                    "sn": one.last_name,
                    "groups": one.groups or (),
                }
                for one in people
            },
        )

    def trust_metadata(self, xml: str, *, signed_requests: bool = False) -> None:
        """Says which service provider it answers to, and whether that one has to sign what it asks."""
        options = {
            "NameIDFormat": "email",
            "SignSSOMessage": 1,
            "SignSLOMessage": 1,
            "CheckSSOMessageSignature": int(signed_requests),
            "CheckSLOMessageSignature": int(signed_requests),
            "EnableIDPInitiatedURL": 1,
            "SignatureMethod": "RSA_SHA256",
        }
        attributes = {"mail": "Email", "givenName": "FirstName", "sn": "LastName", "groups": "Groups"}
        self._service_providers = {
            "samlSPMetaDataXML": {"sp": {"samlSPMetaDataXML": xml}},
            "samlSPMetaDataOptions": {"sp": {f"samlSPMetaDataOptions{name}": value for name, value in options.items()}},
            "samlSPMetaDataExportedAttributes": {"sp": {name: f"0;{sent};;" for name, sent in attributes.items()}},
        }
        self._again()

    def idp_initiated_url(self, entity_id: str) -> str:
        """Where a person begins who starts here."""
        return self.url(f"/saml/singleSignOn?IDPInitiated=1&sp={quote(entity_id, safe='')}")

    def trust_client(self, redirect_uri: str, *, post_logout: str = "", back_channel: str = "") -> tuple[str, str]:
        """Says which client it answers to, and gives that one's id and secret."""
        assert not back_channel, "it knows none"
        id, secret = f"client-{secrets.token_hex(4)}", secrets.token_hex(16)
        options = {
            "ClientID": id,
            "ClientSecret": secret,
            "RedirectUris": redirect_uri,
            "PostLogoutRedirectUris": post_logout,
            "IDTokenSignAlg": "RS256",
            "BypassConsent": 1,
            "IDTokenForceClaims": 1,
        }
        claims = {"email": "mail", "name": "cn", "given_name": "givenName", "family_name": "sn", "groups": "groups"}
        self._clients = {
            "oidcRPMetaDataOptions": {"rp": {f"oidcRPMetaDataOptions{name}": value for name, value in options.items()}},
            "oidcRPMetaDataExportedVars": {"rp": claims},
        }
        self._again()
        return id, secret

    def _again(self) -> None:
        self.stop()
        self._begin()

    def _begin(self) -> None:
        packaged = json.loads((self._files / "var/lib/lemonldap-ng/conf/lmConf-1.json").read_text())
        moved = json.loads(json.dumps(packaged).replace("/var/lib/lemonldap-ng", str(self.folder)))
        self._write(
            "conf/lmConf-1.json",
            {
                **moved,
                **_SETTINGS,
                "portal": self.url("/"),
                "samlEntityID": self.entity_id,
                "samlServicePrivateKeySig": self._key,
                "samlServicePublicKeySig": self._certificate,
                "samlServicePrivateKeyEnc": self._key,
                "samlServicePublicKeyEnc": self._certificate,
                **self._service_providers,
                "oidcServiceMetaDataIssuer": self.issuer,
                "oidcServicePrivateKeySig": self._key,
                "oidcServicePublicKeySig": self._certificate,
                "oidcServiceKeyIdSig": "first",
                **self._clients,
            },
        )
        shutil.rmtree(self.folder / "cache")
        (self.folder / "cache").mkdir()
        self._run(
            ["plackup", "-E", "deployment", "-s", "HTTP::Server::PSGI", "-o", "127.0.0.1", "-p", str(self.port), "app.psgi"],
            {"LLNG_DEFAULTCONFFILE": str(self.folder / "lemonldap-ng.ini"), "PERL5LIB": str(self._files / "usr/share/perl5")},
            self.metadata_path,
        )


_SETTINGS: dict[str, Any] = {
    "domain": "127.0.0.1",
    "captcha": "::Captcha::None",
    "notification": 0,
    # These would load what sends mail.
    "portalDisplayRegister": 0,
    "portalDisplayResetPassword": 0,
    "registerDB": "Null",
    "portalSkinBackground": "",
    "demoExportedVars": {name: name for name in ("uid", "cn", "mail", "givenName", "sn")},
    "issuerDBSAMLActivation": 1,
    "samlServiceSignatureMethod": "RSA_SHA256",
    "issuerDBOpenIDConnectActivation": 1,
}
