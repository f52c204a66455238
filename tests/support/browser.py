"""A real browser, Debian's Chromium, which opens a report as its readers do: from a file, and without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.tools import command, need_tools, npm_packages, package

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """Opens pages and says what they show; a script that is run here returns what it evaluates to."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, path: Path, *, dark: bool = False, width: int = 1400, scripts: bool = True, view: str = "") -> None:
        """Load a page anew, for a reader with this screen; `view` is the fragment of its address."""
        screen = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.driver.get("about:blank")  # or else only the fragment would change
        self._log("browser"), self._log("performance")  # those of the page before
        self.driver.get(path.as_uri() + view)

    def run(self, script: str, *values: object) -> Any:
        """What a script evaluates to; `arguments` are the values."""
        return self.driver.execute_script(f"return {script}", *values)

    def texts(self, selector: str) -> list[str]:
        """The text of each element that is shown, each stretch of white space as one blank."""
        script = """[...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility())
            .map((one) => one.innerText.replace(/\\s+/g, " ").trim())"""
        self.settle()
        found: list[str] = self.run(script, selector)
        return found

    def settle(self) -> None:
        """Wait until what was changed has been painted."""
        script = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0])))"
        self.driver.execute_async_script(script)

    def click(self, selector: str) -> None:
        """Click the first of these elements."""
        self.driver.find_element("css selector", selector).click()

    def enter(self, selector: str) -> None:
        """Go to the first of these elements by keyboard and press the Enter key."""
        self.run("document.querySelector(arguments[0]).focus()", selector)
        self.press("\ue007")

    def type(self, selector: str, text: str) -> None:
        """Write into a field in place of what is there."""
        field = self.driver.find_element("css selector", selector)
        field.clear()
        field.send_keys(text)

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        self.driver.switch_to.active_element.send_keys(key)

    def travel(self, steps: int) -> None:
        """Go back or forward on this page, and wait until it is told: the answer of the driver comes earlier."""
        script = "addEventListener('popstate', () => arguments[1](), {once: true}); history.go(arguments[0])"
        self.driver.execute_async_script(script, steps)

    def complaints(self) -> list[str]:
        """What the console says, faults of scripts and of the Content-Security-Policy among it."""
        self.settle()
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """The addresses that the page tried to reach since the last look, in vain or not."""
        self.settle()
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def _log(self, name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call]  # of selenium
        return entries

    def violations(self) -> list[tuple[str, str]]:
        """What axe-core objects to: its rule, and the first element that breaks it."""
        axe = npm_packages("axe-core@4.11.0") / "axe-core" / "axe.min.js"
        self.driver.execute_script(axe.read_text("utf-8"))
        script = "const done = arguments[0]; axe.run().then((found) => done(found.violations))"
        found = self.driver.execute_async_script(script)
        return [(one["id"], one["nodes"][0]["html"]) for one in found]


def need_browser() -> None:
    """Skip the module that calls this without `--tools`, without a browser, or without a driver for it."""
    need_tools("a browser takes several seconds")
    command("chromium")
    command("chromedriver")
    package("selenium")


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, closed at the end."""
    webdriver = package("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = command("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=command("chromedriver")))
    try:
        driver.set_script_timeout(60)
        yield Browser(driver)
    finally:
        driver.quit()
