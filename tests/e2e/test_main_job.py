"""The main job, whole: an identity provider's directory comes in by SCIM, people by SAML, and roles follow.

Real peers on both sides: scim2-client with its own models, and SimpleSAMLphp behind a browser's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
import requests
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, PatchOperation

from harness import Json, Rollright, SignedIn
from idps import Person, SimpleSamlPhp, browser, sign_in

# What must be nowhere once she is deleted: nothing else in a database looks like these.
MARKS = {
    "userName": "alice@example.test",
    "externalId": "external-5f1d0c77",
    "givenName": "Givenmark-a41e",
    "familyName": "Familymark-b52f",
    "displayName": "Displaymark-c63a",
    "nickName": "Nickmark-d74b",
    "title": "Titlemark-e85c",
    "phone": "+999-555-0173-996",
    "second e-mail": "second-mark-f96d@example.test",
    "street": "Streetmark-07ae 1",
    "employeeNumber": "employee-mark-18bf",
}
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

ALICE = Person("alice", MARKS["userName"], MARKS["givenName"], MARKS["familyName"])
BOB = Person("bob", "bob@example.test", "Bob", "Example", groups=("asserted-reviewers",))

# When she is refused, she is told why in words.
WHY = re.compile(r"deactivat|inactive|not active|disabled|suspended", re.IGNORECASE)
WHY_DELETED = re.compile(r"deleted|removed|no longer|not a member|invit|provision", re.IGNORECASE)


@dataclass
class Directory:
    """What the provisioning client knows: who and what it has created, by scim2-client."""

    client: SyncSCIMClient
    alice: Any
    bob: Any
    groups: dict[str, Any]

    def set_active(self, user: Any, active: bool) -> None:
        """Switches a user on or off, as an identity provider does."""
        self._modify(type(user), user.id, op="replace", path="active", value=active)

    def remove(self, group: str, user: Any) -> None:
        """Takes one user out of a group."""
        self._modify(type(self.groups[group]), self.groups[group].id, op="remove", path=f'members[value eq "{user.id}"]')

    def add(self, group: str, user: Any) -> None:
        """Puts one user into a group."""
        self._modify(type(self.groups[group]), self.groups[group].id, op="add", path="members", value=[{"value": user.id}])

    def _modify(self, model: Any, id: str, **operation: Any) -> None:
        change: PatchOp[Any] = PatchOp[model](Operations=[PatchOperation[model](**operation)])
        self.client.modify(model, id, change)


def provision(client: SyncSCIMClient) -> Directory:
    """Two users, three groups and their members, through the client's own models made from the server's schemas."""
    user, group = client.get_resource_model("User"), client.get_resource_model("Group")
    assert user and group, "the server describes users and groups"

    def made(model: Any, **payload: Any) -> Any:
        resource = client.create(model.model_validate(payload))
        assert isinstance(resource, model), resource
        return resource

    alice = made(
        user,
        schemas=["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        userName=MARKS["userName"],
        externalId=MARKS["externalId"],
        name={"givenName": MARKS["givenName"], "familyName": MARKS["familyName"]},
        displayName=MARKS["displayName"],
        nickName=MARKS["nickName"],
        title=MARKS["title"],
        active=True,
        emails=[
            {"value": MARKS["userName"], "type": "work", "primary": True},
            {"value": MARKS["second e-mail"], "type": "home"},
        ],
        phoneNumbers=[{"value": MARKS["phone"], "type": "work"}],
        addresses=[{"streetAddress": MARKS["street"], "type": "work"}],
        **{ENTERPRISE: {"employeeNumber": MARKS["employeeNumber"]}},
    )
    bob = made(
        user,
        userName=BOB.email,
        active=True,
        name={"givenName": BOB.first_name, "familyName": BOB.last_name},
        emails=[{"value": BOB.email, "type": "work", "primary": True}],
    )
    members = {"team-managers": [alice], "team-annotators": [alice, bob], "project-reviewers": [alice]}
    groups = {name: made(group, displayName=name, members=[{"value": one.id} for one in some]) for name, some in members.items()}
    return Directory(client, alice, bob, groups)


class World:
    """The server, its SAML connection and the identity provider behind it."""

    def __init__(self, server: Rollright, idp: SimpleSamlPhp) -> None:
        self.server, self.idp = server, idp
        idp.set_people(ALICE, BOB)
        self.connection = server.api(
            "POST",
            "/api/saml/settings",
            {
                "domain": "example.test",
                "metadata_xml": idp.metadata_xml(),
                "mapping_email": "Email",
                "mapping_first_name": "FirstName",
                "mapping_last_name": "LastName",
                "mapping_groups": "Groups",
            },
            expect=201,
        )
        metadata = requests.get(self.connection["sp_metadata_url"], timeout=30)
        assert metadata.status_code == 200, metadata.text
        idp.trust_metadata(metadata.text)
        self.project = int(server.api("POST", "/api/projects/", {"title": "Stones"}, expect=201)["id"])

    def set_rules(self, **roles: str) -> None:
        """Maps groups to organization roles (an underscore in a name stands for a hyphen), and one to the project."""
        project = {"project_id": self.project, "group": "project-reviewers", "role": "Reviewer"}
        mapped = [[role, group.replace("_", "-")] for group, role in roles.items()]
        self.server.api("POST", "/api/scim/settings", {"roles_groups": mapped, "projects_groups": [project]}, expect=201)

    def sign_in(self, person: Person) -> SignedIn:
        """A sign-in that must succeed."""
        session = browser()
        answer = sign_in(session, self.connection["login_url"], person)
        assert answer.status_code == 200, f"{answer.url} {answer.status_code}: {answer.text[:2000]}"
        assert "rollright_session" in session.cookies, f"no session cookie; the answers: {[one.url for one in answer.history]}"
        acs = [one for one in answer.history if one.url == self.connection["acs_url"]]
        assert [one.status_code for one in acs] == [303], f"the ACS answers 303: {acs}"
        return SignedIn(self.server, session)

    def is_refused(self, person: Person, why: re.Pattern[str]) -> None:
        """A sign-in that must be refused: 403, a page that says why, and no session."""
        session = browser()
        answer = sign_in(session, self.connection["login_url"], person)
        assert answer.status_code == 403, f"{answer.url} {answer.status_code}: {answer.text[:2000]}"
        assert answer.headers["Content-Type"].startswith("text/html"), answer.headers
        assert why.search(answer.text), f"the page does not say why ({why.pattern}): {answer.text[:3000]}"
        assert "rollright_session" not in session.cookies
        assert SignedIn(self.server, session).ask().status_code == 401


@pytest.fixture
def world(server: Rollright, idp: SimpleSamlPhp) -> World:
    """A server with a SAML connection, trusted by the identity provider."""
    return World(server, idp)


RULES = {"team_managers": "Manager", "team_annotators": "Annotator"}


def test_from_the_directory_to_the_role_and_back_out(world: World) -> None:
    """Provisioned, mapped, signed in, demoted, promoted, deactivated, reactivated, deleted: each step is seen at once."""
    server = world.server
    world.set_rules(**RULES)
    with server.provisioning_client(server.scim_token()) as client:
        directory = provision(client)

        # She signs in and has what her groups give her.
        alice = world.sign_in(ALICE)
        who = alice.who()
        assert who["email"] == ALICE.email
        assert (who["organization_membership"]["role"], who["organization_membership"]["role_source"]) == ("MA", "scim")
        assert [(one["project"], one["role"]) for one in who["project_roles"]] == [(world.project, "RE")]
        assert set(who["groups"]) == set(directory.groups)
        membership = membership_of(server, ALICE)
        assert (membership["role"], membership["role_source"]) == ("MA", "scim")

        # Out of the higher group: the next one gives the role, with the same session.
        directory.remove("team-managers", directory.alice)
        assert alice.role() == "AN"
        assert set(alice.who()["groups"]) == {"team-annotators", "project-reviewers"}

        # Rules changed: no new sign-in is needed. And the reasons are given.
        world.set_rules(**RULES, project_reviewers="Administrator")
        assert alice.role() == "AD"
        explained = server.api("GET", f"/api/members/{membership['id']}/explain")
        assert explained["role"] == "AD"
        reasons = str(explained["why"])
        assert "project-reviewers" in reasons and "team-annotators" in reasons, reasons
        world.set_rules(**RULES)
        assert alice.role() == "AN"

        # Back into the higher group.
        directory.add("team-managers", directory.alice)
        assert alice.role() == "MA"

        # Switched off: the very next request is refused, and so is a new sign-in.
        directory.set_active(directory.alice, False)
        acknowledged = monotonic()
        answer = alice.ask()
        assert answer.status_code == 401, f"{answer.status_code} {answer.text[:500]}"
        assert answer.headers["Content-Type"].split(";")[0].endswith("json") and answer.json()
        assert monotonic() - acknowledged < 1, "the refusal took longer than a second"
        world.is_refused(ALICE, WHY)
        assert membership_of(server, ALICE)["role"] == "DI"

        # Switched on: a new sign-in has the mapped role; the session that was ended stays ended.
        directory.set_active(directory.alice, True)
        assert alice.ask().status_code == 401
        again = world.sign_in(ALICE)
        assert again.role() == "MA"

        all_of_her_is_there(server, membership)

        # Deleted: it is all over, and a sign-on alone does not bring her back.
        id = str(directory.alice.id)
        client.delete(type(directory.alice), id)
        assert again.ask().status_code == 401
        world.is_refused(ALICE, WHY_DELETED)
        assert server.scim(server.scim_token()).request("GET", f"/Users/{id}").status_code == 404
        assert not [one for one in server.memberships() if one["user"]["email"] == ALICE.email]
        # Her groups are there without her; Bob has lost nothing.
        left = server.scim(server.scim_token()).everything("/Groups")
        assert {one["displayName"]: [member["value"] for member in one.get("members", [])] for one in left} == {
            "team-managers": [],
            "team-annotators": [str(directory.bob.id)],
            "project-reviewers": [],
        }
        # Looked for after the refused sign-in, which must not have written anything of hers either.
        nothing_of_her_is_answered(server, membership)

    server.stop()
    nothing_of_her_is_stored(server)
    events = server.database.count("SELECT count(*) FROM events WHERE subject LIKE ?", f"%{id}%")
    assert events >= 3, f"what happened to her stays on record under her id: {events} events"


def test_groups_of_a_sign_on_count_beside_those_of_the_directory(world: World) -> None:
    """One set of rules for both: Bob's role is the higher of what SCIM pushed and what his sign-on asserts."""
    server = world.server
    world.set_rules(team_annotators="Annotator", asserted_reviewers="Reviewer")
    with server.provisioning_client(server.scim_token()) as client:
        provision(client)
        bob = world.sign_in(BOB)
        membership = bob.who()["organization_membership"]
        assert (membership["role"], membership["role_source"]) == ("RE", "saml")

        # A sign-on that does not speak of groups leaves them as they are; one that says "none" ends them.
        world.idp.set_people(Person(BOB.name, BOB.email, BOB.first_name, BOB.last_name, groups=None))
        assert world.sign_in(BOB).role() == "RE"
        world.idp.set_people(Person(BOB.name, BOB.email, BOB.first_name, BOB.last_name, groups=("something-else",)))
        bob = world.sign_in(BOB)
        membership = bob.who()["organization_membership"]
        assert (membership["role"], membership["role_source"]) == ("AN", "scim")


def membership_of(server: Rollright, person: Person) -> Json:
    """The one membership with this address."""
    found = [one for one in server.memberships() if one["user"]["email"] == person.email]
    assert len(found) == 1, found
    return found[0]


# What an owner can read, whether or not the server describes it in its own list.
KNOWN = [
    "/api/current-user/whoami",
    "/api/organizations",
    "/api/organizations/1/memberships",
    "/api/organizations/1/memberships?is_deleted=true",
    "/api/organizations/1/memberships?page_size=-1",
    "/api/organizations/1/memberships/{id}/",
    "/api/members/{id}/explain",
    "/api/users/",
    "/api/users/{id}",
    "/api/projects/",
    "/api/projects/1/members",
    "/api/workspaces/",
    "/api/scim/settings",
    "/api/saml/settings",
    "/api/events",
]


def marks_in(content: bytes) -> dict[str, int]:
    """Which of her marks stand in it, as text or as hexadecimal digits or in two bytes a letter, and where."""
    lower = content.lower()
    found = {}
    for name, mark in MARKS.items():
        for form in (mark.encode(), mark.encode().hex().encode(), mark.encode("utf-16-le")):
            at = lower.find(form.lower())
            if at >= 0:
                found[name] = at
    return found


def everything_answered(server: Rollright, membership: Json) -> dict[str, str]:
    """The answers to everything that can be asked for with GET, as the owner and as the provisioning client."""
    client = server.scim(server.scim_token())
    answers = {path: client.request("GET", path).text for path in ("/Users?count=200", "/Groups?count=200")}
    paths = list(KNOWN)
    described = requests.get(server.url("/openapi.json"), timeout=30)
    if described.ok:
        paths += [path for path, methods in described.json()["paths"].items() if "get" in methods and path.startswith("/api/")]
    for path in paths:
        for value in {"1", str(membership["id"]), str(membership["user"]["id"])}:
            asked = re.sub(r"\{[^}]*\}", value, path)
            if asked not in answers:
                answer = requests.get(
                    server.url(asked), headers={"Authorization": f"Token {server.user_token}"}, timeout=30, allow_redirects=False
                )
                assert answer.status_code < 500, f"{asked}: {answer.status_code} {answer.text[:500]}"
                answers[asked] = answer.text
    return answers


def all_of_her_is_there(server: Rollright, membership: Json) -> None:
    """Before she is deleted the same searches find every mark: they would notice what was left."""
    answered = marks_in("".join(everything_answered(server, membership).values()).encode())
    assert set(answered) == set(MARKS), f"not found in any answer: {set(MARKS) - set(answered)}"
    stored = marks_in(b"".join(server.database.dump().values()))
    assert set(stored) == set(MARKS), f"not found in the database: {set(MARKS) - set(stored)}"


def nothing_of_her_is_answered(server: Rollright, membership: Json) -> None:
    """Looks for her marks in every answer."""
    for path, text in everything_answered(server, membership).items():
        found = marks_in(text.encode())
        assert not found, f"{path} still answers with her {list(found)}: {text[:3000]}"


def nothing_of_her_is_stored(server: Rollright) -> None:
    """Dumps the whole database and looks for her marks in it."""
    for part, content in server.database.dump().items():
        for name, at in marks_in(content).items():
            raise AssertionError(f"her {name} is still in {part}: {content[max(0, at - 300) : at + 300]!r}")
