#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Commands of captures of real ST-LINKs, played into the virtual probe (tests/unit/command_player.h).

Of USB captures every reply is compared; of logic captures the transfers that each command makes on the wires, with
the WAITs of a Cortex-M4, and the time that it takes there. The captures are in ../shared/captures beside the source
tree, too large to be in it; without them this test is skipped. Parts of them are in tests/captures/ and played by
tests/unit/capture_commands in any case.

What SWO brought is sent to the probe again before it is asked for it. Not compared: the command that the end of a
capture cuts off.
"""
import json
import os
import subprocess
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
CAPTURES = os.path.join(TOP, "..", "shared", "captures")
PLAYER = os.path.join(BUILD, "tests", "scenarios", "command_player")
sys.path.insert(0, os.path.join(TOP, "tests", "captures"))
import commands  # noqa: E402

# Commands, replies, of them with a value that the table put there before, reads of the trace endpoint.
USB = {
    "win-stlink.pressing.run.target": (False, 7, 7, 3, 0),
    "windows-stlink-dev106.start.stop.start.stop": (True, 367, 344, 13, 31),
    "windows-stlink-dev72.startswo.stopswo": (False, 70, 59, 4, 9),
    "winstlink-connect-again": (False, 76, 65, 11, 0),
    "winstlink-connect-poweron": (True, 58, 47, 12, 0),
}
# Commands, transfers in them, commands whose time is compared, commands cut off.
M0 = {
    "init": (10, 40, 10, 1),
    "init_write_0xabbabeeb": (45, 245, 44, 1),
    "wait_retry": (39, 1105, 37, 1),
}
M4 = {
    "blank_check_is_blank": (854, 246895, 854, 1),
    "blank_check_is_not_blank": (12, 2345, 12, 1),
    "chip_erase": (2261, 19901, 2259, 1),
    "connect": (74, 11147, 74, 1),
    "connected_long": (15, 60, 15, 1),
    "core_core_reset": (12, 209, 12, 1),
    "core_halt": (4, 178, 4, 1),
    "core_read_core_regs": (2, 171, 2, 1),
    "core_read_core_regs2": (2, 171, 2, 1),
    "core_run": (4, 15, 4, 1),
    "core_step": (12, 209, 12, 1),
    "core_system_reset": (17, 237, 17, 1),
    "disconnect": (9, 33, 9, 0),
    "erase_bank1": (2221, 8946, 2219, 1),
    "erase_bank2": (2191, 8850, 2189, 1),
    "erase_sectors_get_info": (1111, 4444, 1111, 1),
    "get_option_bytes": (407, 1628, 407, 1),
    "printf_via_swviewer": (1, 4, 1, 1),
    "program_file_verify_after_programming_reset_afterwards": (195, 11311, 190, 1),
    "program_file_verify_while_programming_reset_afterwards": (200, 8547, 195, 1),
}


def play(table):
    done = subprocess.run([PLAYER], input="\n".join(table) + "\n", capture_output=True, text=True, timeout=300)
    print(done.stderr, end="")
    if done.returncode:
        raise RuntimeError(f"the player ends with {done.returncode}")
    return json.loads(done.stdout)


def difference(counts, **wanted):
    return ", ".join(f"{key} {counts[key]} and not {value}" for key, value in wanted.items() if counts[key] != value)


def play_usb(path, row):
    poweron, count, replies, presets, traces = row
    counts = play(commands.usb_table(path, poweron))
    return counts, difference(counts, commands=count, replies=replies, replies_equal=replies, presets=presets,
                              traces=traces, traces_equal=traces)


def play_wires(kind, path, row):
    count, transfers, times, cut = row
    table, cut_off = commands.wires_table(kind, path)
    counts = play(table) | {"cut": cut_off}
    return counts, difference(counts, commands=count, lists=count, lists_equal=count, transfers=transfers, times=times,
                              times_equal=times, cut=cut)


def cases():
    """(name, path, function that plays it)"""
    for name, row in USB.items():
        path = os.path.join(CAPTURES, "usb-stlink-v2-stm32l1", name + ".txt")
        yield "usb " + name, path, lambda path=path, row=row: play_usb(path, row)
    for kind, folder, prefix, rows in (("m0", "swd-stlink-v2-nrf51", "", M0),
                                       ("m4", "swd-stlink-v2-stm32f429", "stm32f429zit6_", M4)):
        for name, row in rows.items():
            path = os.path.join(CAPTURES, folder, prefix + name + ".sr")
            yield f"{kind} {name}", path, lambda kind=kind, path=path, row=row: play_wires(kind, path, row)


def main():
    listed = list(cases())
    total = dict.fromkeys(("replies_equal", "lists_equal", "transfers", "times_equal"), 0)
    failed = missing = 0
    print(f"1..{len(listed) + 1}", flush=True)
    for number, (name, path, run) in enumerate(listed, 1):
        if not os.path.exists(path):
            missing += 1
            print(f"ok {number} - {name} # SKIP there is no {os.path.relpath(path, TOP)}", flush=True)
            continue
        counts, wrong = run()
        for key in total:
            total[key] += counts[key]
        failed += bool(wrong)
        compared = f"{counts['replies_equal']} replies" if counts["replies"] else f"{counts['lists_equal']} lists"
        print(f"# {name}: {wrong or compared + ' compared, all equal'}")
        print(f"{'not ' if wrong else ''}ok {number} - {name}", flush=True)
    number = len(listed) + 1
    if missing:
        print(f"ok {number} - the sums # SKIP captures are missing")
    else:
        good = total == {"replies_equal": 522, "lists_equal": 9698, "transfers": 326691, "times_equal": 9679}
        failed += not good
        print(f"# {total['replies_equal']} replies equal; {total['lists_equal']} commands make the same "
              f"{total['transfers']} transfers; {total['times_equal']} take the same time within 5 %")
        print(f"{'ok' if good else 'not ok'} {number} - the sums")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
