#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shape of the C code: prints a line of measures per folder, and fails where a bound is crossed or the name of a
function says nothing.

Lengths are lines from the signature's first to the closing brace, and whole files. Nesting counts the control
statements around a control statement, itself included. The code is set by clang-format: functions begin with a
brace of their own in the first column and end with one. (No variable at file scope can change: check_includes.sh.)
"""

import math
import os
import re
import sys

FOLDERS = ["base", "swd", "cortex", "flash", "targets", "doctor", "server", "cli", "sim"]
FUNCTION_P95, FUNCTION_MAX, FILE_MAX, NESTING_MAX = 30, 80, 500, 3
CONTROL = re.compile(r"^(    +)(?:} else )?(?:if|for|while|switch|do)\b")
NAME = re.compile(r"(\w+)\(")
# A name is to be found by grep and to say what is done to what. (The operations that a structure of functions has, as
# read and write, are named so everywhere.)
VAGUE = set("""advance arm change check clear copy count do done due enter expire fail fill find finish follow get go
    halt handle judge leave look name next note process put raise ready refuse release resume run serve set settle spoil
    start step stop store sync take tell transmit update violate wait""".split())


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else 0


def functions_of(lines):
    """(name, first line, lines, nesting) of each function."""
    start = None
    for at, line in enumerate(lines):
        if line == "{" and at > 0:
            first = at - 1
            while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "}#/":
                first -= 1
            start = first, at
        elif line == "}" and start:
            first, brace = start
            head = NAME.search(" ".join(lines[first:brace]))
            depths = [len(m[1]) // 4 for m in map(CONTROL.match, lines[brace:at]) if m]
            if head:
                yield head[1], first + 1, at - first + 1, max(depths, default=0)
            start = None


def sources_of(folder):
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                yield os.path.join(where, name)


def measure(folder, crossed):
    lengths, nestings, files = [], [], []
    for path in sources_of(folder):
        with open(path, encoding="utf-8") as source:
            lines = source.read().split("\n")
        files.append(len(lines) - 1)
        if files[-1] > FILE_MAX:
            crossed.append(f"{path} has {files[-1]} lines, at most {FILE_MAX} are wanted")
        for name, first, length, nesting in functions_of(lines):
            lengths.append(length)
            nestings.append(nesting)
            if length > FUNCTION_MAX:
                crossed.append(f"{path}:{first}: {name} has {length} lines, at most {FUNCTION_MAX} are wanted")
            if name in VAGUE:
                crossed.append(f"{path}:{first}: {name}() does not say what it does to what")
            if nesting > NESTING_MAX:
                crossed.append(f"{path}:{first}: {name} nests {nesting} deep, at most {NESTING_MAX} are wanted")
    print(f"# {folder:8} {len(files):4} files, largest {max(files, default=0):4}; {len(lengths):5} functions, median "
          f"{percentile(lengths, 50):3}, P95 {percentile(lengths, 95):3}, largest {max(lengths, default=0):4}; nesting "
          f"P95 {percentile(nestings, 95)}, deepest {max(nestings, default=0)}")
    if percentile(lengths, 95) > FUNCTION_P95:
        crossed.append(f"{folder}: P95 of function lengths is {percentile(lengths, 95)}, at most {FUNCTION_P95} is wanted")


def check_itself():
    """What is too long or too deep is found."""
    deep = ["static int f(int a,", "             int b)", "{"] + [" " * 4 * n + "if (a) {" for n in range(1, 5)] + ["}"]
    return list(functions_of(deep)) == [("f", 1, 8, 4)]


def main():
    os.chdir(os.environ.get("top_srcdir") or os.path.join(os.path.dirname(__file__), ".."))
    print(f"1..{len(FOLDERS) + 1}")
    failed = not check_itself()
    print(f"{'not ' if failed else ''}ok 1 - a long and a deep function are found")
    for number, folder in enumerate(FOLDERS, 2):
        crossed = []
        measure(folder, crossed)
        for line in crossed:
            print(f"# {line}")
        print(f"{'not ' if crossed else ''}ok {number} - {folder}/ keeps its shape")
        failed = failed or bool(crossed)
    return 1 if failed else 0


sys.exit(main())
