"""Connections to real identity providers, each by somebody else: sign-in, roles, and the end.

The server's side is set up through `/api/connections`, the other side as its module in `idps` says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import requests

from harness import Json, Rollright, SignedIn
from idps import Person, SamlProvider, browser, sign_in

COOKIE = "rollright_session"
ALICE = Person("alice", "alice@example.test", "Alice", "Example", groups=("stone-lifters", "stone-watchers"))
BOB = Person("bob", "bob@example.test", "Bob", "Example", groups=("stone-watchers",))
RULES = [["Manager", "stone-lifters"], ["Annotator", "stone-watchers"]]


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server that knows what groups give."""
    stopped.start()
    stopped.api("POST", "/api/scim/settings", {"roles_groups": RULES}, expect=201)
    return stopped


@dataclass
class Connection:
    """The server and an identity provider, trusting each other."""

    server: Rollright
    provider: SamlProvider
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


@pytest.fixture(params=["simplesamlphp", "lemonldap", "samlp"])
def connection(request: pytest.FixtureRequest, server: Rollright) -> Connection:
    """A connection to each identity provider in turn."""
    provider: SamlProvider = request.getfixturevalue(request.param)
    made = by_saml(server, provider)
    provider.trust_metadata(metadata(made))
    return made


def test_people_end_in_the_roles_of_their_groups_and_are_out_once_deactivated(connection: Connection) -> None:
    """Two people sign in and are what their groups say. One is switched off by SCIM: refused at the very next request."""
    server = connection.server
    alice, bob = connection.sign_in(ALICE), connection.sign_in(BOB)
    for person, signed_in, role in ((ALICE, alice, "MA"), (BOB, bob, "AN")):
        who = signed_in.who()
        assert (who["email"], who["first_name"], who["last_name"]) == (person.email, person.first_name, person.last_name)
        assert who["organization_membership"]["role"] == role, who
        assert sorted(who["groups"]) == sorted(person.groups or ())

    # Out of the higher group there: the next sign-on brings less.
    connection.provider.set_people(replace(ALICE, groups=("stone-watchers",)), BOB)
    assert connection.sign_in(ALICE).role() == "AN"
    assert alice.role() == "AN"

    # Switched off by the directory: refused at the next request, and at the door.
    scim = server.scim(server.scim_token())
    found = scim.request("GET", f'/Users?filter=userName eq "{ALICE.email}"').json()["Resources"]
    answer = scim.change(f"/Users/{found[0]['id']}", {"op": "replace", "path": "active", "value": False})
    assert answer.status_code in (200, 204), answer.text
    assert alice.is_out()
    connection.is_refused(ALICE)
    assert bob.role() == "AN"


def test_a_disabled_connection_refuses_at_the_callback_too(connection: Connection) -> None:
    """Disabled while somebody is at the identity provider, it refuses what comes back; enabled again, it lets in."""
    session = browser()
    answer = sign_in(session, connection.settings["login_url"], ALICE, meanwhile=lambda: connection.change(enabled=False))
    assert answer.status_code in (403, 404) and COOKIE not in session.cookies, f"{answer.status_code} {answer.text[:500]}"
    connection.change(enabled=True)
    connection.sign_in(ALICE)


def test_a_deleted_connection_ends_its_sessions_and_no_others(
    server: Rollright, samlp: SamlProvider, simplesamlphp: SamlProvider
) -> None:
    """Two connections at once; whoever came through the one is out, whoever came through the other stays."""
    first, second = by_saml(server, samlp), by_saml(server, simplesamlphp)
    for made in (first, second):
        made.provider.trust_metadata(metadata(made))
    alice, bob = first.sign_in(ALICE), second.sign_in(BOB)
    server.api("DELETE", f"/api/connections/{first.settings['id']}", expect=204)
    assert alice.is_out()
    assert bob.role() == "AN"
    answer = browser().get(first.settings["login_url"], timeout=30, allow_redirects=False)
    assert answer.status_code in (403, 404), f"{answer.status_code} {answer.text[:500]}"
