"""Many clients at once change one group, and no change is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from harness import Rollright

CLIENTS = 32
EACH = 25


def test_eight_hundred_adds_by_32_clients_are_all_there(server: Rollright) -> None:
    """32 clients each PATCH 25 members of their own into one group, one by one, at the same time: none is lost.

    Then half of them are taken out in the same way, and the other half is what remains.
    """
    token = server.scim_token()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [server.scim(token) for _ in range(CLIENTS)]

        def people(client: int) -> list[str]:
            return [str(clients[client].create_user(f"member-{client}-{n}@example.test")["id"]) for n in range(EACH)]

        own = list(pool.map(people, range(CLIENTS)))
        group = f"/Groups/{clients[0].create_group('everybody')['id']}"

        def add(client: int) -> list[str]:
            answers = [
                clients[client].change(group, {"op": "add", "path": "members", "value": [{"value": id}]}) for id in own[client]
            ]
            return [f"{one.status_code} {one.text[:300]}" for one in answers if one.status_code not in (200, 204)]

        refused = [one for some in pool.map(add, range(CLIENTS)) for one in some]
        assert not refused, f"{len(refused)} adds were refused, the first: {refused[0]}"
        everybody = {id for some in own for id in some}
        assert len(everybody) == CLIENTS * EACH
        assert members(server, token, group) == everybody

        def remove(client: int) -> list[str]:
            paths = [f'members[value eq "{id}"]' for id in own[client][::2]]
            answers = [clients[client].change(group, {"op": "remove", "path": path}) for path in paths]
            return [f"{one.status_code} {one.text[:300]}" for one in answers if one.status_code not in (200, 204)]

        refused = [one for some in pool.map(remove, range(CLIENTS)) for one in some]
        assert not refused, f"{len(refused)} removals were refused, the first: {refused[0]}"
        assert members(server, token, group) == {id for some in own for id in some[1::2]}


def members(server: Rollright, token: str, group: str) -> set[str]:
    """Who is in the group, each once."""
    listed = [str(one["value"]) for one in server.scim(token).request("GET", group).json().get("members", [])]
    assert len(listed) == len(set(listed)), "a member is in the group twice"
    return set(listed)
