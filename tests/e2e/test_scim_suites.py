"""Two conformance suites by others find nothing wrong with the running server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from harness import Rollright

TOOLS = Path(sys.executable).parent


def run_tool(server: Rollright, *command: str, **secrets: str) -> subprocess.CompletedProcess[str]:
    """Runs a tool of this Python environment; secrets go through its environment."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(server.work), "NO_COLOR": "1", **secrets}
    return subprocess.run(
        [str(TOOLS / command[0]), *command[1:]],
        env=environment,
        cwd=server.work,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_scim2_cli_finds_every_check_a_success(server: Rollright) -> None:
    """`scim2 test` (scim2-cli with scim2-tester): every single check says SUCCESS, and there are as many as there should be."""
    done = run_tool(
        server,
        "scim2",
        "--url",
        server.url("/scim/v2"),
        "test",
        "--verbose",
        SCIM_CLI_HEADERS=f"Authorization: Bearer {server.scim_token()}",
    )
    said = re.findall(r"^(SUCCESS|COMPLIANT|ACCEPTABLE|DEVIATION|ERROR|CRITICAL|SKIPPED) (.*)$", done.stdout, re.MULTILINE)
    # What is printed between two checks is why the first of them says what it says.
    parts = re.split(r"^(?=[A-Z]+ )", done.stdout, flags=re.MULTILINE)
    other = [one.strip()[:1500] for one in parts[1:] if not one.startswith("SUCCESS ")]
    reasons = "\n".join(other)
    assert not other, f"{len(other)} of {len(said)} checks are no success:\n{reasons}"
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    print(f"{len(said)} checks, each a success")
    # Fewer would mean that the suite did not find what to check: a server that says nothing passes nothing.
    assert len(said) > 100, f"only {len(said)} checks ran"


def test_scim_sanity_finds_no_deviation_in_strict_mode(server: Rollright) -> None:
    """`scim-sanity probe --strict`: nothing fails, nothing warns; only the draft's agent types are skipped."""
    done = run_tool(
        server,
        "scim-sanity",
        "probe",
        server.url("/scim/v2"),
        "--token",
        # It adds a member that does not exist and wants success; the strict profile refuses that.
        server.scim_token(profile="lenient"),
        "--strict",
        "--json-output",
        "--user-domain",
        "example.test",
        "--i-accept-side-effects",
    )
    assert done.stdout.lstrip().startswith("{"), f"no report: {done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    report = json.loads(done.stdout)
    bad = [one for one in report["results"] if one["status"] in ("fail", "error", "warn")]
    skipped = [one["name"] for one in report["results"] if one["status"] == "skip"]
    assert report["mode"] == "strict"
    assert not bad, f"{len(bad)} deviations: {json.dumps(bad, indent=1)}"
    assert all(name.startswith("Agent") for name in skipped), f"skipped: {skipped}"
    assert report["summary"]["passed"] >= 20, f"only {report['summary']['passed']} checks ran"
    assert done.returncode == 0, f"exit status {done.returncode}"
