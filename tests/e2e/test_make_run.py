"""What somebody meets who runs the server for the first time, without telling it anything."""

from __future__ import annotations

import re

from harness import Rollright
from idp import browser


def test_the_first_start_prints_one_link_that_signs_the_owner_in(stopped: Rollright) -> None:
    """An empty data directory and no account given: one link on standard output; opening it makes its opener the owner.

    A second start on the same data directory finds everything there: the session, the owner and what the owner made.
    """
    stopped.start(owner=False)
    said = stopped.stdout.read_text()
    links = re.findall(r"https?://\S+", said)
    assert len(links) == 1, f"one link on standard output: {said!r}"
    assert links[0].startswith(stopped.url("/")), links[0]

    session = browser()
    page = session.get(links[0], timeout=30)
    assert page.status_code == 200, f"{links[0]} -> {page.url} {page.status_code}: {page.text[:1000]}"
    assert "rollright_session" in session.cookies
    who = session.get(stopped.url("/api/current-user/whoami"), timeout=30)
    assert who.status_code == 200, who.text
    assert who.json()["organization_membership"]["role"] == "OW"

    token = stopped.scim_token()
    stopped.scim(token).create_user("alice@example.test")

    stopped.stop()
    stopped.start(owner=False)
    again = session.get(stopped.url("/api/current-user/whoami"), timeout=30)
    assert again.status_code == 200, again.text
    assert again.json()["organization_membership"]["role"] == "OW"
    assert [one["userName"] for one in stopped.scim(token).everything("/Users") if one["userName"] == "alice@example.test"]
    # The link was for one opening.
    assert "rollright_session" not in browser_after(links[0], stopped)


def browser_after(link: str, server: Rollright) -> list[str]:
    """The cookies that somebody else holds after opening a link, as it would be at the server's present address."""
    other = browser()
    path = link.split("/", 3)[3]
    other.get(server.url(f"/{path}"), timeout=30)
    return list(other.cookies.keys())
