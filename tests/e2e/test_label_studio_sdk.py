"""Label Studio's own Python client, unmodified, from its own environment: every call that it has for members and roles."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness import OWNER, Rollright
from idps.provider import make_key

SCRIPTS = Path(__file__).with_name("label_studio")


def told(script: str, *arguments: str) -> str:
    """What a script says that drives the client and judges what comes back."""
    done = subprocess.run(
        [os.environ["LABEL_STUDIO_PYTHON"], str(SCRIPTS / script), *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    return done.stdout.strip()


@pytest.mark.parametrize("kind", ["legacy", "personal"])
def test_every_call_of_the_client_is_answered_as_it_expects(server: Rollright, work: Path, kind: str) -> None:
    """With a user token, and with a personal access token, which the client exchanges for short ones by itself."""
    key = server.user_token
    if kind == "personal":
        key = server.api("POST", "/api/token/", expect=201)["token"]
    _, pem = make_key(work, "idp")
    certificate = "".join(line for line in pem.read_text().splitlines() if "CERTIFICATE" not in line)
    said = told("calls.py", server.url(), kind, key, certificate)
    assert said == f"93 calls with a {kind} key"


def test_the_old_client_is_served_too(server: Rollright) -> None:
    """Its models take no null, and it finds out by the version whether there are workspaces."""
    assert told("legacy_calls.py", server.url(), server.user_token, OWNER, server.password) == "the old client is served"
