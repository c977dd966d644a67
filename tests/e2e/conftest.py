"""A server for each test, on each engine; at its end the server stops cleanly and its books are right."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser

from browser import Window, chromium
from databases import ENGINES, Database, database
from harness import Rollright
from idps import LemonLdap, OidcProviderJs, Provider, Samlp, SimpleSamlPhp

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that runs."""
    with chromium() as running:
        yield running


@pytest.fixture
def window(browser: Browser, server: Rollright) -> Iterator[Window]:
    """Somebody's browser, at the server."""
    opened = Window(browser, server.url())
    yield opened
    opened.close()


P = TypeVar("P", bound=Provider)


@contextmanager
def running(kind: type[P]) -> Iterator[P]:
    """An identity provider that runs, in a temporary folder of its own."""
    with tempfile.TemporaryDirectory(prefix="rollright-e2e-") as folder:
        provider = kind(Path(folder))
        try:
            provider.start()
            yield provider
        finally:
            provider.stop()


@pytest.fixture(scope="session")
def simplesamlphp() -> Iterator[SimpleSamlPhp]:
    """SimpleSAMLphp, running."""
    with running(SimpleSamlPhp) as provider:
        yield provider


@pytest.fixture(scope="session")
def lemonldap() -> Iterator[LemonLdap]:
    """LemonLDAP::NG, running."""
    with running(LemonLdap) as provider:
        yield provider


@pytest.fixture(scope="session")
def samlp() -> Iterator[Samlp]:
    """samlp, running."""
    with running(Samlp) as provider:
        yield provider


@pytest.fixture(scope="session")
def oidc_provider() -> Iterator[OidcProviderJs]:
    """oidc-provider, running."""
    with running(OidcProviderJs) as provider:
        yield provider


@pytest.fixture
def idp(simplesamlphp: SimpleSamlPhp) -> SimpleSamlPhp:
    """The identity provider of tests that need any: SimpleSAMLphp."""
    return simplesamlphp


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
        providers = [one.log for one in getattr(item, "funcargs", {}).values() if isinstance(one, Provider)]
        for log in [*item.stash.get(LOGS, []), *providers]:
            if log.exists():
                report.sections.append((f"end of {log.name}", log.read_text(errors="replace")[-12000:]))
    return report
