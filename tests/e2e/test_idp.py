"""The identity provider of these tests is a real one: it answers a request made by hand, signed, with what it knows.

Proves nothing about our server; where this fails, the surroundings are broken and not the server.
"""

from __future__ import annotations

import base64
import secrets
import zlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from idps import EMAIL_NAME_ID, Person, SignInError, SimpleSamlPhp, browser, decoded, saml_response

ALICE = Person("alice", "alice@example.test", "Alice", "Example", groups=("stones", "circle"))
BOB = Person("bob", "bob@example.test", "Bob", "Example")

ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
ENTITY = "https://sp.example.test/metadata"
ACS = "https://sp.example.test/acs"


def request_url(idp: SimpleSamlPhp) -> tuple[str, str]:
    """A sign-in link with an AuthnRequest in it, as a service provider makes one; and the request's id."""
    id = f"_{secrets.token_hex(20)}"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" '
        f'ID="{id}" IssueInstant="{now}" Destination="{idp.url("/saml2/idp/SSOService.php")}" '
        f'AssertionConsumerServiceURL="{ACS}"><saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>'
    )
    packed = base64.b64encode(zlib.compress(xml.encode(), wbits=-15)).decode()
    return idp.url("/saml2/idp/SSOService.php?" + urlencode({"SAMLRequest": packed, "RelayState": "here"})), id


def test_a_hand_made_request_is_answered_with_a_signed_response(idp: SimpleSamlPhp) -> None:
    """Alice types her password; the page posts a signed Response to the ACS, with her attributes and the RelayState."""
    idp.set_people(ALICE, BOB)
    idp.trust(ENTITY, ACS)
    url, id = request_url(idp)
    target, fields = saml_response(browser(), url, ALICE)
    response = decoded(fields)
    assert (target, fields["RelayState"]) == (ACS, "here")
    assert response.get("InResponseTo") == id
    assert response.find(f"{SIGNATURE}Signature") is not None
    assert response.find(f"{ASSERTION}Assertion/{SIGNATURE}Signature") is not None
    name_id = response.find(f".//{ASSERTION}NameID")
    assert name_id is not None and (name_id.text, name_id.get("Format")) == (ALICE.email, EMAIL_NAME_ID)
    said = {
        one.attrib["Name"]: [value.text for value in one.iter(f"{ASSERTION}AttributeValue")]
        for one in response.iter(f"{ASSERTION}Attribute")
    }
    assert said == ALICE.attributes()


def test_it_says_nothing_of_groups_where_it_knows_nothing(idp: SimpleSamlPhp) -> None:
    """Bob's Response carries no Groups attribute: absent is not empty."""
    idp.set_people(ALICE, BOB)
    idp.trust(ENTITY, ACS)
    _, fields = saml_response(browser(), request_url(idp)[0], BOB)
    assert {one.attrib["Name"] for one in decoded(fields).iter(f"{ASSERTION}Attribute")} == {"Email", "FirstName", "LastName"}


def test_a_wrong_password_brings_no_response(idp: SimpleSamlPhp) -> None:
    """Somebody it does not know gets no Response at all."""
    idp.set_people(BOB)
    idp.trust(ENTITY, ACS)
    with pytest.raises(SignInError, match="alice is refused"):
        saml_response(browser(), request_url(idp)[0], ALICE)
