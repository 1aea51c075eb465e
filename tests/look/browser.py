"""A headless Chromium that opens a page, waits, asks questions, takes pictures."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-default-apps", "--disable-extensions", "--disable-sync"),
    *("--no-first-run", "--no-default-browser-check", "--disable-dev-shm-usage"),
    "--remote-debugging-port=0",
)


def find_browser() -> str | None:
    """Return the program, or None where it is absent."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One tab of a browser with an empty profile; closed on leaving the block."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="look-")
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self.asked: list[str] = []
        self._socket = websocket.create_connection(
            self._address(), suppress_origin=True, timeout=5
        )
        for domain in ("Page", "Network", "Runtime"):
            self._send(f"{domain}.enable")
        self._send("Emulation.setFocusEmulationEnabled", enabled=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, url: str, *, width: int = 1000, height: int = 1200) -> None:
        """Go to a page and wait until it says that it has loaded."""
        size = {"width": width, "height": height}
        self._send(
            "Emulation.setDeviceMetricsOverride",
            **size,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.asked.clear()
        self._send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:'")

    def ask(self, script: str, *, seconds: float = 60) -> Any:
        """Evaluate a script in the page, wait for its promise, return its value."""
        answer = self._send(
            "Runtime.evaluate",
            seconds=seconds,
            expression=script,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"].get("text")))
        return answer["result"].get("value")

    def wait(self, script: str, *, seconds: float = 60) -> None:
        """Wait until a script says true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # A page that reloads may leave a question unanswered: ask again.
            with suppress(TimeoutError, RuntimeError):
                if self.ask(script, seconds=10):
                    return
            time.sleep(0.25)
        raise TimeoutError(f"the page never came to: {script}")

    def picture(self, path: Path, *, whole: bool = False) -> Path:
        """Take a picture of the window, or of the whole page."""
        data = self._send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole
        )["data"]
        path.write_bytes(base64.b64decode(data))
        return path

    def paper(self, path: Path) -> Path:
        """Print the page to a PDF file, with its own margins."""
        data = self._send(
            "Page.printToPDF", preferCSSPageSize=True, printBackground=True
        )
        path.write_bytes(base64.b64decode(data["data"]))
        return path

    def _address(self) -> str:
        """Return where the tab listens, once the browser is up."""
        told = Path(self._profile) / "DevToolsActivePort"
        for _ in range(240):
            if told.is_file() and (lines := told.read_text().splitlines()):
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{lines[0]}/json/list", timeout=10
                ) as answer:
                    tabs = json.load(answer)
                pages = [tab for tab in tabs if tab["type"] == "page"]
                if pages:
                    return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.25)
        raise TimeoutError("the browser did not start")

    def _send(
        self, method: str, *, seconds: float = 60, **parameters: Any
    ) -> dict[str, Any]:
        """Send one command and return its answer; note every address asked for."""
        end = time.monotonic() + seconds
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while time.monotonic() < end:
            try:
                heard = json.loads(self._socket.recv())
            except websocket.WebSocketTimeoutException:
                continue
            if heard.get("method") == "Network.requestWillBeSent":
                self.asked.append(heard["params"]["request"]["url"])
            if heard.get("id") == number:
                if "error" in heard:
                    raise RuntimeError(heard["error"]["message"])
                return dict(heard["result"])
        raise TimeoutError(f"the browser did not answer {method}")
