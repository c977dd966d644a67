"""oidc-provider, a certified package for Node.js: an OpenID Connect provider of forty lines (`oidc_provider.mjs`).

It wants PKCE with S256, sends `iss` with its answers (RFC 9207), and has the claims of the scopes `email`, `profile` and
`groups` in the ID token. Whoever is in `people.json` signs in with any password.

- `trust_client(redirect_uri)` gives id and secret of the one client; it is another one each time.
- `rotate()` has it sign with a new key from now on and forget the old one, with the same client. It keeps everything in
  memory: whoever was signed in is not any more.
- `sign_out(session)` ends the session of a browser here; the client has heard of it at its `back_channel` before this
  returns. A browser that the client led to the end session endpoint says yes there with `sign_out(session, page)`.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import requests

from idps.browser import form_of
from idps.people import Person
from idps.provider import OidcProvider

SERVER = Path(__file__).with_name("oidc_provider.mjs")


class OidcProviderJs(OidcProvider):
    """The identity provider."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._starts = 0

    @property
    def issuer(self) -> str:
        """Who it says it is."""
        return self.url()

    def start(self) -> None:
        """Starts it, without a client and knowing nobody."""
        (self.folder / "node_modules").symlink_to(os.environ["NODE_IDPS"])
        shutil.copy(SERVER, self.folder)
        self.set_people()
        self._clients()
        self.rotate()

    def rotate(self) -> None:
        """Starts it anew: with another key, and nobody signed in."""
        self.stop()
        self._starts += 1
        self._run(
            ["node", SERVER.name, str(self.folder), str(self.port), f"key-{self._starts}"],
            {"NODE_NO_WARNINGS": "1"},
            "/.well-known/openid-configuration",
        )

    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else."""
        self._write("people.json", {one.name: one.claims() for one in people})

    def trust_client(self, redirect_uri: str, *, post_logout: str = "", back_channel: str = "") -> tuple[str, str]:
        """Says which client it answers to, and gives that one's id and secret."""
        id, secret = f"client-{secrets.token_hex(4)}", secrets.token_hex(16)
        client: dict[str, Any] = {
            "client_id": id,
            "client_secret": secret,
            "redirect_uris": [redirect_uri],
            "post_logout_redirect_uris": [post_logout] if post_logout else [],
        }
        if back_channel:
            client |= {"backchannel_logout_uri": back_channel, "backchannel_logout_session_required": True}
        self._clients(client)
        self.rotate()
        return id, secret

    def _clients(self, *clients: dict[str, Any]) -> None:
        self._write("clients.json", list(clients))

    def sign_out(self, session: requests.Session, page: requests.Response | None = None) -> requests.Response:
        """Ends the session of a browser here: at its end session endpoint, or at the page there that it was led to."""
        page = page or session.get(self.url("/session/end"), timeout=60)
        form = form_of(page)
        assert form, f"{page.url} {page.status_code}: {page.text[:2000]}"
        target, fields = form
        return session.post(target, data={**fields, "logout": "yes"}, timeout=60)
