"""Real identity providers, each by somebody else: a person signs in through each, and ends in the role of the groups."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from harness import Json, Rollright, SignedIn
from idps import Person, SamlProvider, browser, sign_in

ALICE = Person("alice", "alice@example.test", "Alice", "Example", groups=("stone-lifters", "stone-watchers"))
BOB = Person("bob", "bob@example.test", "Bob", "Example", groups=("stone-watchers",))
RULES = [["Manager", "stone-lifters"], ["Annotator", "stone-watchers"]]


@pytest.fixture(params=["simplesamlphp", "lemonldap", "samlp"])
def provider(request: pytest.FixtureRequest) -> SamlProvider:
    """Each identity provider that speaks SAML, in turn."""
    found: SamlProvider = request.getfixturevalue(request.param)
    return found


def connect(server: Rollright, provider: SamlProvider) -> Json:
    """Has the server and an identity provider trust each other."""
    settings = {"metadata_xml": provider.metadata_xml(), "roles_groups": RULES}
    connection: Json = server.api("POST", "/api/saml/settings", settings, expect=201)
    metadata = requests.get(connection["sp_metadata_url"], timeout=30)
    metadata.raise_for_status()
    provider.trust_metadata(metadata.text)
    return connection


def test_a_person_ends_in_the_role_of_the_groups(server: Rollright, provider: SamlProvider) -> None:
    """Two people with different groups sign in and are what their groups say."""
    provider.set_people(ALICE, BOB)
    connection = connect(server, provider)
    assert connection["idp_entity_id"] == provider.entity_id
    for person, role in ((ALICE, "MA"), (BOB, "AN")):
        who = signed_in(server, connection, person).who()
        assert (who["email"], who["first_name"], who["last_name"]) == (person.email, person.first_name, person.last_name)
        membership = who["organization_membership"]
        assert (membership["role"], membership["role_source"]) == (role, "saml"), who
        assert sorted(who["groups"]) == sorted(person.groups or ())

    # Out of the higher group there: the next sign-on brings less.
    provider.set_people(replace(ALICE, groups=("stone-watchers",)))
    assert signed_in(server, connection, ALICE).role() == "AN"


def test_whoever_is_deactivated_by_scim_is_out_at_the_next_request(server: Rollright, provider: SamlProvider) -> None:
    """Signed in through each identity provider, and refused at the very next request; another person is not."""
    provider.set_people(ALICE, BOB)
    connection = connect(server, provider)
    alice, bob = signed_in(server, connection, ALICE), signed_in(server, connection, BOB)
    scim = server.scim(server.scim_token())
    found = scim.request("GET", f'/Users?filter=userName eq "{ALICE.email}"').json()["Resources"]
    answer = scim.change(f"/Users/{found[0]['id']}", {"op": "replace", "path": "active", "value": False})
    assert answer.status_code in (200, 204), answer.text
    assert alice.is_out()
    session = browser()
    assert sign_in(session, connection["login_url"], ALICE).status_code == 403
    assert "rollright_session" not in session.cookies
    assert bob.role() == "AN"


def signed_in(server: Rollright, connection: Json, person: Person) -> SignedIn:
    """A sign-in that must succeed."""
    session = browser()
    answer = sign_in(session, connection["login_url"], person)
    assert answer.status_code == 200, f"{answer.url} {answer.status_code}: {answer.text[:2000]}"
    return SignedIn(server, session)
