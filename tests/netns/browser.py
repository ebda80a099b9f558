#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser without a window, by WebDriver (W3C), with nothing but the standard library."""
import base64
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Element:
    def __init__(self, browser, ref):
        self.browser, self.ref = browser, ref

    def _get(self, what):
        return self.browser.call("GET", f"/element/{self.ref}/{what}")

    def text(self):
        return self._get("text")

    def attribute(self, name):
        return self._get(f"attribute/{name}")

    def css(self, name):
        return self._get(f"css/{name}")

    def label(self):
        return self._get("computedlabel")

    def role(self):
        return self._get("computedrole")

    def click(self):
        self.browser.call("POST", f"/element/{self.ref}/click", {})

    def type(self, text):
        self.browser.call("POST", f"/element/{self.ref}/value", {"text": text})

    def clear(self):
        self.browser.call("POST", f"/element/{self.ref}/clear", {})

    def find_all(self, css):
        return self.browser.find_all(css, f"/element/{self.ref}")


class Browser:
    """@dark: what the user prefers"""

    def __init__(self, dark=False, size=(1280, 900)):
        self.dir = tempfile.TemporaryDirectory()
        self.driver = subprocess.Popen(["chromedriver", "--port=9515", "--log-path=" + self.dir.name + "/log"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                     "--no-first-run", "--disable-extensions", f"--user-data-dir={self.dir.name}/profile",
                     f"--window-size={size[0]},{size[1]}"]
        if dark:
            arguments.append("--force-dark-mode")
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                                                   "goog:chromeOptions": {"args": arguments}}}}
        deadline = time.monotonic() + 120
        self.session = ""
        while not self.session:
            try:
                self.session = "/session/" + self.request("POST", "/session", wanted)["sessionId"]
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline or self.driver.poll() is not None:
                    raise
                time.sleep(0.1)

    def request(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request("http://127.0.0.1:9515" + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:500]}") from None

    def call(self, method, path, body=None):
        return self.request(method, self.session + path, body)

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def title(self):
        return self.call("GET", "/title")

    def find_all(self, css, root=""):
        found = self.call("POST", root + "/elements", {"using": "css selector", "value": css})
        return [Element(self, ref[ELEMENT]) for ref in found]

    def find(self, css):
        found = self.find_all(css)
        if not found:
            raise AssertionError(f"no {css} in {self.url()}")
        return found[0]

    def press(self, keys):
        """Whatever has the focus gets them; \ue004 is the tab key, \ue007 enter"""
        events = [{"type": t, "value": key} for key in keys for t in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": events}]})

    def focused(self):
        return Element(self, self.call("GET", "/element/active")[ELEMENT])

    def screenshot(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def errors(self):
        """What the browser complained of: scripts, styles or forms that the page's policy forbids, too."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})
                if "favicon" not in entry["message"]]

    def close(self):
        try:
            self.request("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(30)
            for _ in range(50):     # the browser may still be putting its profile away
                try:
                    self.dir.cleanup()
                    break
                except OSError:
                    time.sleep(0.1)
