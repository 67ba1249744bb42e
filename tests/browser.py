"""A headless Chromium, driven over WebDriver (W3C Recommendation) with what the standard library has: a dozen commands need no client."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "about:blank", "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-sync",
)  # fmt: skip


def installed() -> tuple[str, str] | None:
    """The browser and its driver; None where one of them is missing."""
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """One browser with one window."""

    def __init__(self, browser: str, driver: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="jwtdoctor-browser-", ignore_cleanup_errors=True)
        self._driver = subprocess.Popen(
            [driver, "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "HOME": self._folder.name},
        )
        self._base = f"http://127.0.0.1:{self._port()}"
        options = {
            "binary": browser,
            "args": [*ARGUMENTS, f"--user-data-dir={self._folder.name}/profile"],
        }
        capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self._session = ""
        self._session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]
        # The first tab shows a page of the browser's own, which goes on loading for a while.
        self._call("POST", "/url", {"url": "about:blank"})

    def _port(self) -> str:
        """The driver says on which port it listens, among other lines."""
        assert self._driver.stdout is not None
        deadline = time.monotonic() + 30
        for line in self._driver.stdout:
            if "started successfully on port" in line:
                return line.rstrip(".\n ").rpartition(" ")[2]
            if time.monotonic() > deadline:
                break
        raise RuntimeError("chromedriver did not start")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        data = None if method == "GET" else json.dumps(body or {}).encode()
        url = f"{self._base}/session/{self._session}{path}" if self._session else f"{self._base}{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.loads(answer.read())["value"]

    def open(self, page: Path) -> None:
        """Load a file."""
        self._call("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str, *arguments: object) -> Any:
        """What a function body of JavaScript returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command: str, **parameters: object) -> Any:
        """One command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def width(self, pixels: int) -> None:
        """Lay the page out for a screen of that width."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=pixels, height=900, deviceScaleFactor=1, mobile=False)

    def media(self, kind: str = "screen", scheme: str = "light") -> None:
        """Screen or print, light or dark."""
        self.devtools("Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What came since the last time: ``browser`` for the console, ``performance`` for the events of the DevTools protocol."""
        found: list[dict[str, Any]] = self._call("POST", "/se/log", {"type": kind})
        return found

    def picture(self) -> bytes:
        """The whole page as PNG."""
        size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])

    def printed(self) -> bytes:
        """The page as PDF, by the browser's own idea of print."""
        self.devtools("Emulation.setEmulatedMedia", media="", features=[])
        return base64.b64decode(self._call("POST", "/print", {"background": True}))

    def close(self) -> None:
        """End the browser and its driver."""
        try:
            self._call("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait(10)
            if self._driver.stdout is not None:
                self._driver.stdout.close()
            self._folder.cleanup()
