"""What a real identity provider signed, bent and posted again: nobody gets in, and the genuine sign-in still works."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
import requests

from harness import Rollright
from idps import SimpleSamlPhp, saml_response
from test_main_job import ALICE, World, browser

COOKIE = "rollright_session"


@pytest.fixture
def world(server: Rollright, idp: SimpleSamlPhp) -> World:
    """A server with a SAML connection, trusted by the identity provider."""
    return World(server, idp)


def captured(world: World) -> tuple[requests.Session, str, dict[str, str]]:
    """A browser that has signed in at the identity provider and holds its answer, not yet posted."""
    session = browser()
    acs, fields = saml_response(session, world.connection["login_url"], ALICE)
    return session, acs, fields


def bent(fields: dict[str, str], change: Callable[[str], str]) -> dict[str, str]:
    """The same form with a changed document in it; the change must change something."""
    document = base64.b64decode(fields["SAMLResponse"]).decode()
    changed = change(document)
    assert changed != document
    return {**fields, "SAMLResponse": base64.b64encode(changed.encode()).decode()}


def is_refused(session: requests.Session, acs: str, fields: dict[str, str]) -> None:
    """403, a page, and no session."""
    answer = session.post(acs, data=fields, timeout=60, headers={"Origin": "null"})
    assert answer.status_code == 403, f"{answer.status_code}: {answer.text[:2000]}"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert COOKIE not in session.cookies


def unsigned(document: str) -> str:
    """Every signature taken out."""
    return re.sub(r"<ds:Signature\b.*?</ds:Signature>", "", document, flags=re.DOTALL)


def two_assertions(document: str) -> str:
    """The assertion, signature and all, a second time."""
    assertion = re.search(r"<saml:Assertion\b.*?</saml:Assertion>", document, flags=re.DOTALL)
    assert assertion
    return document.replace(assertion.group(), assertion.group() * 2)


def with_doctype(document: str) -> str:
    """An entity is declared in front."""
    doctype = '<!DOCTYPE x [<!ENTITY e "x">]>'
    return re.sub(r"^(<\?xml[^>]*\?>)?", lambda head: head.group() + doctype, document, count=1)


BENT: dict[str, Callable[[str], str]] = {
    "altered": lambda document: document.replace(ALICE.email, "owner@example.test"),
    "unsigned": unsigned,
    "two assertions": two_assertions,
    "a DOCTYPE": with_doctype,
    "a comment in a name": lambda document: document.replace(ALICE.email, ALICE.email.replace("@", "<!---->@")),
    "another destination": lambda document: document.replace("/acs", "/acs/elsewhere"),
    "junk behind": lambda document: document + "<more/>",
}


def test_bent_responses_let_nobody_in(world: World) -> None:
    """Each in a browser of its own; the untouched answer in the same browser is good afterwards."""
    for what, change in BENT.items():
        session, acs, fields = captured(world)
        is_refused(session, acs, bent(fields, change))
        answer = session.post(acs, data=fields, timeout=60)
        assert answer.status_code == 200 and COOKIE in session.cookies, f"{what}: the genuine one is refused: {answer.text[:500]}"


def test_a_response_is_good_once_in_the_browser_that_asked_at_the_connection_that_it_is_for(world: World) -> None:
    """Another browser, another organization's connection to the same identity provider, and a second use."""
    session, acs, fields = captured(world)
    is_refused(browser(), acs, fields)

    # The other browser has used it up, so that whoever stole it learns nothing and its owner starts again.
    session, acs, fields = captured(world)
    token = "another-organizations-token"
    other = ["--organization-title", "Other", "--username", "other@example.test", "--password=other-secret-42", "--user-token", token]
    made = world.server.run("user", "create", *other)
    assert made.returncode == 0, made.stderr
    settings = {"metadata_xml": world.idp.metadata_xml()}
    theirs = world.server.api("POST", "/api/saml/settings", settings, expect=201, token=token)
    is_refused(session, theirs["acs_url"], fields)

    answer = session.post(acs, data=fields, timeout=60)
    assert answer.status_code == 200 and COOKIE in session.cookies
    session.cookies.clear(domain="127.0.0.1", path="/", name=COOKIE)
    is_refused(session, acs, fields)
