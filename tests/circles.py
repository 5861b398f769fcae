#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds circles: files of one layer that call each other, so that none can be read or tested without the others.

The symbols of the built objects tell which file calls which. What is a circle by nature stands in ALLOWED with the
reason; anything else is a function in the wrong file. A circle that is no more has to leave the list, too.
"""

import fnmatch
import os
import shutil
import subprocess
import sys

LAYERS = {"base": "libbase.a", "swd": "libswd.a", "cortex": "libcortex.a", "flash": "libflash.a",
          "targets": "libtargets.a", "doctor": "libdoctor.a", "server": "libserver.a", "cli": "libcli.a",
          "sim": "libsim.a", "sim/usb": "libsimusb.a"}

ALLOWED = {
    "server": {
        # A stop may begin a semihosting call, and a call ends in a stop that the debugger is told.
        ("semihost_session", "stop"),
        # `monitor help` is a word of the table that it lists.
        ("monitor_find", "monitor_words"),
    },
    "sim": {
        # A processor: an instruction takes an exception, the debug unit halts both, the bus reaches its registers.
        ("bus", "core", "cpu", "cpu_*", "debug", "exception", "exception_*", "fault_*", "fp_frame", "l1",
         "l1_*", "ppb", "scs", "scs_*"),
        # A chip is reset as a whole, and what a reset sets back is the chip: its memories, its parts, what its access
        # ports see, and a second core.
        ("chip", "map", "part", "reset", "second", "slot", "view"),
        # One flash controller each in several files.
        ("fpec", "fpec_*"),
        ("flash_dw", "flash_dw_*"),
        ("nvm", "nvm_*"),
        ("flash_sectors", "flash_sectors_*"),
        ("flash_words", "flash_words_*"),
        # The DWT's packets go through the ITM, which asks the DWT what it has to send next.
        ("dwt_trace", "trace"),
        # SWO is one of the wires, and the only one that a part of the chip drives by itself.
        ("swo", "wires"),
    },
}


def symbols(archive):
    """{object: (defined, wanted)} of an archive."""
    listing = subprocess.run(["nm", "-A", "-P", "-g", archive], capture_output=True, text=True, check=True).stdout
    objects = {}
    for line in listing.splitlines():
        where, _, rest = line.partition("]: ")
        name, kind = rest.split()[:2]
        defined, wanted = objects.setdefault(where.split("[")[1], (set(), set()))
        (wanted if kind in "Uwv" else defined).add(name)
    return objects


def calls(objects):
    """{object: the other objects that define what it wants}"""
    home = {name: at for at, (defined, _) in objects.items() for name in defined}
    return {at: {home[name] for name in wanted if name in home} - {at} for at, (_, wanted) in objects.items()}


def circles(graph):
    """The strongly connected components of more than one node, each sorted (by reachability: the graphs are small)."""
    def reach(start):
        seen, todo = set(), [start]
        while todo:
            for node in graph[todo.pop()]:
                if node not in seen:
                    seen.add(node)
                    todo.append(node)
        return seen
    reached = {node: reach(node) for node in graph}
    return sorted({tuple(sorted(other for other in reached[node] if node in reached[other]))
                   for node in graph if node in reached[node]})


def explains(patterns, circle):
    """Every file of the circle is one of these, and every one of these is in it."""
    return (all(any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns) for name in circle) and
            all(any(fnmatch.fnmatchcase(name, pattern) for name in circle) for pattern in patterns))


def stem(name):
    return os.path.splitext(name)[0].replace("libsimusb_a-", "")


def check_itself():
    return (circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [("a", "b", "c")] and
            explains(("a", "b_*"), ("a", "b_1", "b_2")) and not explains(("a", "b_*"), ("a", "b_1", "c")) and
            not explains(("a", "b", "c"), ("a", "b")))


def main():
    os.chdir(os.environ.get("top_builddir") or ".")
    if not shutil.which("nm"):
        print("1..0 # SKIP nm is not installed")
        return 0
    archives = {layer: archive for layer, archive in LAYERS.items() if os.path.exists(archive)}
    print(f"1..{len(archives) + 1}")
    failed = not check_itself()
    print(f"{'not ' if failed else ''}ok 1 - a circle is found")
    for number, (layer, archive) in enumerate(archives.items(), 2):
        found = {tuple(stem(name) for name in circle) for circle in circles(calls(symbols(archive)))}
        allowed = ALLOWED.get(layer, set())
        wrong = False
        for circle in sorted(found):
            if not any(explains(patterns, circle) for patterns in allowed):
                print(f"# {layer}/: {' '.join(circle)} call each other in a circle")
                wrong = True
        for patterns in sorted(allowed):
            if not any(explains(patterns, circle) for circle in found):
                print(f"# {layer}/: {' '.join(patterns)} is no circle any more: take it off the list")
                wrong = True
        print(f"{'not ' if wrong else ''}ok {number} - {layer}/ has no circle of files but those that are explained")
        failed = failed or wrong
    return 1 if failed else 0


sys.exit(main())
