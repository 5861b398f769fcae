#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The mocked USB tree, read as programs read it that look at /sys without libusb: Rust's nusb lists devices so
(probe-rs, Node's usb 3), `lsusb -t` draws its tree so, and pyOCD looks for drives in /sys/class/block."""

import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import BUILD, PATIENCE_S, Failed, expect, expect_equal, expect_not  # noqa: E402
import tap  # noqa: E402

# Runs in the mocked machine: what nusb's list takes of each device, or says which file it misses.
LIST = r"""
import json, os
top = "/sys/bus/usb/devices"
def text(*path):
    with open("/".join(path), encoding="utf-8") as file:
        return file.read().strip()
for name in sorted(os.listdir(top)):
    if ":" in name or name.startswith("usb"):
        continue
    at = top + "/" + name
    number = {k: int(text(at, k), 16) for k in ("idVendor", "idProduct", "bcdDevice", "bDeviceClass",
                                                "bDeviceSubClass", "bDeviceProtocol")}
    place = {k: int(text(at, k)) for k in ("busnum", "devnum", "speed", "bNumInterfaces", "bConfigurationValue")}
    words = {k: text(at, k) if os.path.exists(at + "/" + k) else None for k in ("manufacturer", "product", "serial")}
    interfaces = sorted(f for f in os.listdir(at) if ":" in f)
    classes = [[int(text(at, f, "bInterface" + k), 16) for k in ("Number", "Class", "SubClass", "Protocol")]
               for f in interfaces]
    print(json.dumps([name, number, place, words, text(at, "version"), interfaces, classes, os.path.realpath(at)]))
"""


def inside(board, *command, options=()):
    """What a command prints in the mocked machine; nothing may come on standard error."""
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0")
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), *options, board, "--", *command], capture_output=True,
                          text=True, timeout=PATIENCE_S, env=environment)
    if done.returncode or done.stderr:
        raise Failed(f"{command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def listed(board, options=()):
    return [json.loads(line) for line in inside(board, sys.executable, "-c", LIST, options=options).splitlines()]


def a_probe_is_found_without_libusb():
    (name, number, place, words, version, interfaces, classes, real), = listed("stm32f031k6")
    expect_equal("1-1", name)
    expect_equal({"idVendor": 0x483, "idProduct": 0x3748, "bcdDevice": 0x100, "bDeviceClass": 0, "bDeviceSubClass": 0,
                  "bDeviceProtocol": 0}, number)
    expect_equal({"busnum": 1, "devnum": 2, "speed": 12, "bNumInterfaces": 1, "bConfigurationValue": 1}, place)
    expect_equal({"manufacturer": "STMicroelectronics", "product": "STM32 STLink",
                  "serial": "303030303030303030303031"}, words)
    expect_equal("2.00", version)
    expect_equal(["1-1:1.0"], interfaces)
    expect_equal([0, 0xff], classes[0][:2])
    expect(r"/usb1/1-1$", real)


def each_model_is_named_with_its_speed():
    for model, product, speed in (("v2-1", 0x374b, 12), ("v3", 0x374f, 480), ("v3e", 0x374e, 480),
                                  ("v3pwr", 0x3757, 480)):
        (_, number, place, *_), = listed(f"stm32f031k6,probe={model}")
        expect_equal((product, speed), (number["idProduct"], place["speed"]))


def a_probe_without_a_serial_number_has_no_such_file():
    (_, _, _, words, *_), = listed("stm32f031k6,serial=none")
    expect_equal((None, "STM32 STLink"), (words["serial"], words["product"]))


def several_probes_stand_side_by_side():
    found = listed("stm32f031k6", options=("--count", "3"))
    expect_equal(["1-1", "1-2", "1-3"], [entry[0] for entry in found])
    expect_equal(3, len({entry[3]["serial"] for entry in found}))


def what_is_unplugged_is_gone_from_the_tree():
    script = """
import os, socket, sys, time
control = socket.socket(socket.AF_UNIX)
control.connect(sys.argv[1])
top = "/sys/bus/usb/devices"
for word in ("unplug", "plug"):
    control.sendall(word.encode() + b"\\n")
    control.recv(4096)
    print(word, sorted(os.listdir(top)), os.path.isdir(top + "/usb1/1-1"))
"""
    socket_name = f"/tmp/usb-tree-{os.getpid()}"
    said = inside("stm32f031k6", sys.executable, "-c", script, socket_name, options=("--control", socket_name))
    expect_equal(["unplug ['1-0:1.0', 'usb1'] False", "plug ['1-0:1.0', '1-1', '1-1:1.0', 'usb1'] True"],
                 said.splitlines())


def the_folder_of_block_devices_is_there_and_empty():
    expect_equal("[]\n", inside("stm32f031k6", sys.executable, "-c", "import os; print(os.listdir('/sys/class/block'))"))


def links_lead_where_they_say():
    script = r"""
import os
for folder, _, files in os.walk("/sys/devices"):
    for name in files + os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.islink(path):
            print(os.path.basename(os.path.realpath(path)), os.path.exists(path))
"""
    said = inside("stm32f031k6", sys.executable, "-c", script).splitlines()
    expect_equal({"usb True"}, set(said))


def lsusb_draws_its_tree():
    said = inside("stm32f031k6", "lsusb", "-t", options=("--count", "2"))
    expect(r"Port 1: Dev 1, Class=root_hub, .*480M", said)
    for port in 1, 2:
        expect(rf"Port {port}: Dev {port + 1}, If 0, Class=Vendor Specific Class, Driver=.*, 12M$", said)


def lsusb_reads_the_descriptors():
    for model, packet in (("v2", "0x0040  1x 64 bytes"), ("v3", "0x0200  1x 512 bytes")):
        said = inside(f"stm32f031k6,probe={model}", "lsusb", "-v", "-s", "1:2")
        expect(r"idVendor +0x0483", said)
        expect(r"iSerial +3 303030303030303030303031$", said)
        expect(r"bNumInterfaces +1$", said)
        expect(r"bmAttributes +0x80\n +\(Bus Powered\)\n +MaxPower +100mA", said)
        expect_equal(3, len(re.findall(rf"wMaxPacketSize +{packet}", said)))
        expect_not("(?i)junk|cannot|can't|Couldn't|unrecognized", said)


WITH_LSUSB = (lsusb_draws_its_tree, lsusb_reads_the_descriptors)
WITHOUT = (a_probe_is_found_without_libusb, each_model_is_named_with_its_speed,
           a_probe_without_a_serial_number_has_no_such_file, several_probes_stand_side_by_side,
           what_is_unplugged_is_gone_from_the_tree, the_folder_of_block_devices_is_there_and_empty,
           links_lead_where_they_say)


def why_not():
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), "--", "true"], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    return "umockdev is not installed" if "package umockdev" in done.stderr else None


if not shutil.which("lsusb"):
    def skipped(function):
        def run():
            raise tap.Skipped("lsusb is not installed")
        run.__name__ = function.__name__
        return run
    WITH_LSUSB = tuple(skipped(f) for f in WITH_LSUSB)
tap.main([(f, tap.sentence(f)) for f in WITHOUT + WITH_LSUSB], lambda f: f(), why_not())
