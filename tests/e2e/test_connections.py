"""Connections to real identity providers, each by somebody else: sign-in, roles, and the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections import ALICE, BOB, COOKIE, Connection, begun, by_oidc, by_saml, metadata
from harness import Rollright
from idps import SamlProvider, browser, sign_in


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server that knows what groups give."""
    return begun(stopped)


@pytest.fixture(params=["simplesamlphp", "lemonldap", "samlp", "lemonldap by OIDC", "oidc_provider by OIDC"])
def connection(request: pytest.FixtureRequest, server: Rollright) -> Connection:
    """A connection to each identity provider in turn, in each protocol that it speaks."""
    name, _, protocol = request.param.partition(" by ")
    provider = request.getfixturevalue(name)
    if protocol:
        return by_oidc(server, provider)
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
