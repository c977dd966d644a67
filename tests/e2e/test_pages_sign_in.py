"""The pages by which people come in, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser

from browser import Window
from harness import OWNER, Rollright


def test_somebody_signs_in_and_comes_to_where_they_wanted(server: Rollright, window: Window) -> None:
    """First the address, then the password; a wrong one is said beside the form, which keeps the address."""
    window.open("/sign-in-traces/nothing?x=1")
    assert window.path() == "/user/login?next=%2Fsign-in-traces%2Fnothing%3Fx%3D1"
    window.picture("sign-in")
    window.fill(email=OWNER)
    window.press("Continue")
    window.fill(password="not the password")
    window.press("Sign in", status=401)
    assert window.page.locator("[role=alert]").inner_text().startswith("The e-mail address or the password is wrong")
    assert window.page.locator("[name=email]").input_value() == OWNER
    window.fill(password=server.password)
    window.press("Sign in", status=404)
    assert window.path() == "/sign-in-traces/nothing?x=1"
    window.open("/")
    assert OWNER in window.text() and "Owner" in window.text()
    window.picture("home")
    window.press("Sign out", within="header")
    assert window.path() == "/user/login"


def test_an_ended_session_asks_for_sign_in_and_returns(server: Rollright, window: Window, browser: Browser) -> None:
    """Whoever's session was ended elsewhere is told so, and goes on where they were."""
    window.sign_in(OWNER, server.password)
    other = Window(browser, server.url())
    other.sign_in(OWNER, server.password)
    for one in server.api("GET", "/api/sessions/")["results"]:
        server.api("DELETE", f"/api/sessions/{one['id']}/")
    window.open("/")
    assert "Your session has ended" in window.text()
    other.close()


def test_the_other_ways_in_are_pages_for_everybody(server: Rollright, window: Window) -> None:
    """Every page that needs no session."""
    for path in ["/user/login?with=password", "/user/signup", "/user/password-reset", "/docs"]:
        window.open(path)
    window.open("/nothing-here", status=404)
    window.open("/user/password-reset/used", status=403)
    window.open("/user/signup")
    window.fill(email="x@y.example", password="a long password")
    window.page.evaluate("document.querySelector('[name=email]').type = 'text'")
    window.fill(email="no address")
    window.press("Sign up", status=400)
    assert window.page.locator("[name=email]").input_value() == "no address"
    assert window.page.locator("#email-problem").is_visible()
