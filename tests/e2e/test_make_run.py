"""What somebody meets who runs the server for the first time, without telling it anything."""

from __future__ import annotations

import re

import processes
from harness import Rollright
from idps import browser


def test_the_first_start_prints_one_link_that_signs_the_owner_in(stopped: Rollright) -> None:
    """An empty data directory and no account given: one link on standard output; opening it makes its opener the owner.

    A second start on the same data directory finds everything there: the session, the owner and what the owner made.
    """
    stopped.start(owner=False)
    processes.wait_until(lambda: bool(links(stopped)), "a link is on standard output", seconds=10)
    said = links(stopped)
    assert len(said) == 1, f"one link on standard output: {stopped.stdout.read_text()!r}"
    link = said[0]

    session = browser()
    page = session.get(link, timeout=30)
    assert page.status_code == 200, f"{link} -> {page.url} {page.status_code}: {page.text[:1000]}"
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
    assert "rollright_session" not in browser_after(link, stopped)


def links(server: Rollright) -> list[str]:
    """The links on standard output that lead somewhere in the server; that it listens is said by its bare address."""
    return re.findall(re.escape(server.url("/")) + r"[^\s\"'<>]+", server.stdout.read_text())


def browser_after(link: str, server: Rollright) -> list[str]:
    """The cookies that somebody else holds after opening a link, as it would be at the server's present address."""
    other = browser()
    path = link.split("/", 3)[3]
    other.get(server.url(f"/{path}"), timeout=30)
    return list(other.cookies.keys())
