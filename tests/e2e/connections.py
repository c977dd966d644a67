"""Connections of the server to identity providers: set up through `/api/connections`, and gone through by people.

The other side is told of the server as its module in `idps` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import requests

from harness import Json, Rollright, SignedIn
from idps import OidcProvider, Person, Provider, SamlProvider, browser, sign_in

COOKIE = "rollright_session"
ALICE = Person("alice", "alice@example.test", "Alice", "Example", groups=("stone-lifters", "stone-watchers"))
BOB = Person("bob", "bob@example.test", "Bob", "Example", groups=("stone-watchers",))
RULES = [["Manager", "stone-lifters"], ["Annotator", "stone-watchers"]]


def begun(server: Rollright) -> Rollright:
    """Starts a server that may ask this machine, where the identity providers are, and knows what groups give."""
    server.start(allow_private_networks="true")
    server.api("POST", "/api/scim/settings", {"roles_groups": RULES}, expect=201)
    return server


@dataclass
class Connection:
    """The server and an identity provider, trusting each other."""

    server: Rollright
    provider: Provider
    settings: Json

    def change(self, **settings: object) -> None:
        """Changes the server's side."""
        self.settings = self.server.api("PATCH", f"/api/connections/{self.settings['id']}", settings)

    def try_sign_in(self, person: Person, url: str = "") -> tuple[requests.Session, requests.Response]:
        """A sign-in, wherever it ends."""
        session = browser()
        return session, sign_in(session, url or self.settings["login_url"], person)

    def sign_in(self, person: Person, url: str = "") -> SignedIn:
        """A sign-in that must succeed."""
        session, answer = self.try_sign_in(person, url)
        assert answer.status_code == 200, f"{answer.url} {answer.status_code}: {answer.text[:2000]}"
        assert COOKIE in session.cookies, f"no session cookie; the answers: {[one.url for one in answer.history]}"
        return SignedIn(self.server, session)

    def is_refused(self, person: Person, url: str = "") -> None:
        """A sign-in that the server must refuse: 403, a page, and no session."""
        session, answer = self.try_sign_in(person, url)
        assert answer.status_code == 403, f"{answer.url} {answer.status_code}: {answer.text[:2000]}"
        assert answer.headers["Content-Type"].startswith("text/html"), answer.headers
        assert COOKIE not in session.cookies

    def asks_for_password(self, signed_in: SignedIn) -> bool:
        """Whether the identity provider wants to know anew who it is."""
        page = signed_in.session.get(self.settings["login_url"], timeout=60)
        return 'type="password"' in page.text


def by_saml(server: Rollright, provider: SamlProvider, **settings: object) -> Connection:
    """A connection by SAML. The identity provider has yet to be told of the server's metadata."""
    provider.set_people(ALICE, BOB)
    body = {"protocol": "saml", "name": type(provider).__name__, "metadata_xml": provider.metadata_xml(), **settings}
    return Connection(server, provider, server.api("POST", "/api/connections", body, expect=201))


def metadata(connection: Connection) -> str:
    """What the server tells the identity provider of itself."""
    answer = requests.get(connection.settings["sp_metadata_url"], timeout=30)
    answer.raise_for_status()
    return answer.text


def by_oidc(server: Rollright, provider: OidcProvider, *, back_channel: bool = False, **settings: object) -> Connection:
    """A connection by OpenID Connect, complete."""
    provider.set_people(ALICE, BOB)
    body = {"protocol": "oidc", "name": type(provider).__name__, "scopes": ["email", "profile", "groups"], **settings}
    connection = Connection(server, provider, server.api("POST", "/api/connections", body, expect=201))
    ours = connection.settings
    told = ours["backchannel_logout_uri"] if back_channel else ""
    id, secret = provider.trust_client(ours["redirect_uri"], post_logout=server.url("/"), back_channel=told)
    connection.change(issuer=provider.issuer, client_id=id, client_secret=secret)
    assert "client_secret" not in connection.settings and connection.settings["has_client_secret"]
    return connection
