"""Organization > Settings, Projects and Workspaces, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser

from browser import Window
from harness import OWNER, Rollright
from test_webhooks import receiving

PAGES = [
    "/organization/settings", "/organization/settings/access", "/organization/settings/domains", "/organization/settings/webhooks",
]  # fmt: skip


def test_an_owner_goes_through_the_settings(server: Rollright, window: Window, browser: Browser) -> None:
    """Names the organization, says who may invite, adds a domain and copies its record; a refused form keeps what was typed."""
    window.sign_in(OWNER, server.password)
    window.open("/organization")
    window.press("Settings", within="header")
    window.fill(title="Example, Inc.", contact_info="it@example.test")
    window.press("Save")
    assert "The organization is saved." in window.text()
    window.picture("settings")
    window.press("Access")
    window.fill(max_session_age="soon")
    window.page.locator("form").filter(has=window.page.locator("#max_session_age")).get_by_role("button").click()
    window.look(400)
    field = window.page.locator("#max_session_age")
    assert field.input_value() == "soon" and field.get_attribute("aria-describedby") == "max_session_age-problem"
    window.open("/organization/settings/access")
    window.page.get_by_role("group", name="Invite members").get_by_label("Manager").uncheck()
    window.press("Save who may: Invite members")
    assert server.api("GET", "/api/organizations/0/permissions/invite_members")["roles"] == ["OW", "AD"]
    window.picture("settings-access")
    window.press("Domains")
    window.fill(name="corp.example")
    window.press("Add")
    window.page.get_by_role("button", name="Copy the value of the record of corp.example").click()
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert copied == server.api("GET", "/api/domains/corp.example")["record"]["value"]
    window.picture("settings-domains")
    window.page.get_by_text("Remove corp.example", exact=True).first.click()
    window.press("Remove corp.example")
    assert "There is no domain yet." in window.text()
    # Whoever may not is told who can allow it.
    scim = server.scim(server.scim_token())
    scim.create_user("ada@example.test")
    number = next(one["user"]["id"] for one in server.memberships() if one["user"]["username"] == "ada@example.test")
    server.api("PATCH", "/api/organizations/0/memberships/", {"user_id": number, "role": "MA"})
    link = server.run("login-link", "--username", "ada@example.test").stdout.strip()
    manager = Window(browser, server.url())
    manager.open("/login-link/" + link.rpartition("/")[2])
    for path in PAGES:
        manager.open(path, status=403)
        assert "it@example.test" in manager.text()
    manager.close()


def test_a_webhook_is_set_up_and_its_deliveries_are_read(stopped: Rollright, browser: Browser) -> None:
    """The secret is shown once; a test and an event stand in the log with what was answered, and go again by hand."""
    server = stopped
    server.start(allow_private_networks="true")
    window = Window(browser, server.url())
    with receiving() as (url, came):
        window.sign_in(OWNER, server.password)
        window.open("/organization/settings/webhooks")
        window.fill(url=url, description="for the wiki")
        window.press("Add")
        assert window.page.locator("#secret").input_value().startswith("whsec_")
        window.picture("settings-webhooks")
        window.press("To the webhook")
        window.press("Send a test")
        assert "webhook.test" in window.text() and "204" in window.text()
        server.scim(server.scim_token()).create_user("ada@example.test")
        row = window.page.get_by_role("row").filter(has_text="member.created")
        for _ in range(200):
            window.page.reload()
            if row.count():
                break
            window.page.wait_for_timeout(50)
        before = len(came)
        with window.page.expect_navigation():
            row.first.get_by_role("button").click()
        window.look()
        assert len(came) > before and "sent again by hand" in window.text()
        window.picture("settings-webhook")
        window.press("Disable")
        assert "Nothing is posted." in window.text()
        window.press("Make another secret")
        assert window.page.locator("#secret").input_value().startswith("whsec_")
        window.page.get_by_text("Delete this webhook", exact=True).click()
        window.press("Delete the webhook")
        assert "There is no webhook yet." in window.text()
    window.close()


def test_projects_and_workspaces_are_made_and_people_put_into_them(server: Rollright, window: Window) -> None:
    """By a rule, by hand and through the workspace: the page of a project says which."""
    scim = server.scim(server.scim_token())
    people = [scim.create_user(f"{name}@example.test", displayName=name.title())["id"] for name in ("ada", "bob", "cyd")]
    scim.create_group("Vision team", people[:1])
    window.sign_in(OWNER, server.password)
    window.open("/organization")
    window.press("Workspaces", within="header")
    window.fill(title="Seattle", description="Everything from the north-west")
    window.press("Make")
    window.fill(find="bob")
    window.press("Find")
    window.press("Add Bob")
    assert "by hand" in window.text()
    window.press("Make a project here")
    window.fill(title="Cats", description="Which is a cat?")
    window.press("Make")
    project = int(window.path().split("?")[0].rpartition("/")[2])
    rules = {
        "roles_groups": [["Annotator", "Vision team"]],
        "projects_groups": [{"project_id": project, "group": "Vision team", "role": "Reviewer"}],
    }
    server.api("POST", "/api/scim/settings", rules)
    numbers = {one["user"]["username"]: one["user"]["id"] for one in server.memberships()}
    for name in ("bob", "cyd"):
        server.api("PATCH", "/api/organizations/0/memberships/", {"user_id": numbers[f"{name}@example.test"], "role": "AN"})
    window.fill(find="cyd")
    window.press("Find")
    window.picture("project-add")
    window.page.get_by_label("Role of Cyd here").select_option("Manager")
    window.press("Add Cyd")
    rows = window.page.get_by_role("row")
    assert "group “Vision team” (SCIM): Reviewer" in rows.filter(has_text="Ada").inner_text()
    assert "through the workspace" in rows.filter(has_text="Bob").inner_text()
    assert "by hand: Manager" in rows.filter(has_text="Cyd").inner_text()
    window.picture("project")
    window.press("Remove Cyd")
    assert not rows.filter(has_text="Cyd").count()
    window.open("/organization/projects?search=CAT")
    window.picture("projects")
    window.press("Seattle")
    window.picture("workspace")
    window.page.get_by_text("Delete this workspace", exact=True).click()
    window.press("Delete the workspace", status=400)
    assert "There are projects in this workspace" in window.text()
    window.press("Cats")
    window.page.get_by_text("Delete this project", exact=True).click()
    window.press("Delete the project")
    assert "There is no project yet." in window.text()
    window.open("/organization/workspaces")
    window.picture("workspaces")


def test_a_role_that_a_rule_gives_is_not_pinned_by_saving_what_is_there(server: Rollright, window: Window) -> None:
    """The page of a member offers what was given by hand, and a name with a line break survives the form of rules."""
    scim = server.scim(server.scim_token())
    ada = scim.create_user("ada@example.test")["id"]
    scim.create_group("Team", [ada])
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Team"]]})
    window.sign_in(OWNER, server.password)
    window.open("/organization?search=ada")
    window.press("ada@example.test")
    assert window.page.locator("#role").input_value() == ""
    window.press("Save")
    assert "decides" in window.text() and "was given by hand:" not in window.text()
    # As a sign-in could carry one.
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Two\nlines"]]})
    window.open("/organization/mapping")
    assert window.page.locator("[name='group-1']").input_value() == "Twolines"
    window.fill(**{"group-2": "Guests"})
    window.page.locator("[name='role-2']").select_option("Reviewer")
    window.press("Preview")
    window.press("Apply exactly this")
    groups = [group for _, group in server.api("GET", "/api/scim/settings")["roles_groups"]]
    assert sorted(groups) == ["Guests", "Two\nlines"]
