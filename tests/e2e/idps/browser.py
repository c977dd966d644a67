"""A person's browser in front of an identity provider, whichever it is: follows links, fills in forms, posts them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import parse_qs, urljoin, urlsplit
from xml.etree import ElementTree

import requests
from bs4 import BeautifulSoup, Tag

from idps.people import Person


class SignInError(AssertionError):
    """The identity provider did not let the person in, or its pages were not understood."""


def browser() -> requests.Session:
    """A person's browser: it keeps cookies and follows redirects."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "Mozilla/5.0 (rollright end-to-end tests)"
    session.headers["Accept"] = "text/html,application/xhtml+xml"
    return session


def form_of(page: requests.Response) -> tuple[str, dict[str, str]] | None:
    """Where a page's first form goes, and what a browser would send of it if nobody typed anything."""
    form = BeautifulSoup(page.text, "lxml").find("form")
    if not isinstance(form, Tag):
        return None
    fields = {}
    for field in form.find_all("input"):
        if field.get("name") and field.get("type", "text") not in ("submit", "button", "image"):
            fields[str(field["name"])] = str(field.get("value", ""))
    return urljoin(page.url, str(form.get("action") or page.url)), fields


def _walk(
    session: requests.Session, url: str, person: Person, meanwhile: Callable[[], None] = lambda: None
) -> tuple[requests.Response, str, dict[str, str]]:
    """Follows a link, types name and password, and posts what it is shown, until there is an answer.

    By SAML the answer is a form: gives where it would be posted, and its fields. By OpenID Connect it was a redirect: gives
    the page that this ended at, and no fields.
    """
    page = session.get(url, timeout=60)
    meanwhile()
    typed = False
    for _ in range(8):
        if any(_is_callback(one.url) for one in [*page.history, page]):
            return page, page.url, {}
        if page.status_code >= 400:
            raise SignInError(f"{page.url} answered {page.status_code}:\n{page.text[:3000]}")
        form = form_of(page)
        if form is None:
            raise SignInError(f"no form on {page.url}:\n{page.text[:3000]}")
        target, fields = form
        if "SAMLResponse" in fields:
            return page, target, fields
        if "password" in fields:
            if typed:
                raise SignInError(f"{person.name} is refused by the identity provider")
            typed = True
            name = next(one for one in ("username", "user", "login") if one in fields)
            fields.update({name: person.name, "password": person.password})
        page = session.post(target, data=fields, timeout=60)
    raise SignInError(f"no answer for the service provider after eight pages; the last: {page.url}")


def _is_callback(url: str) -> bool:
    """Whether this is where an OpenID Connect provider led back to, with a code or an error."""
    said = parse_qs(urlsplit(url).query)
    return "state" in said and ("code" in said or "error" in said)


def saml_response(session: requests.Session, url: str, person: Person) -> tuple[str, dict[str, str]]:
    """Follows a sign-in link, types name and password, and stops before the answer goes back.

    Gives the address that the identity provider's page would post to, and the fields it would post.
    """
    page, target, fields = _walk(session, url, person)
    if not fields:
        raise SignInError(f"an answer, but not by SAML: {page.url}")
    return target, fields


def sign_in(
    session: requests.Session, login_url: str, person: Person, meanwhile: Callable[[], None] = lambda: None
) -> requests.Response:
    """A whole sign-in, by SAML or OpenID Connect: from the link to the server's answer at the end, redirects followed.

    `meanwhile` is done while the person looks at the identity provider's first page.
    """
    page, target, fields = _walk(session, login_url, person, meanwhile)
    return session.post(target, data=fields, timeout=60, headers={"Origin": "null"}) if fields else page


def decoded(fields: dict[str, str]) -> ElementTree.Element:
    """The SAML Response in a form, as XML; unverified, for looking at."""
    return ElementTree.fromstring(base64.b64decode(fields["SAMLResponse"]))
