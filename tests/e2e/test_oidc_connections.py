"""What OpenID Connect providers do beside signing people in: change their keys, tell of logouts, be told of them."""

from __future__ import annotations

import pytest

from connections import ALICE, BOB, begun, by_oidc
from harness import Rollright
from idps import OidcProviderJs


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server that knows what groups give."""
    return begun(stopped)


def test_an_openid_connect_provider_changes_its_keys(server: Rollright, oidc_provider: OidcProviderJs) -> None:
    """The server fetches the keys anew when it meets one that it does not know."""
    connection = by_oidc(server, oidc_provider)
    connection.sign_in(ALICE)
    oidc_provider.rotate()
    assert connection.sign_in(ALICE).role() == "MA"


def test_an_openid_connect_provider_tells_of_a_logout(server: Rollright, oidc_provider: OidcProviderJs) -> None:
    """Over the back channel: that session ends at once, and another person's does not."""
    connection = by_oidc(server, oidc_provider, back_channel=True)
    alice, bob = connection.sign_in(ALICE), connection.sign_in(BOB)
    oidc_provider.sign_out(alice.session)
    assert alice.is_out()
    assert bob.role() == "AN"


def test_a_logout_here_ends_the_session_at_the_openid_connect_provider(
    server: Rollright, oidc_provider: OidcProviderJs
) -> None:
    """The browser is led to the provider, which asks, and back; then the provider wants a password again."""
    connection = by_oidc(server, oidc_provider)
    alice = connection.sign_in(ALICE)
    page = alice.session.get(connection.settings["logout_url"], timeout=60)
    assert alice.is_out()
    assert page.url.startswith(oidc_provider.url("/session/end")), f"{page.url}: {page.text[:2000]}"
    page = oidc_provider.sign_out(alice.session, page)
    assert page.url.startswith(server.url()), f"{page.url}: {page.text[:2000]}"
    assert connection.asks_for_password(alice)
