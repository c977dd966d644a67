"""Organization > Members, in a real browser: what an administrator does with people, and what people see of it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser

import processes
from browser import Window
from harness import OWNER, Rollright

PASSWORD = "a password for the browser"
PAYLOADS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", "javascript:alert(1)",
    "{{7*7}}", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
]  # fmt: skip


def link_in_mail(work: Path, to: str, begin: str) -> str:
    """The path in the newest mail to an address that begins so."""
    found: list[str] = []

    def look() -> bool:
        for file in sorted(work.glob("data/mail/*")):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            match = re.search(rf"{re.escape(begin)}\S*", mail.get_content()) if mail["to"] == to else None
            if match:
                found.append(match.group())
        return bool(found)

    processes.wait_until(look, f"a mail to {to}")
    return found[-1]


def test_the_first_owner_signs_up(stopped: Rollright, work: Path, browser: Browser) -> None:
    """With nobody there yet: the form, the mail, the button, and an organization of one's own."""
    stopped.start(owner=False)
    window = Window(browser, stopped.url())
    window.open("/user/signup")
    window.fill(email="first@example.test", password=PASSWORD)
    window.press("Sign up")
    window.open(link_in_mail(work, "first@example.test", "/user/confirm/"))
    window.press("Confirm and sign in")
    assert "Owner" in window.text() and window.path() == "/"
    window.press("Members", within="header")
    assert "1 seat used" in window.text()
    window.close()


def test_somebody_joins_by_the_link_waits_and_is_given_a_role(server: Rollright, work: Path, window: Window, browser: Browser) -> None:
    """Invited by link they are Pending, have no way in, and come in as soon as an administrator gives them a role."""
    window.sign_in(OWNER, server.password)
    window.open("/organization")
    window.press("Invite Members")
    window.picture("invite")
    link = window.page.locator("#link").input_value().removeprefix(server.url())
    window.page.get_by_role("button", name="Copy").click()
    assert window.page.evaluate("navigator.clipboard.readText()").endswith(link)
    guest = Window(browser, server.url())
    guest.open(link)
    guest.fill(email="guest@example.test", password=PASSWORD)
    guest.press("Sign up")
    guest.open(link_in_mail(work, "guest@example.test", "/user/confirm/"))
    guest.press("Confirm and sign in")
    assert "It waits" in guest.text()
    guest.open("/user/login?with=password")
    guest.fill(email="guest@example.test", password=PASSWORD)
    guest.press("Sign in", status=403)
    assert "Your account is waiting" in guest.text()
    window.open("/organization")
    window.press("1 pending")
    row = window.page.get_by_role("row").filter(has_text="guest@example.test")
    row.get_by_role("combobox").select_option("RE")
    with window.page.expect_navigation():
        row.get_by_role("button").click()
    window.look()
    assert "The role is saved." in window.text() and "Nobody is like this" in window.text()
    guest.sign_in("guest@example.test", PASSWORD)
    assert "Reviewer" in guest.text()
    # The link of before leads nowhere once it is reset.
    window.open("/organization/invite")
    window.press("Reset")
    Window(browser, server.url()).open(link, status=403)
    guest.close()


def test_a_deactivated_member_is_out_at_once_and_a_deleted_one_is_the_deleted_user(
    server: Rollright, work: Path, window: Window, browser: Browser
) -> None:
    """Beside each other: the administrator's browser, and the member's."""
    scim = server.scim(server.scim_token())
    ada = scim.create_user("ada@example.test", displayName="Ada Lovelace", emails=[{"value": "ada@example.test", "primary": True}])
    team = scim.create_group("Team", [ada["id"]])["id"]
    scim.create_group("Guests", [ada["id"]])
    server.api("POST", "/api/scim/settings", {"roles_groups": [["Manager", "Team"], ["Reviewer", "Guests"]]})
    link = server.run("login-link", "--username", "ada@example.test").stdout.strip()
    member = Window(browser, server.url())
    member.open("/login-link/" + link.rpartition("/")[2])
    assert "Ada Lovelace" in member.text() and "The group" not in member.text()
    window.sign_in(OWNER, server.password)
    window.open("/organization?search=ada")
    window.press("Ada Lovelace")
    assert "decides" in window.text() and "did not count" in window.text() and "the directory, over SCIM" in window.text()
    window.press("Deactivate")
    member.open("/")
    assert "Your session has ended" in member.text()
    window.press("Reactivate")
    assert "Manager" in window.text()
    scim.change(f"/Groups/{team}", {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    window.open(window.path())
    assert "Manager became\nReviewer" in window.text() or "Manager became Reviewer" in window.text()
    window.press("Delete")
    window.press("Delete Member")
    assert "Deleted User" in window.page.locator("table").inner_text()
    assert "Ada" not in window.text()


def test_members_are_tagged_by_a_csv_file(server: Rollright, window: Window) -> None:
    """The report says what was given and which lines were passed over; the tags stand in the list."""
    scim = server.scim(server.scim_token())
    for name in ("ada@example.test", "bob@example.test"):
        scim.create_user(name)
    window.sign_in(OWNER, server.password)
    window.open("/organization")
    window.press("Tag Members")
    window.picture("tags")
    text = b'email,tags\nada@example.test,"Data Science, Seattle"\nbob@example.test,Finance\nno address,x\n'
    file = {"name": "tags.csv", "mimeType": "text/csv", "buffer": text}
    window.page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    window.press("Tag members", status=400)
    assert "line 4" in window.page.locator("#file-problem").inner_text()
    window.page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    window.page.get_by_label("Pass lines over").check()
    window.press("Tag members")
    assert "3 tags to members" in window.text() and "no e-mail address" in window.text()
    window.press("To the members")
    window.press("Finance")
    assert "bob@example.test" in window.text() and "ada@example.test" not in window.text()


def test_the_pictures_of_the_documentation_are_made(server: Rollright, window: Window) -> None:
    """An organization as there could be one: the list, and the page of somebody with more than one reason."""
    scim = server.scim(server.scim_token())
    people = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Barbara Liskov", "Edsger Dijkstra", "Radia Perlman", "Tony Hoare"]
    ids = []
    for name in people:
        given, family = name.split()
        email = f"{given}.{family}@example.com".lower()
        names = {"givenName": given, "familyName": family}
        ids.append(scim.create_user(email, displayName=name, name=names, emails=[{"value": email, "primary": True}])["id"])
    scim.create_group("Data platform", ids[:3])
    scim.create_group("Review board", ids[1:5])
    rules = [["Manager", "Data platform"], ["Reviewer", "Review board"]]
    server.api("POST", "/api/scim/settings", {"roles_groups": rules})
    server.api("PATCH", "/api/organization/", {"title": "Example, Inc."})
    numbers = {one["user"]["username"]: one["user"]["id"] for one in server.memberships()}
    for name, role in (("radia.perlman", "AD"), ("tony.hoare", "NO")):
        server.api("PATCH", "/api/organizations/0/memberships/", {"user_id": numbers[f"{name}@example.com"], "role": role})
    window.sign_in(OWNER, server.password)
    window.open("/organization/tags")
    text = b'email,tags\nada.lovelace@example.com,"Data Science, Seattle"\ngrace.hopper@example.com,Finance\n'
    window.page.set_input_files("#file", files=[{"name": "tags.csv", "mimeType": "text/csv", "buffer": text}])
    window.press("Tag members")
    window.open("/organization")
    window.picture("members")
    window.open(f"/organization/members/{numbers['grace.hopper@example.com']}?on=2020-01-31")
    assert "was no member" in window.text()
    window.picture("why-this-role")
    window.open("/profile")
    window.picture("profile")
    window.press("Show")
    assert window.page.locator("#secret").is_visible()


def test_no_text_of_anybody_is_run(server: Rollright, window: Window) -> None:
    """Security I13: every text that others write, through SCIM and the API, shown on every page; nothing of it runs."""
    scim = server.scim(server.scim_token())
    ids = []
    for number, text in enumerate(PAYLOADS):
        user = scim.create_user(
            f"{text}{number}", displayName=text, externalId=text + str(number), name={"givenName": text, "familyName": text}, title=text
        )
        ids.append(user["id"])
        scim.create_group(f"{text} {number}", ids)
        server.api("POST", "/api/organizations/0/member-tags/", {"label": f"{text} {number}"})
    rules = [[role, f"{text} {number}"] for role, (number, text) in zip(["Manager", "Reviewer"] * 4, enumerate(PAYLOADS), strict=False)]
    server.api("POST", "/api/scim/settings", {"roles_groups": rules})
    server.api("PATCH", "/api/organization/", {"title": PAYLOADS[1], "contact_info": PAYLOADS[0]})
    everybody = [one["user"]["id"] for one in server.memberships()]
    tags = [one["id"] for one in server.api("GET", "/api/organizations/0/member-tags/")["results"]]
    server.api("POST", "/api/organizations/0/member-tags/assignments/", {"included": everybody, "tags": tags})
    window.sign_in(OWNER, server.password)
    window.open("/organization/invite")
    window.fill(emails=PAYLOADS[6])
    window.press("Send invitations", status=400)
    assert window.page.locator("#emails").input_value() == PAYLOADS[6]
    pages = ["/", "/profile", "/organization", "/organization?search=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "/organization/tags"]
    pages += [f"/organization/members/{number}" for number in everybody[:3]] + [f"/organization/members/{everybody[-1]}/delete"]
    pages += [f"/organization?tag={tags[0]}", "/organization/invite"]
    for path in pages:
        window.open(path)
        assert window.page.evaluate("document.querySelectorAll('img, [onerror], [onload]').length") == 0, path
    # A way back that somebody else wrote leads nowhere else.
    window.context.clear_cookies()
    for elsewhere in ["javascript:alert(1)", "//evil.example/", "https://evil.example/", "%2F%5Cevil.example"]:
        window.sign_in(OWNER, server.password, f"/user/login?next={elsewhere}")
        assert window.path() == "/", window.page.url
