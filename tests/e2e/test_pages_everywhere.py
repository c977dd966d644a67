"""Every page that /openapi.json names, with every text of everything filled with what would run if it were not escaped."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from browser import Window
from harness import OWNER, Rollright

PAYLOADS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", "javascript:alert(1)",
    "{{7*7}}", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
]  # fmt: skip
# What of a payload would be in the page if it were not text there.
FOREIGN = "[...document.querySelectorAll('img, [onerror], [onload], a[href^=\"javascript:\" i], script:not([src])')].map(one => one.outerHTML)"
# What is nothing to look at as somebody who is signed in, or is no page.
ELSEWHERE = re.compile(r"/(assets|login-link|logout|user|saml|oidc|docs|scim|healthz|readyz)(/.*)?")


def fill(server: Rollright) -> dict[str, Any]:
    """Makes one of everything for each payload; the paths that need to be told of which."""
    scim = server.scim(server.scim_token())
    ids: list[str] = []
    for number, text in enumerate(PAYLOADS):
        name = {"givenName": text, "familyName": text, "formatted": text}
        user = scim.create_user(f"{text}{number}", displayName=text, nickName=text, externalId=f"{text}{number}", name=name, title=text)
        ids.append(user["id"])
        scim.create_group(f"{text} {number}", ids)
        server.api("POST", "/api/organizations/0/member-tags/", {"label": f"{text} {number}"})
    refused = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": f"{PAYLOADS[0]}0", "title": PAYLOADS[1]}
    assert scim.request("POST", "/Users", refused).status_code == 409
    spaces = [server.api("POST", "/api/workspaces", {"title": text, "description": text}, expect=201) for text in PAYLOADS]
    projects = [
        server.api("POST", "/api/projects", {"title": text, "description": text, "workspace": space["id"]}, expect=201)
        for text, space in zip(PAYLOADS, spaces, strict=True)
    ]
    rules = {
        "roles_groups": [[["Manager", "Reviewer"][at % 2], f"{text} {at}"] for at, text in enumerate(PAYLOADS)],
        "projects_groups": [
            {"project_id": one["id"], "group": f"{text} {at}", "role": "Reviewer"}
            for at, (one, text) in enumerate(zip(projects, PAYLOADS, strict=True))
        ],
        "workspaces_groups": [[text, f"{text} {at}"] for at, text in enumerate(PAYLOADS)],
    }
    server.api("POST", "/api/scim/settings", rules)
    hooks = []
    for at, text in enumerate(PAYLOADS):
        url = f"https://127.0.0.1:9/?q='onmouseover='alert({at})"
        hooks.append(server.api("POST", "/api/webhooks", {"url": url, "description": text, "events": ["*"], "enabled": False}, expect=201))
    server.api("POST", f"/api/webhooks/{hooks[0]['id']}/test", {})
    for text in PAYLOADS:
        server.api("POST", "/api/connections", {"protocol": "saml", "name": text}, expect=201)
        server.api("POST", "/api/connections", {"protocol": "oidc", "name": text, "client_id": text}, expect=201)
    server.api("POST", "/api/domains", {"domain": "corp.example"}, expect=201)
    server.api("PATCH", "/api/organization/", {"title": PAYLOADS[1], "contact_info": PAYLOADS[0]})
    people = [one["user"]["id"] for one in server.memberships()]
    tags = [one["id"] for one in server.api("GET", "/api/organizations/0/member-tags/")["results"]]
    server.api("POST", "/api/organizations/0/member-tags/assignments/", {"included": people, "tags": tags})
    # Somebody leaves, and has a receipt.
    inactive = {"op": "replace", "path": "active", "value": False}
    gone = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [inactive]}
    assert scim.request("PATCH", f"/Users/{ids[0]}", gone).ok
    left = [one["user"]["id"] for one in server.memberships() if one["role"] == "DI"]
    # A sign-in that is refused leaves a trace, with what it sent.
    connections = server.api("GET", "/api/connections")["results"]
    acs = server.url(f"/saml/{connections[0]['token']}/acs")
    requests.post(acs, data={"SAMLResponse": PAYLOADS[0], "RelayState": PAYLOADS[1]}, timeout=30)
    requests_ = server.api("GET", "/api/scim/requests")["results"]
    assert left
    traces = server.api("GET", "/api/sign-in-traces")["results"]
    member = next(one for one in people if one != 1)
    return {
        "/organization/members/{number}": [f"/organization/members/{one}" for one in people],
        "/organization/members/{number}/delete": [f"/organization/members/{member}/delete"],
        "/organization/members/{number}/receipt": [f"/organization/members/{one}/receipt" for one in left],
        "/organization/projects/{id}": [f"/organization/projects/{one['id']}?find=%3C" for one in projects],
        "/organization/workspaces/{id}": [f"/organization/workspaces/{one['id']}?find=%3C" for one in spaces],
        "/organization/settings/webhooks/{id}": [f"/organization/settings/webhooks/{one['id']}" for one in hooks[:2]],
        "/organization/sso/{id}": [f"/organization/sso/{one['id']}" for one in connections],
        "/organization/sso/{id}/delete": [f"/organization/sso/{one['id']}/delete" for one in connections[:2]],
        "/organization/scim/requests/{id}": [f"/organization/scim/requests/{one['id']}" for one in requests_[:2]],
        "/organization/mapping/group": ["/organization/mapping/group?name=%3Cscript%3Ealert(1)%3C/script%3E+0"],
        "/organization": [
            "/organization",
            "/organization?search=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
            f"/organization?tag={tags[0]}",
        ],
        "/organization/projects": ["/organization/projects", "/organization/projects?search=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"],
        "/organization/workspaces": [
            "/organization/workspaces",
            "/organization/workspaces?search=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        ],
        "/sign-in-traces/{number}": [f"/sign-in-traces/{one['number']}" for one in traces[:1]],
        # Parts of pages, which a page that is open loads again.
        "/organization/scim/live": [],
        "/organization/sso/{id}/last": [],
        # Of a list that was handed in: see test_pages_members.py.
        "/organization/tags/imports/{import}": [],
    }


def pages(server: Rollright) -> list[str]:
    """Every page of whoever is signed in, as the description names it."""
    document = requests.get(server.url("/openapi.json"), timeout=30).json()
    found = []
    for path, methods in document["paths"].items():
        answers = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "text/html" in answers and not ELSEWHERE.fullmatch(path):
            found.append(path)
    assert len(found) > 20, found
    return found


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_no_text_runs_on_any_page_and_each_works_without_script(stopped: Rollright, browser: Browser) -> None:
    """Security I13. A new page is walked as soon as it is described; one with an id in its path has to be told which."""
    server = stopped
    server.start(allow_private_networks="true")
    known = fill(server)
    window = Window(browser, server.url())
    window.sign_in(OWNER, server.password)
    plain = Window(browser, server.url(), script=False)
    plain.context.add_cookies(window.context.cookies())
    walked = 0
    for page in pages(server):
        assert page in known or "{" not in page, f"say above which {page} is to be opened"
        for path in known.get(page, [page]):
            window.open(path)
            assert window.page.evaluate(FOREIGN) == [], path
            plain.open(path)
            assert plain.page.locator("h1, p").first.is_visible(), path
            walked += 1
    assert walked > 30
    plain.close()
    window.close()
