"""A headless Chromium for tests, spoken to over a pipe without further packages."""

import json
import os
import shutil
import subprocess
import time
from base64 import b64decode

KEY_CODES = {"Enter": 13, "Escape": 27}
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One browser with one tab. It speaks the DevTools protocol."""

    def __init__(self, program, profile):
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()

        def as_three_and_four():  # where --remote-debugging-pipe looks for them
            os.dup2(commands, 103)
            os.dup2(answers, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=as_three_and_four,
        )
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._last = self._loads = 0
        self.session = None
        self.messages = []  # what the page wrote on its console, and its errors
        self.requests = []  # what it asked the network for
        self._open_tab()

    def _open_tab(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        answer = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = answer["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """Call a method of the protocol and return its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self.session and not method.startswith("Browser."):
            message["sessionId"] = self.session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == message["id"]:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._notice(answer)

    def _receive(self):
        while b"\0" not in self._buffer:
            read = os.read(self._answers, 1 << 16)
            assert read, "Chromium is gone"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _notice(self, event):
        params = event.get("params", {})
        if event.get("method") == "Page.loadEventFired":
            self._loads += 1
        if event.get("method") == "Runtime.exceptionThrown":
            self.messages.append(params["exceptionDetails"])
        if event.get("method") == "Log.entryAdded":
            self.messages.append(params["entry"]["text"])
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, path):
        """Open a file and wait until its script has run."""
        before = self._loads
        self.call("Page.navigate", url=path.resolve().as_uri())
        while self._loads == before:
            self._notice(self._receive())
        self.until("location.protocol === 'file:'")

    def run(self, script):
        """Return what an expression of the page comes to."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, script, seconds=10):
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"{script} stays false"
            time.sleep(0.01)

    def press(self, *keys):
        """Press keys, one after the other."""
        for key in keys:
            event = {"key": key}
            if len(key) == 1:
                event["text"] = key
            if key in KEY_CODES:
                event["windowsVirtualKeyCode"] = KEY_CODES[key]
            self.call("Input.dispatchKeyEvent", type="keyDown", **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def click(self, selector):
        """Click in the middle of an element."""
        x, y = self.run(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                clickCount=1,
            )

    def texts(self, selector):
        """Return what is to be read in all elements of a kind."""
        return self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".map(element => element.innerText)"
        )

    def look(self, width, height, *, dark=False):
        """Set the size of the window, and the color scheme that the user prefers."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])

    def screenshot(self, path):
        """Save what is to be seen as PNG."""
        image = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(b64decode(image))

    def close(self):
        """End the browser."""
        self.call("Browser.close")
        self.process.wait(timeout=10)
        os.close(self._commands)
        os.close(self._answers)
