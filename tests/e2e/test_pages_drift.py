"""Drift, a leaver's receipt, the brake on mass removals and the audit trail, in a real browser."""

from __future__ import annotations

import csv
import io
import json

from playwright.sync_api import expect

from browser import Window
from harness import OWNER, Rollright


def test_drift_names_whom_the_directory_does_not_know_and_leads_to_where_it_is_mended(server: Rollright, window: Window) -> None:
    """Four lists; who is confirmed by a real SCIM client leaves the first, a rule empties the last."""
    scim = server.scim(server.scim_token())
    team = scim.create_group("Data Science", [scim.create_user("ada@example.test")["id"]])["id"]
    made = server.api("POST", "/api/users", {"username": "hand@example.test"}, expect=201)
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Never pushed"]]})
    window.sign_in(OWNER, server.password)
    window.press("Drift", within="header")
    text = window.text()
    assert "hand@example.test" in text and "ada@example.test" not in text
    assert "Never pushed" in text and "Data Science" in text
    window.picture("drift")
    window.press("hand@example.test")
    assert window.path().endswith(f"/members/{made['id']}")
    found = scim.request("GET", '/Users?filter=userName eq "hand@example.test"').json()["Resources"][0]
    with server.provisioning_client(server.scim_token()) as client:
        model = client.get_resource_model("User")
        user = client.query(model, found["id"])
        user.external_id = "from the directory"
        client.replace(user)
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Data Science"]]})
    window.open("/organization/drift")
    text = window.page.locator("main").inner_text()
    assert "hand@example.test" not in text and "Never pushed" not in text
    assert "Data Science" not in text, team


def test_a_leaver_has_a_receipt_after_a_real_deactivation_and_delete(server: Rollright, window: Window) -> None:
    """Deactivated over SCIM, then deleted: each effect with its time, found from the member, the list and the audit."""
    scim = server.scim(server.scim_token())
    ada = scim.create_user("ada@example.test", displayName="Ada Lovelace")
    scim.create_group("Team", [ada["id"]])
    link = server.run("login-link", "--username", "ada@example.test").stdout.strip()
    member = Window(window._browser, server.url())
    member.open("/login-link/" + link.rpartition("/")[2])
    scim.change(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    member.close()
    window.sign_in(OWNER, server.password)
    window.open("/organization?search=ada")
    window.press("Ada Lovelace")
    window.press("The receipt")
    text = window.text()
    assert "Annotator became Deactivated" in text and "1 session ended" in text and "The directory said: not active" in text
    assert scim.request("DELETE", f"/Users/{ada['id']}").status_code == 204
    window.open("/organization?role=deleted")
    window.press("Deleted User")
    text = window.text()
    assert "Left the group “Team”" in text and "Personal data erased" in text and "Ada" not in text
    window.picture("receipt")
    window.press("everything about it in the audit trail")
    assert "Member deleted" in window.text()


def test_the_brake_is_told_of_and_decided_on_a_page(server: Rollright, window: Window) -> None:
    """Fifteen of sixteen deleted at once: five wait, every page says so, some are taken back and the rest erased."""
    scim = server.scim(server.scim_token())
    people = [scim.create_user(f"p{at:02}@example.test")["id"] for at in range(15)]
    for id in people:
        assert scim.request("DELETE", f"/Users/{id}").status_code == 204
    window.sign_in(OWNER, server.password)
    assert "5 deletions wait" in window.text()
    window.open("/organization")
    window.press("decide about them")
    window.picture("removals")
    window.page.get_by_label("Choose p14@example.test").check()
    window.press("Take back the chosen")
    assert "p14@example.test" in window.text()
    window.press("Take back")
    assert "One member is there again." in window.text()
    window.press("Erase all")
    window.picture("removals-sure")
    window.press("Erase for good")
    assert "4 deletions are finished." in window.text() and "No deletion waits." in window.text()
    window.open("/organization?search=p14")
    assert "deletions wait" not in window.text() and "p14@example.test" in window.text()


def test_the_audit_is_filtered_and_exported(server: Rollright, window: Window) -> None:
    """In plain words, narrowed by kind and person; what is exported is what the filter shows."""
    scim = server.scim(server.scim_token())
    ada = scim.create_user("ada@example.test", displayName="=1+1")
    scim.create_group("Team", [ada["id"]])
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Team"]]})
    window.sign_in(OWNER, server.password)
    window.press("Audit", within="header")
    assert "Annotator → Manager" in window.text() and "the directory, over SCIM" in window.text()
    window.picture("audit")
    window.page.get_by_label("What", exact=True).select_option("member.created")
    window.fill(about="ada@example.test")
    window.press("Filter")
    rows = window.page.locator("tbody tr")
    expect(rows).to_have_count(1)
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="Export as CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [line["kind"] for line in lines] == ["member.created"] and lines[0]["about"] == ada["id"]
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="Export as JSON lines").click()
    events = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert [event["details"]["after"]["displayName"] for event in events] == ["=1+1"]
    window.fill(about="nobody@example.test")
    window.press("Filter", status=400)
    assert window.page.locator("#about").input_value() == "nobody@example.test"
    assert "No member has the address" in window.page.locator("#about-problem").inner_text() or "no member has" in window.text()


def test_a_real_client_turns_the_live_line(server: Rollright, window: Window) -> None:
    """The token of the page in scim2-client: the line says by itself that its request came."""
    window.sign_in(OWNER, server.password)
    window.open("/organization/scim")
    assert "Waiting for the first request" in window.text()
    window.press("Make a token")
    with server.provisioning_client(window.page.locator("#token").input_value()) as client:
        user = client.get_resource_model("User")
        client.create(user.model_validate({"userName": "ada@example.test"}))
    expect(window.page.locator("#live .badge.good").first).to_have_text("received")
