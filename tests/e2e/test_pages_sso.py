"""Organization > Single sign-on, in a real browser, with a real identity provider."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from browser import Window
from connections import ALICE, begun
from harness import OWNER, Rollright
from idps import Person, SimpleSamlPhp


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server that knows what groups give."""
    return begun(stopped)


def through(page: Page, person: Person, origin: str) -> None:
    """Signs in where the identity provider asks, and comes back."""
    page.locator("[name='username']").fill(person.name)
    page.locator("[name='password']").fill(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{origin}/**")


def test_an_administrator_connects_a_real_identity_provider_and_people_sign_in_through_it(
    server: Rollright, window: Window, browser: Browser, simplesamlphp: SimpleSamlPhp
) -> None:
    """Added, completed by its pasted metadata, tested, disabled and enabled in pages; then somebody signs in there."""
    simplesamlphp.set_people(ALICE)
    window.sign_in(OWNER, server.password)
    window.press("Single sign-on", within="header")
    window.page.locator("[name='provider']").select_option("custom")
    window.fill(name="Corp")
    window.press("Add")
    assert "not complete" in window.text()
    acs = window.page.get_by_label("Entity ID, audience").first
    acs.locator("xpath=..").get_by_role("button").click()
    copied = str(window.page.evaluate("navigator.clipboard.readText()"))
    assert copied == acs.input_value() and copied.endswith("/acs")
    simplesamlphp.trust(copied, copied)
    window.fill(metadata_xml="<html></html>", name="Corporation")
    window.press("Save", status=400)
    assert "This is not SAML metadata" in window.text()
    assert window.page.locator("[name='name']").input_value() == "Corporation"
    window.fill(metadata_xml=simplesamlphp.metadata_xml())
    window.press("Save")
    assert "Certificate" in window.text() and simplesamlphp.entity_id in window.text()
    path = window.path().split("?")[0]

    # Nobody signs in by a test, and nothing is made. The two origins are both this test's.
    tester = window.context.new_page()
    tester.goto(window.origin + path)
    tester.get_by_role("link", name="Test", exact=True).click()
    through(tester, ALICE, window.origin)
    assert "The test went well" in tester.locator("main").inner_text()
    tester.close()
    window.forget()
    window.open(path)
    text = window.text()
    assert "test went well" in text and "stone-lifters" in text and "alice@example.test" in text
    assert server.api("GET", "/api/organizations/1/memberships")["count"] == 1
    window.picture("sso-connection")

    window.press("Enable")
    assert "people can sign in" in window.text()
    visitor = browser.new_context()
    page = visitor.new_page()
    page.goto(copied.removesuffix("acs") + "login")
    through(page, ALICE, window.origin)
    assert "Manager" in page.locator("main").inner_text()
    visitor.close()
    window.press("Single sign-on", within="header")
    assert "until 20" in window.text() and "none this week" not in window.text()
    window.picture("sso")


def test_the_pages_of_single_sign_on_work_without_script(server: Rollright, browser: Browser) -> None:
    """Added, completed and deleted with forms alone."""
    window = Window(browser, server.url(), script=False)
    try:
        window.sign_in(OWNER, server.password)
        window.open("/organization/sso")
        window.page.locator("[name='provider']").select_option("keycloak")
        window.page.locator("[name='protocol']").select_option("oidc")
        window.press("Add")
        window.fill(issuer="https://op.example.test/realms/corp", client_id="roll", client_secret="never shown again")
        window.press("Save")
        assert "disabled" in window.text() and "never shown again" not in window.page.content()
        window.press("Delete")
        window.press("Delete the connection")
        assert "There is no connection yet" in window.text()
    finally:
        window.close()


@pytest.mark.parametrize("protocol", ["saml", "oidc"])
def test_every_guide_is_whole_for_everybody(server: Rollright, window: Window, protocol: str) -> None:
    """Each provider's page passes what every page promises: for axe, in the dark, on a phone."""
    window.sign_in(OWNER, server.password)
    for provider in ["okta", "azure", "google", "onelogin", "ping", "keycloak", "authentik", "custom"]:
        window.open("/organization/sso")
        window.page.locator("[name='provider']").select_option(provider)
        window.page.locator("[name='protocol']").select_option(protocol)
        window.press("Add")
        window.picture(f"sso-{protocol}-{provider}")
