"""What SAML identity providers ask for beside an answer, and do by themselves: signatures, encryption, logouts."""

from __future__ import annotations

import re

import pytest

from connections import ALICE, BOB, begun, by_saml, metadata
from harness import Rollright
from idps import LemonLdap, SignInError, SimpleSamlPhp


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server that knows what groups give."""
    return begun(stopped)


@pytest.fixture(params=["simplesamlphp", "lemonldap"])
def strict(request: pytest.FixtureRequest) -> SimpleSamlPhp | LemonLdap:
    """Each identity provider that can insist on signed requests, in turn."""
    found: SimpleSamlPhp | LemonLdap = request.getfixturevalue(request.param)
    return found


def test_an_identity_provider_that_wants_signed_requests_gets_them(server: Rollright, strict: SimpleSamlPhp | LemonLdap) -> None:
    """Signed, they are answered. Unsigned, the identity provider itself refuses: it does look."""
    connection = by_saml(server, strict, sign_requests=True)
    strict.trust_metadata(metadata(connection), signed_requests=True)
    assert connection.sign_in(ALICE).role() == "MA"
    wants_none = re.sub(r' WantAuthnRequestsSigned="[^"]*"', "", strict.metadata_xml())
    connection.change(sign_requests=False, metadata_xml=wants_none)
    with pytest.raises(SignInError):
        connection.sign_in(ALICE)


def test_a_new_key_takes_the_place_of_the_old_one_without_a_gap(server: Rollright, simplesamlphp: SimpleSamlPhp) -> None:
    """While the identity provider knows the old certificate alone it may use that; the new key signs when it is known."""
    connection = by_saml(server, simplesamlphp, sign_requests=True)
    keys = f"/api/connections/{connection.settings['id']}/keys"
    simplesamlphp.trust_metadata(metadata(connection), signed_requests=True, encryption=True)
    connection.sign_in(ALICE)
    old = server.api("GET", keys)["results"][0]
    new = server.api("POST", keys, expect=201)
    connection.sign_in(ALICE)
    simplesamlphp.trust_metadata(metadata(connection), signed_requests=True, encryption=True)
    connection.sign_in(ALICE)
    server.api("PATCH", f"{keys}/{new['id']}", {"signs": True}, expect=200)
    connection.sign_in(ALICE)
    server.api("DELETE", f"{keys}/{old['id']}", expect=204)
    simplesamlphp.trust_metadata(metadata(connection), signed_requests=True, encryption=True)
    connection.sign_in(ALICE)


def test_metadata_by_url_is_fetched_when_it_is_set(server: Rollright, strict: SimpleSamlPhp | LemonLdap) -> None:
    """The real document of each identity provider is enough."""
    connection = by_saml(server, strict, metadata_xml="", metadata_url=strict.url(strict.metadata_path))
    assert connection.settings["metadata_problem"] is None and connection.settings["ready"]
    strict.trust_metadata(metadata(connection))
    assert connection.sign_in(ALICE).role() == "MA"


def test_a_key_that_the_identity_provider_renews_locks_nobody_out(server: Rollright, simplesamlphp: SimpleSamlPhp) -> None:
    """Where its metadata comes by URL, the first sign-in with the new key succeeds. By hand it is refused."""
    connection = by_saml(server, simplesamlphp)
    simplesamlphp.trust_metadata(metadata(connection))
    connection.sign_in(ALICE)
    simplesamlphp.renew_key()
    connection.is_refused(ALICE)
    connection.change(metadata_url=simplesamlphp.url(simplesamlphp.metadata_path))
    connection.sign_in(ALICE)
    simplesamlphp.renew_key()
    assert connection.sign_in(ALICE).role() == "MA"


def test_a_sign_in_that_begins_at_the_identity_provider_is_let_in_where_that_is_allowed(
    server: Rollright, strict: SimpleSamlPhp | LemonLdap
) -> None:
    """Refused unless the connection allows it."""
    connection = by_saml(server, strict)
    strict.trust_metadata(metadata(connection))
    url = strict.idp_initiated_url(connection.settings["acs_url"])
    connection.is_refused(ALICE, url)
    connection.change(idp_initiated=True)
    assert connection.sign_in(ALICE, url).role() == "MA"


def test_an_encrypted_assertion_is_read(server: Rollright, simplesamlphp: SimpleSamlPhp) -> None:
    """The identity provider encrypts for the certificate in the server's metadata."""
    connection = by_saml(server, simplesamlphp)
    simplesamlphp.trust_metadata(metadata(connection), encryption=True)
    assert connection.sign_in(ALICE).role() == "MA"


def test_single_logout_goes_both_ways(server: Rollright, simplesamlphp: SimpleSamlPhp) -> None:
    """Begun here it ends the session there; begun there it ends the session here. Every message is signed."""
    connection = by_saml(server, simplesamlphp, sign_requests=True)
    simplesamlphp.trust_metadata(metadata(connection), signed_requests=True)

    # While the session there lasts, nobody is asked for a password again.
    alice = connection.sign_in(ALICE)
    assert not connection.asks_for_password(alice)
    answer = alice.session.get(connection.settings["logout_url"], timeout=60)
    assert answer.url.startswith(server.url()), f"{answer.url}: {answer.text[:2000]}"
    assert alice.is_out()
    assert connection.asks_for_password(alice)

    alice = connection.sign_in(ALICE)
    bob = connection.sign_in(BOB)
    answer = alice.session.get(simplesamlphp.logout_url(), timeout=60)
    assert answer.status_code == 200 and answer.url.startswith(simplesamlphp.url()), f"{answer.url}: {answer.text[:2000]}"
    assert alice.is_out()
    assert bob.role() == "AN"
