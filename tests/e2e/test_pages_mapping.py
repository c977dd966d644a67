"""Organization > Groups & mapping, and SCIM, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from browser import Window
from harness import OWNER, Rollright


def test_a_rule_is_written_previewed_and_changes_whom_the_preview_named(server: Rollright, window: Window) -> None:
    """Written in the form, seen before it holds, refused once the facts are others, and applied."""
    scim = server.scim(server.scim_token())
    people = [scim.create_user(f"u{at}@example.test")["id"] for at in range(4)]
    team = scim.create_group("Data Science", people[:2])
    scim.create_group("Labelling", people[2:3])
    server.api("POST", "/api/projects", {"title": "Cats"}, expect=201)
    server.api("POST", "/api/workspaces", {"title": "Vision"}, expect=201)
    window.sign_in(OWNER, server.password)
    window.open("/organization")
    window.press("Groups & mapping", within="header")
    window.fill(**{"group-1": "data science", "group-2": "Labelling"})
    window.page.locator("[name='role-1']").select_option("Manager")
    window.press("Preview", status=400)
    assert "Rule 2: Choose a role." in window.text() and "there is “Data Science”" in window.text()
    window.fill(**{"group-1": "Data Science"})
    window.page.locator("[name='place-2']").select_option(label="Cats")
    window.page.locator("[name='role-2']").select_option("Inherit")
    window.press("Preview")
    window.picture("mapping-preview")
    named = window.page.locator("main").inner_text()
    assert "u0@example.test" in named and "u1@example.test" in named and "u3@example.test" not in named
    assert scim.change(f"/Groups/{team['id']}", {"op": "add", "path": "members", "value": [{"value": people[3]}]}).ok
    window.press("Apply exactly this", status=409)
    assert "u3@example.test" in window.page.locator("main").inner_text()
    window.press("Apply exactly this")
    assert "3 members have another role" in window.text()
    window.open("/organization/mapping")
    window.picture("mapping")
    window.press("Data Science")
    assert "3 members" in window.text()


def test_the_live_line_turns_when_the_first_request_comes(server: Rollright, window: Window) -> None:
    """A token is made in the page and put into a real client; the page says by itself that its request came."""
    window.sign_in(OWNER, server.password)
    window.open("/organization/scim")
    assert "Waiting for the first request" in window.text()
    window.press("Make a token")
    token = window.page.locator("#token").input_value()
    scim = server.scim(token)
    scim.create_user("ada@example.test")
    expect(window.page.locator("#live .badge.good").first).to_have_text("received")
    scim.request("POST", "/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@example.test"})
    window.open("/organization/scim")
    window.picture("scim")
    window.page.locator("tbody a").first.click()
    window.page.wait_for_url("**/requests/*")
    window.look()
    window.press("Replay: see what it would do")
    assert "it would be answered 409" in " ".join(window.text().split())
    window.picture("scim-request")
