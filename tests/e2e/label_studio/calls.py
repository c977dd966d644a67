"""Every call that Label Studio's Python client has for members, roles and sign-on, made by the client as it is published.

Run by the client's own Python (see `test_label_studio_sdk.py`), never imported: `calls.py URL legacy|personal KEY CERTIFICATE`.
What comes back is held to real values. At the end every call of those parts of the client must have been made.
"""

from __future__ import annotations

import datetime
import inspect
import sys
from collections.abc import Callable
from typing import Any

from label_studio_sdk import LabelStudio
from label_studio_sdk._legacy.client import Client as OldClient
from label_studio_sdk._legacy.client import ClientCredentials
from label_studio_sdk.core.api_error import ApiError

ADAS = "the password of Ada"
# Of an identity provider, with a certificate that the tests make.
METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.test">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.test/sso"/>
</IDPSSODescriptor></EntityDescriptor>"""

# What is there for labelling, and no part of a roll.
ELSEWHERE = {
    "projects.duplicate",
    "projects.import_predictions",
    "projects.import_tasks",
    "projects.list_counts",
    "projects.list_unique_annotators",
    "projects.validate_label_config",
}
PARTS = (
    "activity_logs billing jwt_settings session_policy tokens users versions"
    " organizations organizations.invites organizations.member_tags organizations.member_tags.bulk"
    " organizations.members organizations.permissions sso.saml sso.scim"
    " projects projects.members projects.members.bulk projects.members.paginated projects.roles"
    " workspaces workspaces.members workspaces.members.bulk workspaces.members.paginated workspaces.projects"
).split()

made: set[str] = set()


class Recorder:
    """A part of the client; notes which of its calls are made."""

    def __init__(self, inner: Any, name: str = "") -> None:
        self._inner, self._name = inner, name

    def __getattr__(self, name: str) -> Any:
        found, whole = getattr(self._inner, name), f"{self._name}.{name}".removeprefix(".")
        if not callable(found):
            return Recorder(found, whole)
        made.add(whole)
        return found


def calls_of(client: Any, part: str) -> set[str]:
    """The names of the calls of a part."""
    for step in part.split("."):
        client = getattr(client, step)
    kind = type(client)
    # `projects` adds helpers of its own to what is generated.
    kind = next(one for one in kind.__mro__ if one.__module__.endswith(".client"))
    functions = [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]
    return {f"{part}.{name}" for name in functions}


def refused(status: int, call: Callable[[], Any]) -> ApiError:
    """The refusal that must come."""
    try:
        answer = call()
    except ApiError as error:
        assert error.status_code == status, f"{error.status_code} instead of {status}: {error.body}"
        return error
    raise AssertionError(f"not refused: {answer}")


def main(url: str, kind: str, key: str, certificate: str) -> None:
    plain = LabelStudio(base_url=url, api_key=key)
    client = Recorder(plain)
    me = client.users.whoami()
    assert me.organization_membership.role == "OW" and me.organization_membership.active
    own = me.active_organization
    assert me.active_organization_meta == {"title": me.email, "email": me.email}
    everything(client, url, own, me, certificate)
    tokens(client, url, kind, key, me)
    every = {call for part in PARTS for call in calls_of(plain, part)}
    missing = sorted(every - made - ELSEWHERE)
    assert not missing, f"never called: {missing}"
    assert not ELSEWHERE - every, f"the client has no such call: {sorted(ELSEWHERE - every)}"
    print(f"{len(every - ELSEWHERE)} calls with a {kind} key")


def everything(client: Any, url: str, own: int, me: Any, certificate: str) -> None:
    version = client.versions.get()
    assert version.edition == "Enterprise" and version.release
    ada = people(client, own, me)
    organization(client, own, me)
    members(client, own, me, ada)
    tags(client, own, me, ada)
    permissions_and_invitations(client, own)
    project = workspaces(client, own, me, ada)
    projects(client, url, me, ada, project)
    rules(client, project, certificate)
    settings(client, own, me)


def people(client: Any, own: int, me: Any) -> Any:
    """Users; the one who stays."""
    ada = client.users.create(
        username="ada@example.test", email="ada@example.test", first_name="Ada", last_name="Lovelace", password=ADAS
    )
    assert (ada.username, ada.first_name, ada.initials) == ("ada@example.test", "Ada", "AL")
    assert (ada.organization_membership.role, ada.organization_membership.organization_id) == ("AN", own)
    assert "already exists" in str(refused(400, lambda: client.users.create(username="ADA@example.test")).body)
    bea = client.users.create(username="bea@example.test")
    assert [user.email for user in client.users.list()] == [me.email, "ada@example.test", "bea@example.test"]
    assert [user.email for user in client.users.list(ordering="-id")][0] == "bea@example.test"
    changed = client.users.update(ada.id, first_name="Augusta", phone="+44 1")
    assert (changed.first_name, changed.last_name, changed.phone) == ("Augusta", "Lovelace", "+44 1")
    assert client.users.get(ada.id).first_name == "Augusta"
    assert client.users.get(me.id).email == me.email
    client.users.delete(bea.id)
    refused(404, lambda: client.users.get(bea.id))
    refused(405, lambda: client.users.delete(me.id))
    assert client.users.get_current_user().id == me.id
    assert client.users.update_current_user(first_name="Olga", last_name="Owner").initials == "OO"
    assert client.users.get_hotkeys().custom_hotkeys == {}
    assert client.users.update_hotkeys(custom_hotkeys={}).custom_hotkeys == {}
    return ada


def organization(client: Any, own: int, me: Any) -> None:
    assert [(one.id, one.title) for one in client.organizations.list()] == [(own, me.email)]
    found = client.organizations.get(own)
    assert (found.title, found.default_role, found.billing.manual_role_management) == (me.email, "AN", True)
    assert client.organizations.update(own, title="Circle", contact_info="x@example.test").title == "Circle"
    refused(404, lambda: client.organizations.get(own + 1))
    assert client.organizations.get(0).id == own
    default = client.organizations.update_default_role(own, default_role="RE")
    assert (default.organization, default.default_role) == (own, "RE")
    assert client.users.create(username="cid@example.test").organization_membership.role == "RE"
    options = client.organizations.api_organizations_memberships_filter_options_membership_list(own)
    assert options == client.organizations.api_organizations_memberships_filter_options_skills_list(own) == []


def members(client: Any, own: int, me: Any, ada: Any) -> None:
    there = client.organizations.members
    # Page after page, and one page after the last.
    listed = list(there.list(own, page_size=1))
    assert [(one.user.email, one.role) for one in listed] == [
        (me.email, "OW"), ("ada@example.test", "AN"), ("cid@example.test", "RE"),
    ]  # fmt: skip
    assert all(one.organization == own and one.role_source == "manual" for one in listed)
    assert [one.user.id for one in there.list(own, role=["AN", "OW"], search="ADA")] == [ada.id]
    assert [one.user.email for one in there.list(own, is_deleted=True)] == ["Deleted"]
    assert list(there.list(own, user_last_activity_gte=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC))) == []
    assert there.list_filtered(own, role=["RE"]).count == 1
    assert there.search(own, filters={"items": []}).count == 3
    assert (there.get_filter_schema(own).version, there.get_filter_schema(own).filters) == (1, [])
    changed = there.update(own, user_id=ada.id, role="MA")
    assert (changed.user.id, changed.role, changed.role_source, changed.user_type) == (ada.id, "MA", "manual", "standard")
    refused(403, lambda: there.update(own, user_id=me.id, role="AN"))
    refused(403, lambda: there.update(own, user_id=ada.id, role="OW"))
    place = there.get(own, ada.id)
    assert (place.user, place.organization) == (ada.id, own)
    refused(404, lambda: there.get(own, 999_999))
    dan = client.users.create(username="dan@example.test")
    there.delete(own, dan.id)
    refused(404, lambda: there.delete(own, dan.id))
    refused(405, lambda: there.delete(own, me.id))
    assert client.billing.info().billing_checks.users.count == 3


def tags(client: Any, own: int, me: Any, ada: Any) -> None:
    there = client.organizations.member_tags
    one = there.create(own, label="one")
    assert (one.label, one.organization, one.member_count, one.created_by.id) == ("one", own, 0, me.id)
    assert there.update(own, one.id, label="uno").label == there.get(own, one.id).label == "uno"
    assert there.bulk.post(own, labels=["uno", "due", "tre", "due"]).created == 2
    assert there.assign(own, all_=False, included=[ada.id], bulk_organization_member_tag_assignment_request_tags=[one.id]).assigned == 1
    assert there.get(own, one.id).member_count == 1
    assert [member.user.id for member in client.organizations.members.list(own, tags=[one.id])] == [ada.id]
    csv = b'email,tags\nada@example.test,"due,four"\nnobody@example.test,due\n'
    begun = there.import_(own, bulk_tags="", file=("tags.csv", csv, "text/csv"))
    done = there.get_import(own, begun.import_)
    assert (done.status, done.tags_created, done.assignments_created) == ("completed", 1, 2), done
    assert "nobody@example.test" in str(done.users_skipped)
    listed = {tag.label: tag.id for tag in there.list(own, page_size=100).results}
    assert sorted(listed) == ["due", "four", "tre", "uno"]
    assert there.list(own, search="FOU").count == 1
    assert there.bulk.delete(own, ids=[listed["due"], listed["tre"]]).deleted == 2
    there.delete(own, one.id)
    refused(404, lambda: there.get(own, one.id))
    ada_tags = [tag.label for member in client.organizations.members.list(own, search="ada@") for tag in member.tags]
    assert ada_tags == ["four"]


def permissions_and_invitations(client: Any, own: int) -> None:
    there = client.organizations.permissions
    options = {one.permission: one for one in there.get_options(own)}
    assert options["invite_members"].default == ["AD", "MA"] and set(options) >= {"create_api_tokens"}
    assert there.list(own) == []
    assert there.create(own, permission="invite_members", roles=["AD"]).roles == ["OW", "AD"]
    assert [one.permission for one in there.list(own)] == ["invite_members"]
    assert there.get(own, "invite_members").roles == ["OW", "AD"]
    assert there.replace(own, "invite_members", permission="invite_members", roles=["RE"]).roles == ["OW", "RE"]
    assert there.update(own, "invite_members", roles=["MA", "AD"]).roles == ["OW", "AD", "MA"]
    there.delete(own, "invite_members")
    refused(404, lambda: there.get(own, "invite_members"))

    invites = client.organizations.invites
    first = invites.get_invite_link()
    assert first.invite_url.endswith(f"/user/signup/?token={first.token}")
    second = client.organizations.reset_token()
    assert second.token not in ("", first.token) and invites.get_invite_link().token == second.token
    invites.send_email(emails=["eve@example.test"], role="AN")
    invites.revoke_invite(email="eve@example.test")
    refused(404, lambda: invites.revoke_invite(email="eve@example.test"))


def workspaces(client: Any, own: int, me: Any, ada: Any) -> int:
    """Workspaces; the number of a project."""
    there = client.workspaces
    space = there.create(title="Space", color="#00ff00")
    assert (space.title, space.color, space.is_personal, space.created_by) == ("Space", "#00ff00", False, me.id)
    gone = there.create(title="Gone")
    assert there.update(space.id, title="Room", description="Quiet").description == "Quiet"
    assert [one.title for one in there.list()] == ["Room", "Gone"]
    there.delete(gone.id)
    refused(404, lambda: there.get(gone.id))
    joined = there.members.create(space.id, user=ada.id)
    assert (joined.user, joined.workspace) == (ada.id, space.id)
    assert [one.user.email for one in there.members.list(space.id)] == ["ada@example.test"]
    there.members.delete(space.id, user_id=ada.id)
    assert there.members.list(space.id) == []
    assert there.members.bulk.post(space.id, all_=False, included=[ada.id]).assignments == 1
    assert [one.id for one in there.members.paginated.list(space.id, page_size=1)] == [ada.id]
    assert there.members.bulk.delete(space.id, all_=True).deleted == 1
    assert list(there.members.paginated.list(space.id)) == []

    project = client.projects.create(title="Stones", description="Count them")
    assert (project.title, project.description) == ("Stones", "Count them")
    there.projects.add(space.id, project=project.id)
    assert [one.title for one in there.projects.list(space.id)] == ["Stones"]
    assert there.get(space.id).projects_count == 1
    # With projects in it a workspace stays.
    refused(400, lambda: there.delete(space.id))
    there.projects.remove(space.id, project=project.id)
    assert there.projects.list(space.id) == []
    return int(project.id)


def projects(client: Any, url: str, me: Any, ada: Any, project: int) -> None:
    there = client.projects
    second = there.create(title="Second").id
    assert [one.title for one in there.list(page_size=1)] == ["Stones", "Second"]
    assert [one.id for one in there.list(ids=str(second))] == [second]
    assert [one.title for one in there.list(search="SECO")] == ["Second"]
    assert there.update(second, title="Other").title == there.get(second).title == "Other"
    there.delete(second)
    refused(404, lambda: there.get(second))

    client.organizations.members.update(client.organizations.list()[0].id, user_id=ada.id, role="AN")
    members = there.members
    assert members.add(project, user=ada.id).user == ada.id
    within = {one.id: one for one in members.paginated.list(project, page_size=1)}
    assert within[me.id].implicit_member and not within[ada.id].implicit_member
    members.remove(project, user=ada.id)
    assert ada.id not in [one.id for one in members.paginated.list(project)]
    assert members.bulk.post(project, all_=False, included=[ada.id]).assignments == 1
    role = there.roles.add(project=project, user=ada.id, role="RE")
    assert (role.project, role.user, role.role, role.role_source) == (project, ada.id, "RE", "manual")
    assert [(one.user, one.role) for one in there.roles.get(project)] == [(ada.id, "RE")]
    # One's own: nobody has said anything of the Owner, and Ada signs in with her password for a key of hers.
    assert there.roles.list(ids=[project]) == []
    adas = OldClient(url=url, credentials=ClientCredentials(email=ada.email, password=ADAS)).api_key
    own = LabelStudio(base_url=url, api_key=adas).projects.roles.list(ids=[project])
    assert [(one.project, one.user, one.role) for one in own] == [(project, ada.id, "RE")]
    exported = b"".join(members.export_csv(project)).decode().splitlines()
    assert exported[0].startswith("id,email,") and any("ada@example.test" in line for line in exported)
    there.roles.remove(role.id)
    assert there.roles.get(project) == []
    assert members.bulk.delete(project, all_=True).deleted == 1


def rules(client: Any, project: int, certificate: str) -> None:
    saml, scim = client.sso.saml, client.sso.scim
    client.workspaces.create(title="Barn")
    wanted: dict[str, Any] = {
        "roles_groups": [["Manager", "team"], ["Annotator", "crowd"]],
        "workspaces_groups": [["Barn", "team"]],
        "projects_groups": [{"project_id": project, "group": "crowd", "role": "Reviewer"}],
    }
    saved = scim.update(**wanted)
    read = scim.get()
    for one in (saved, read):
        assert one.roles_groups == wanted["roles_groups"], one
        assert one.workspaces_groups == wanted["workspaces_groups"], one
        assert [(rule.project_id, rule.group, rule.role) for rule in one.projects_groups] == [(project, "crowd", "Reviewer")]
    refused(400, lambda: scim.update(workspaces_groups=[["Nowhere", "team"]]))

    unset = saml.get()
    assert unset.acs_url.endswith(f"/saml/{unset.token}/acs") and unset.login_url.endswith(f"/saml/{unset.token}/login")
    saved = saml.update(idp_provider="okta", mapping_email="email", metadata_xml=METADATA.format(certificate))
    assert (saved.idp_provider, saved.mapping_email) == ("okta", "email")
    assert saml.get().roles_groups == wanted["roles_groups"]
    assert saml.validate_metadata_url(metadata_url="https://127.0.0.1:1/metadata").valid is False
    saml.reset()
    assert (saml.get().idp_provider, saml.get().token, scim.get().roles_groups) == (unset.idp_provider, unset.token, [])


def settings(client: Any, own: int, me: Any) -> None:
    before = client.session_policy.get()
    changed = client.session_policy.update(max_session_age=600, max_time_between_activity=60)
    assert (changed.max_session_age, changed.max_time_between_activity) == (600, 60)
    client.session_policy.update(
        max_session_age=before.max_session_age, max_time_between_activity=before.max_time_between_activity
    )
    tokens = client.jwt_settings.update(api_token_ttl_days=30, api_tokens_enabled=True, legacy_api_tokens_enabled=True)
    assert (tokens.api_token_ttl_days, client.jwt_settings.get().api_token_ttl_days) == (30, 30)
    logs: Any = client.activity_logs.list(user=me.id, page_size=100)
    assert logs["recordsTotal"] >= len(logs["data"]) > 10
    assert all(entry["email"] == me.email and entry["organization_id"] == own for entry in logs["data"])
    assert logs["data"][0]["extra_data"]["kind"] == "token_settings.changed"


def tokens(client: Any, url: str, kind: str, key: str, me: Any) -> None:
    """The last: keys end here."""
    legacy = client.users.get_token()
    assert legacy.detail == legacy.token
    if kind == "legacy":
        assert legacy.token == key
        personal = client.tokens.create().token
    else:
        personal = key
        # One at a time; the client asks three times before it believes it.
        refused(409, client.tokens.create)
    assert [one.token for one in client.tokens.list()] == [personal.rpartition(".")[0]]
    assert client.tokens.refresh(refresh=personal).access.count(".") == 2
    rotated = client.tokens.rotate(refresh=personal).refresh
    assert rotated != personal
    refused(401, lambda: LabelStudio(base_url=url, api_key=personal).users.whoami())
    newer = Recorder(LabelStudio(base_url=url, api_key=rotated))
    assert newer.users.whoami().id == me.id
    again = newer.users.reset_token().token
    refused(401, lambda: LabelStudio(base_url=url, api_key=legacy.token).users.whoami())
    last = Recorder(LabelStudio(base_url=url, api_key=again))
    assert last.users.whoami().id == me.id
    last.tokens.blacklist(refresh=rotated)
    refused(404, lambda: last.tokens.blacklist(refresh=rotated))
    refused(401, lambda: LabelStudio(base_url=url, api_key=rotated).users.whoami())
    assert last.tokens.list() == []


if __name__ == "__main__":
    main(*sys.argv[1:])
