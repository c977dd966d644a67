"""What SAML identity providers ask for beside an answer, and do by themselves: signatures, encryption, logouts."""

from __future__ import annotations

import re

import pytest

from connections import ALICE, begun, by_saml, metadata
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
