"""A real browser: Debian's Chromium, driven by Playwright. Every page that it opens is held to what every page promises."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 860}
# A page without its cache is lighter than this.
HEAVIEST = 150_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, with nothing of an earlier one."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="rollright-browser-") as home:
        # Debian's starting script compares numbers and writes to the home folder.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "HOME": home})
        try:
            yield browser
        finally:
            browser.close()


@cache
def axe() -> str:
    """The text of axe, which finds what some people cannot use."""
    return (Path(os.environ["NODE_IDPS"]) / "axe-core" / "axe.min.js").read_text()


class Window:
    """Somebody's browser. What it does ends with a look at the page that came."""

    def __init__(self, browser: Browser, origin: str, *, script: bool = True) -> None:
        self._browser, self.origin, self._script = browser, origin, script
        self.context: BrowserContext = browser.new_context(
            base_url=origin, java_script_enabled=script, viewport=DESKTOP, reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"]
        )
        self.page: Page = self.context.new_page()
        self._said: list[str] = []
        self._method, self._status, self._policy, self._weight = "", 0, "", 0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._said.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self._said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("response", self._answered)
        self.context.on("request", self._asked)

    def close(self) -> None:
        """Ends it."""
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        # The page itself, where it is a refusal, is told of as well.
        expected = "Failed to load resource" in message.text and message.location.get("url") == self.page.url
        if message.type in ("error", "warning") and not expected:
            self._said.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", self.origin + "/")):
            self._said.append(f"a request leaves: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self._method, self._status = response.request.method, response.status
            self._policy = response.headers.get("content-security-policy", "")
            self._weight = 0
        size = response.headers.get("content-length")
        self._weight += int(size or 0)

    # What somebody does

    def open(self, path: str, *, status: int = 200) -> Page:
        """Opens a path."""
        self.page.goto(self.origin + path)
        return self.look(status)

    def press(self, name: str, *, status: int = 200, within: str = "main") -> Page:
        """Presses a button or follows a link by its whole name, and waits for the page that comes."""
        where = self.page.locator(within)
        button = where.get_by_role("button", name=name, exact=True)
        target = button if button.count() else where.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            target.first.click()
        return self.look(status)

    def fill(self, **fields: str) -> None:
        """Fills in fields by their names."""
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def sign_in(self, email: str, password: str, at: str = "/user/login") -> Page:
        """Signs in: first the address, then the password."""
        self.open(at)
        self.fill(email=email)
        self.press("Continue")
        self.fill(password=password)
        return self.press("Sign in")

    def text(self) -> str:
        """What stands in the page."""
        return self.page.locator("body").inner_text()

    def path(self) -> str:
        """Where we are."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def forget(self) -> None:
        """Passes over what was heard until now: another tab was at another server, as it should."""
        self._said.clear()

    # What every page promises

    def look(self, status: int = 200) -> Page:
        """Holds the page to what every page promises."""
        here = self.page.url
        assert self._status == status, f"{here}: {self._status}, not {status}\n{self.text()[:500]}"
        assert self._policy.startswith(POLICY) and "unsafe" not in self._policy, f"{here}: {self._policy}"
        assert not self._said, f"{here}: {self._said}"
        assert self._weight < HEAVIEST, f"{here} weighs {self._weight}"
        if self._script:
            self._for_everybody(here)
            self._without_script()
        return self.page

    def _for_everybody(self, here: str) -> None:
        found = self._axe({"resultTypes": ["violations"]})
        assert not found, f"{here}: {found}"
        self.page.emulate_media(color_scheme="dark")
        found = self._axe({"runOnly": ["color-contrast"]})
        assert not found, f"{here}, dark: {found}"
        self.page.set_viewport_size(PHONE)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{here}: on a phone it is {wide} pixels too wide"
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)

    def _axe(self, options: dict[str, Any]) -> list[str]:
        self.page.evaluate(axe())
        result = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['id']}: {[node['html'] for node in one['nodes']][:3]}"
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
        ]

    def _without_script(self) -> None:
        """The same page without script has the same heading and the same forms."""
        # What answers a form cannot be asked for again.
        if self._method != "GET" or self._status != 200:
            return
        plain = Window(self._browser, self.origin, script=False)
        try:
            plain.context.add_cookies(self.context.cookies())
            shape = "[...document.querySelectorAll('h1, form, input, select, textarea')].map(one => one.tagName + (one.name ?? '')).join()"
            plain.page.goto(self.page.url)
            assert plain.page.evaluate(shape) == self.page.evaluate(shape), f"{self.page.url} without script"
            assert not plain._said, f"{self.page.url} without script: {plain._said}"
        finally:
            plain.close()

    def picture(self, name: str) -> None:
        """Keeps pictures of the page, where a folder for them is named."""
        folder = os.environ.get("ROLLRIGHT_SCREENSHOTS")
        if not folder:
            return
        for ending, scheme, size in (("", "light", DESKTOP), ("-dark", "dark", DESKTOP), ("-phone", "light", PHONE)):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.screenshot(path=f"{folder}/{name}{ending}.png", animations="disabled")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
