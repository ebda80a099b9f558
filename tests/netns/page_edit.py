#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers changed with a browser, as tests/netns/page_edit.sh has set the stage.

page_edit.py TCP TUNNEL TOKEN SCREENSHOTS    by the token, and by a tunnel to the UNIX socket
page_edit.py --many TUNNEL SCREENSHOTS       a thousand servers
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

SERVER = "10.0.1.2:8080"


def same(what, expect, got):
    if expect != got:
        sys.exit(f"FAIL: {what}: expected {expect!r}, got {got!r}")


def true(what, value):
    if not value:
        sys.exit(f"FAIL: {what}")


def row(browser):
    """State and weight of the server."""
    cells = browser.find("tbody tr").find_all("th,td")
    true("the first server", SERVER in cells[0].text())
    return cells[1].text(), cells[3].text()


def until(what, expect, look):
    """A page comes when it comes; the one before may go while it is looked at."""
    deadline, got = time.monotonic() + 120, None
    while got != expect:
        if time.monotonic() > deadline:
            sys.exit(f"FAIL: {what}: expected {expect!r}, got {got!r}")
        try:
            got = look()
        except (AssertionError, RuntimeError):
            time.sleep(0.05)


def press(browser, action, note):
    browser.find(f"tbody tr button[value='{action}']").click()
    told(browser, note)


def told(browser, note):
    until("the note", f"{note} {SERVER} of tcp:192.0.2.10:80", lambda: browser.find("[role=status]").text())


def set_weight(browser, keys):
    field = browser.find("tbody tr input[name=weight]")
    field.clear()
    field.type(keys)


def change(browser):
    until("before", ("up", "7"), lambda: row(browser))
    button = browser.find("tbody tr button[value='drain']")
    same("a button says whose it is", f"Drain: {SERVER}", button.label())
    same("so does the weight", f"Weight of {SERVER}", browser.find("tbody tr input[name=weight]").label())
    press(browser, "drain", "No new connections any more for")
    same("the note's role", "status", browser.find("p.note").role())
    same("drained", ("drained", "0"), row(browser))
    same("no second drain", [], browser.find_all("tbody tr:first-child button[value='drain']"))
    press(browser, "ready", "New connections again for")
    same("up again", ("up", "7"), row(browser))
    press(browser, "maintenance", "In maintenance:")
    same("maintenance", "maintenance", row(browser)[0])
    press(browser, "ready", "New connections again for")
    same("up once more", ("up", "7"), row(browser))
    set_weight(browser, "9\ue007")      # the enter key: of all buttons, that of the weight
    told(browser, "Another weight for")
    same("weight", ("up", "9"), row(browser))
    set_weight(browser, "9\ue007")
    told(browser, "Nothing has changed with")
    set_weight(browser, "7")
    press(browser, "weight", "Another weight for")
    same("and back", ("up", "7"), row(browser))
    browser.find("nav a").click()
    until("a note is told once", [], lambda: browser.find_all("[role=status]"))
    same("what the browser complains of", [], browser.errors())


def by_token(browser, base, token, shots):
    browser.open(base + "/?refresh=0")
    [link] = [a for a in browser.find_all("nav a") if a.text() == "Change servers"]
    link.click()
    until("a login comes first", base + "/login", browser.url)
    browser.find("#token").type("not the token\ue007")
    until("a wrong token", "That is not the token.", lambda: browser.find("[role=alert]").text())
    browser.screenshot(f"{shots}/login.png")
    browser.find("#token").type(token + "\ue007")
    until("then the page", base + "/?edit=1", browser.url)
    browser.errors()    # of the status 403, which was meant
    change(browser)
    browser.screenshot(f"{shots}/edit.png")
    browser.find("form[action='/logout'] button").click()
    until("logged out", base + "/", browser.url)
    browser.open(base + "/?edit=1")
    same("after logging out, a login is needed", base + "/login", browser.url())


def by_tunnel(browser, base):
    browser.open(base + "/?edit=1&service=web")
    change(browser)
    same("nothing to log out of", [], browser.find_all("form[action='/logout']"))


def many(browser, base, shots):
    browser.open(base + "/?edit=1")
    same("forms", 1000, len(browser.find_all("form[action='/action']")))
    browser.screenshot(f"{shots}/edit-1000.png")


chromium = Browser()
try:
    if sys.argv[1] == "--many":
        many(chromium, *sys.argv[2:4])
    else:
        by_token(chromium, sys.argv[1], sys.argv[3], sys.argv[4])
        by_tunnel(chromium, sys.argv[2])
finally:
    chromium.close()
