#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sits before a terminal where "lvsctl top" runs: top.py LVSCTL COLUMNSxLINES, then lines on standard input:

    press KEYS       keys, with \\e and \\x.. as in C
    see TEXT         wait until the screen has it
    miss TEXT        wait until the screen no longer has it
    resize CxL
    end STATUS       wait until the program ends

A VT100 understands what ncurses sends it: the screen is what such a terminal would show.
"""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE = 60


class Screen:
    def __init__(self, columns, lines):
        self.resize(columns, lines)
        self.rest = ""

    def resize(self, columns, lines):
        self.columns, self.lines = columns, lines
        self.cells = [[" "] * columns for _ in range(lines)]
        self.row = self.column = 0
        self.top, self.bottom = 0, lines - 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, text):
        text = self.rest + text
        at = 0
        while at < len(text):
            char = text[at]
            if char == "\x1b":
                match = re.compile(r"\x1b(\[([?0-9;]*)([A-Za-z@])|[()][A-Z0-9]|[^\[()])").match(text, at)
                if not match:
                    break
                if match.group(3):
                    self.control(match.group(2), match.group(3))
                elif match.group(1) == "M":
                    self.up()
                at = match.end()
                continue
            self.plain(char)
            at += 1
        self.rest = text[at:]

    def up(self):
        if self.row == self.top:
            del self.cells[self.bottom]
            self.cells.insert(self.top, [" "] * self.columns)
        else:
            self.row -= 1

    def down(self):
        if self.row == self.bottom:
            del self.cells[self.top]
            self.cells.insert(self.bottom, [" "] * self.columns)
        else:
            self.row = min(self.row + 1, self.lines - 1)

    def plain(self, char):
        if char == "\n":
            self.down()
        elif char == "\r":
            self.column = 0
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char >= " ":
            if self.column == self.columns:
                self.column = 0
                self.down()
            self.cells[self.row][self.column] = char
            self.column += 1

    def control(self, parameters, letter):
        numbers = [int(n) if n.isdigit() else 0 for n in parameters.split(";")]
        first = numbers[0]
        if letter in "Hf":
            self.row = min(max(first, 1), self.lines) - 1
            self.column = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
        elif letter == "A":
            self.row = max(self.row - max(first, 1), 0)
        elif letter == "B":
            self.row = min(self.row + max(first, 1), self.lines - 1)
        elif letter == "C":
            self.column = min(self.column + max(first, 1), self.columns - 1)
        elif letter == "D":
            self.column = max(self.column - max(first, 1), 0)
        elif letter == "J":
            self.erase_line(first)
            rows = range(self.row + 1, self.lines) if first == 0 else range(self.row) if first == 1 else range(self.lines)
            for row in rows:
                self.cells[row] = [" "] * self.columns
        elif letter == "K":
            self.erase_line(first)
        elif letter == "r":
            self.top = max(first, 1) - 1
            self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.lines) - 1

    def erase_line(self, which):
        start = self.column if which == 0 else 0
        end = self.columns if which != 1 else self.column + 1
        for column in range(start, min(end, self.columns)):
            self.cells[self.row][column] = " "


class Terminal:
    def __init__(self, command, columns, lines):
        self.screen = Screen(columns, lines)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.environ["TERM"] = "vt100"
            for name in ("COLUMNS", "LINES"):
                os.environ.pop(name, None)
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self):
        """Takes what there is, for a moment. False at the end."""
        ready, _, _ = select.select([self.fd], [], [], 0.05)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.screen.feed(data.decode("latin-1"))
        return bool(data)

    def until(self, what, fact):
        deadline = time.monotonic() + PATIENCE
        while not fact():
            if not self.read() and not fact():
                self.fail("the program ended before " + what)
            if time.monotonic() > deadline:
                self.fail("never: " + what)

    def fail(self, what):
        print("FAIL: %s; the screen is\n%s" % (what, self.screen.text()))
        sys.exit(1)

    def resize(self, columns, lines):
        self.screen.resize(columns, lines)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def end(self, status):
        deadline = time.monotonic() + PATIENCE
        while self.read() and time.monotonic() < deadline:
            pass
        seen = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if seen != status:
            self.fail("status %d, not %d" % (seen, status))


def main():
    columns, lines = map(int, sys.argv[2].split("x"))
    terminal = Terminal([sys.argv[1], "top"] + sys.argv[3:], columns, lines)
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "press":
            os.write(terminal.fd, rest.encode().decode("unicode_escape").replace("\\e", "\x1b").encode("latin-1"))
        elif word == "see":
            terminal.until("the screen has '%s'" % rest, lambda: rest in terminal.screen.text())
        elif word == "miss":
            terminal.until("the screen has no '%s'" % rest, lambda: rest not in terminal.screen.text())
        elif word == "resize":
            terminal.resize(*map(int, rest.split("x")))
        elif word == "show":
            terminal.until("", lambda: not terminal.read() or True)
            print(terminal.screen.text())
        elif word == "end":
            terminal.end(int(rest))


main()
