"""A server for each test, on each engine; at its end the server stops cleanly and its books are right."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from databases import ENGINES, Database, database
from harness import Rollright
from idp import SimpleSamlPhp

# Asked to end, we end as after Ctrl-C: with every program that was started ended first.
signal.signal(signal.SIGTERM, signal.default_int_handler)

LOGS = pytest.StashKey[list[Path]]()


@pytest.fixture
def work() -> Iterator[Path]:
    """A temporary folder of the test's own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rollright-e2e-") as folder:
        yield Path(folder)


@pytest.fixture(params=ENGINES)
def storage(request: pytest.FixtureRequest, work: Path) -> Iterator[Database]:
    """An empty database, of each engine in turn."""
    data = work / "data"
    data.mkdir()
    with database(request.param, data) as made:
        yield made


@pytest.fixture
def stopped(request: pytest.FixtureRequest, storage: Database, work: Path) -> Iterator[Rollright]:
    """A server that was never started. However the test leaves it, it stops cleanly and doctor finds nothing."""
    server = Rollright(storage, work)
    logs(request.node).append(server.log)
    try:
        yield server
        server.stop()
        if server.was_ready:
            server.verify()
    finally:
        server.discard()


@pytest.fixture
def server(stopped: Rollright) -> Rollright:
    """A running server with its first account."""
    stopped.start()
    return stopped


@pytest.fixture
def idp(request: pytest.FixtureRequest, work: Path) -> Iterator[SimpleSamlPhp]:
    """A running identity provider that knows no service provider yet."""
    folder = work / "idp"
    folder.mkdir()
    provider = SimpleSamlPhp(folder)
    logs(request.node).append(provider.log)
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()


def logs(node: pytest.Item) -> list[Path]:
    """The logs to show where this test fails."""
    return node.stash.setdefault(LOGS, [])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows what the programs under test wrote, where a test failed."""
    report = yield
    if report.failed:
        for log in item.stash.get(LOGS, []):
            if log.exists():
                report.sections.append((f"end of {log.name}", log.read_text(errors="replace")[-12000:]))
    return report
