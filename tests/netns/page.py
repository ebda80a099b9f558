#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""page.py ADDRESS SCREENSHOTS - the status page in a browser, as tests/netns/page.sh has set the stage."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

BASE, SHOTS = sys.argv[1:3]


def same(what, expect, got):
    if expect != got:
        sys.exit(f"FAIL: {what}: expected {expect!r}, got {got!r}")


def true(what, value):
    if not value:
        sys.exit(f"FAIL: {what}")


def luminance(colour):
    rgb = [float(part) / 255 for part in colour[colour.index("(") + 1:-1].split(",")[:3]]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rows(browser):
    return [[cell.text() for cell in row.find_all("th,td")] for row in browser.find_all("tbody tr")]


def look(browser, name):
    browser.open(BASE + "/?refresh=0")
    same("title", "3 of 4 up - lvsd", browser.title())
    same("language", "en", browser.find("html").attribute("lang"))
    same("services", ["web", "web6"], [heading.text() for heading in browser.find_all("h3 a")])
    states = {row[0].split()[0]: row[1] for row in rows(browser) if len(row) > 5}
    same("states", {"10.0.1.2:8080": "up", "10.0.2.2:8080": "drained", "[2001:db8:1::2]:8080": "up",
                    "[2001:db8:2::2]:8080": "up"}, states)
    same("each table has a caption", [], [t for t in browser.find_all("table") if not t.find_all("caption")])
    same("each heading of a table says what for", [], [t for t in browser.find_all("th") if not t.attribute("scope")])
    for picture in browser.find_all("svg"):
        true("a picture has words", "minute" in picture.label())
    background = browser.find("body").css("background-color")
    for selector in ("body", ".dim", ".good", ".warn", "a"):
        ratio = contrast(browser.find(selector).css("color"), background)
        true(f"{name}: {selector} is readable: contrast {ratio:.1f}", ratio >= 4.5)     # WCAG 2.1, 1.4.3
    same(f"{name}: what the browser complains of", [], browser.errors())
    browser.screenshot(f"{SHOTS}/{name}.png")
    return luminance(background)


def by_keyboard(browser):
    browser.open(BASE + "/?refresh=0")
    browser.press("\ue004")
    same("the first stop", "To the services", browser.focused().text())
    browser.press("\ue007")
    true("the first stop leads to the services", browser.url().endswith("#services"))
    browser.press("\ue004\ue007")
    true("then comes the first service", browser.url().endswith("?service=tcp%3A192.0.2.10%3A80"))
    same("one service", ["web"], [heading.text() for heading in browser.find_all("h3 a")])
    browser.find("nav a[href*='trouble']").click()
    same("trouble", ["10.0.2.2:8080"], [row[0] for row in rows(browser) if len(row) > 5])


def refreshes(browser):
    browser.open(BASE + "/?refresh=1&service=none")
    first = browser.find("time").text()
    deadline = time.monotonic() + 60
    while browser.find("time").text() == first:
        true("the page refreshes itself", time.monotonic() < deadline)
        time.sleep(0.2)
    true("and stays what it was", "service=none" in browser.url())


light = Browser()
try:
    true("light", look(light, "light") > 0.5)
    by_keyboard(light)
    refreshes(light)
finally:
    light.close()
night = Browser(dark=True, size=(420, 900))
try:
    true("dark", look(night, "dark") < 0.1)
finally:
    night.close()
