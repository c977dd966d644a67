"""`rollright demo`, as somebody sees it who tries it out: its printed link, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

import processes
from browser import Window
from databases import Database
from harness import BINARY


@pytest.fixture
def link(storage: Database, work: Path) -> Iterator[str]:
    """The one link that a running demo prints; at its end the demo stops cleanly and leaves nothing."""
    log, said = work / "demo.log", work / "demo.out"
    database = ["--database-url", storage.url] if storage.url else []
    demo = processes.begin(
        [BINARY, "demo", *database], log=log, stdout=said, environment=processes.plain_environment(work)
    )
    try:

        def links() -> list[str]:
            assert demo.poll() is None, log.read_text()
            return re.findall(r"http://\S+", said.read_text())

        processes.wait_until(lambda: bool(links()), "the demo prints its link", seconds=60)
        found = links()
        assert len(found) == 1, "one link"
        assert "not for production" in said.read_text()
        yield found[0].rstrip("/")
        assert processes.end(demo) == 0, log.read_text()
        assert not list(work.glob("rollright-demo-*")), "the temporary directory is removed"
    finally:
        processes.end(demo)


@pytest.fixture
def demo(browser: Browser, link: str) -> Iterator[Window]:
    """Somebody's browser, at the demo's page."""
    opened = Window(browser, link)
    opened.open("/")
    yield opened
    opened.close()


def row(page: Page, name: str) -> str:
    """What the page says of a member."""
    return " ".join(page.locator("tr", has=page.get_by_text(name, exact=True)).first.inner_text().split())


def choose(demo: Window, form: str, **fields: str) -> None:
    """Chooses in the selects of a form, by the beginning of what stands there."""
    for name, begin in fields.items():
        select = demo.page.locator(f"form[action='{form}'] [name='{name}']")
        value = select.locator("option", has_text=begin).first.get_attribute("value")
        select.select_option(value)


def test_somebody_hires_moves_renames_and_fires_and_sees_why(demo: Window) -> None:
    """Each button, and the reason beside each member; every page held to what every page promises."""
    assert "not for production" in demo.text()
    demo.page.locator("form[action='/hire'] [name=name]").fill("Kim Coral")
    choose(demo, "/hire", team="Reviewers")
    demo.press("Hire")
    assert "Reviewer" in row(demo.page, "Kim Coral")
    assert 'the group "Reviewers" gives Reviewer' in row(demo.page, "Kim Coral")
    choose(demo, "/move", person="Ada Flint", team="Team leads")
    demo.press("Move")
    assert "Manager was Annotator" in row(demo.page, "Ada Flint")
    demo.picture("demo")
    choose(demo, "/rename", team="Team leads")
    demo.page.locator("form[action='/rename'] [name=name]").fill("Stewards")
    demo.press("Rename")
    assert 'the group "Stewards" gives Manager' in row(demo.page, "Ada Flint")
    choose(demo, "/accent", accent="Entra ID")
    demo.press("Change")
    choose(demo, "/fire", person="Ada Flint")
    demo.press("Fire")
    assert "Deactivated was Manager the directory says" in row(demo.page, "Ada Flint")
    choose(demo, "/move", person="Ben Slate", team="Annotators")
    demo.press("Move", status=400)
    assert "in this team already" in demo.text()


def test_what_happens_elsewhere_is_seen_without_doing_anything(demo: Window) -> None:
    """The list of members changes by itself."""
    done = requests.post(f"{demo.origin}/hire", data={"name": "Noa Onyx", "team": "1"}, timeout=30)
    assert done.status_code == 200
    demo.page.locator("#live").get_by_text("noa.onyx@stones.example").wait_for()


@pytest.mark.parametrize("by", ["By SAML", "By OpenID Connect"])
def test_whoever_is_fired_is_out_in_the_same_moment(demo: Window, browser: Browser, by: str) -> None:
    """A real sign-in through the pretend provider, in another tab; then the person is fired."""
    other = browser.new_context()
    try:
        page = other.new_page()
        page.goto(demo.origin)
        page.locator("#sign-in-person").select_option(label="Eva Quartz")
        with page.expect_popup() as opened:
            page.get_by_role("button", name=by).click()
        home = opened.value
        home.get_by_role("button", name="Sign out").wait_for()
        assert home.url.startswith("http://127.0.0.1:") and not home.url.startswith(demo.origin)
        assert "Reviewer" in home.locator("body").inner_text()
        page.get_by_text("This browser is signed in").wait_for()
        choose(demo, "/fire", person="Eva Quartz")
        demo.press("Fire")
        home.reload()
        assert "/user/login" in home.url, home.url
        page.get_by_text("That session has ended").wait_for()
    finally:
        other.close()
