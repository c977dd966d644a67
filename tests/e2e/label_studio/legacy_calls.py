"""What Label Studio's old client, which its package still brings, asks of members and workspaces.

Run as `calls.py` is: `legacy_calls.py URL KEY E-MAIL PASSWORD`. Its models refuse what lacks a field or has null in it.
"""

from __future__ import annotations

import sys
from typing import Any

from label_studio_sdk._legacy import Client
from label_studio_sdk._legacy.users import User, UserRole


def main(url: str, key: str, email: str, password: str) -> None:
    client = Client(url=url, api_key=key)
    assert client.is_enterprise, client.versions
    assert client.check_connection() == {"status": "UP"}
    # With a password the client signs in as a browser does, and reads the key.
    by_password = Client(url=url, credentials=_credentials(email, password))
    assert by_password.api_key == key

    made = client.create_user(User.model_construct(username="ada@example.test", email="ada@example.test", first_name="Ada",
                                                   last_name="Lovelace", phone="1"))  # fmt: skip
    assert (made.email, made.phone, made.org_membership[0].role) == ("ada@example.test", "1", UserRole.ANNOTATOR)
    assert client.create_user({"username": "ada@example.test", "email": "ada@example.test"}) is None
    users = {user.email: user for user in client.get_users()}
    assert sorted(users) == ["ada@example.test", email]
    assert users[email].org_membership[0].role is UserRole.OWNER
    made.set_role(UserRole.REVIEWER)
    assert {user.email: user for user in client.get_users()}["ada@example.test"].org_membership[0].role is UserRole.REVIEWER
    organization = client.get_organization()
    assert organization["title"] == email and organization["id"] == made.active_organization

    response: Any = client.make_request("POST", "/api/workspaces", json={"title": "Room"})
    assert response.status_code == 201
    (workspace,) = client.get_workspaces()
    assert (workspace.title, workspace.color, workspace.is_personal) == ("Room", "#FFFFFF", False)
    assert client.get_workspace_by_title("Room").id == workspace.id
    assert workspace.add_user(made) == {"user": made.id, "workspace": workspace.id}
    path = f"/api/workspaces/{workspace.id}/memberships"
    assert [one["user"]["id"] for one in client.make_request("GET", path).json()] == [made.id]
    workspace.remove_user(made)
    assert client.make_request("GET", path).json() == []

    project = client.start_project(title="Stones")
    assert [one.id for one in client.list_projects()] == [project.id]
    assert client.get_project(project.id).title == "Stones"
    project.add_member(made)
    assert made.id in [user.id for user in project.get_members()]
    project.set_params(title="Other", workspace=workspace.id)
    assert [one.title for one in workspace.get_projects()] == ["Other"]
    assert client.delete_project(project.id).status_code == 204
    assert client.list_projects() == []
    print("the old client is served")


def _credentials(email: str, password: str) -> Any:
    from label_studio_sdk._legacy.client import ClientCredentials

    return ClientCredentials(email=email, password=password)


if __name__ == "__main__":
    main(*sys.argv[1:])
