"""schemathesis drives the server by its own description: nothing fails, and no answer has a status that is not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import processes
from harness import Rollright

SCHEMATHESIS = Path(sys.executable).with_name("st")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"


def drive(server: Rollright, work: Path, token: str, *selection: str) -> None:
    """Ten examples for each operation, and each limit of its description; the same ones at every run."""
    done = subprocess.run(
        [str(SCHEMATHESIS), "run", server.url("/openapi.json"), "--header", f"Authorization: Bearer {token}"]
        + ["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "10"]
        + ["--generation-deterministic", "--continue-on-failure", "--warnings", "off", "--no-color"]
        + list(selection),
        cwd=work,
        env={**processes.plain_environment(work), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{done.stdout[-12000:]}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize(
    "selection",
    [
        # What one does to oneself comes last in life, not in between: it would end the token.
        pytest.param(("--exclude-path-regex", "^/scim/"), id="rest"),
        # POST /Me is 501, as RFC 7644 section 3.11 has it.
        pytest.param(("--include-path", "/scim/v2/Me", "--exclude-method", "POST"), id="me"),
        pytest.param(("--include-path-regex", "^/scim/", "--exclude-path", "/scim/v2/Me"), id="scim"),
    ],
)
def test_every_answer_is_one_that_is_described(server: Rollright, work: Path, selection: tuple[str, ...]) -> None:
    """The REST API and the pages with the owner's token, /Me too; SCIM with a SCIM token."""
    token = server.scim_token() if selection[-1] == "/scim/v2/Me" else server.user_token
    drive(server, work, token, *selection)
