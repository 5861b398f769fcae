#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page of `doctor --html` as a browser shows it: light, dark and printed. Its colours are there, all text is inside its
picture, and nothing is fetched."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from says import Tap  # noqa: E402

SWDLINK = f"{os.environ.get('top_builddir', os.getcwd())}/swdlink"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PDFTOPPM = shutil.which("pdftoppm")
BOARDS = {"silent": "swdio=joined", "shaky": "swdio=weak,firmware=count", "held": "nrst=gnd,firmware=count",
          "floating": "vtref=open,firmware=count", "empty": "cable=out", "good": "firmware=count"}
USUAL = ("silent", "shaky", "held")  # all with SWDLINK_TEST_ALL
# Of the page's style: paper, and wires that are good, shaky and bad.
LIGHT = {"paper": (255, 255, 255), "good": (0x2a, 0x7d, 0x2e), "shaky": (0xb3, 0x6b, 0), "bad": (0xc6, 0x28, 0x28)}
DARK = {"paper": (0x16, 0x16, 0x16), "good": (0x6f, 0xcf, 0x74), "shaky": (0xff, 0xb7, 0x4d), "bad": (0xff, 0x7b, 0x72)}
PRINT = {"paper": (255, 255, 255), "good": (0x1b, 0x5e, 0x20), "shaky": (0x8a, 0x52, 0), "bad": (0xa3, 0x15, 0x15)}
SHOWN = {"silent": {"good"}, "shaky": {"good", "shaky"}, "held": {"good", "bad"}, "floating": {"good", "bad"}, "empty": {"bad"},
         "good": {"good"}}
# Says what a person would see cut off: text outside its drawing, and a page wider than the window.
PROBE = """<script>addEventListener("load", () => { const out = [];
for (const t of document.querySelectorAll("svg text")) { const b = t.getBBox(), v = t.ownerSVGElement.viewBox.baseVal;
 if (b.x < 0 || b.y < 0 || b.x + b.width > v.width || b.y + b.height > v.height) out.push(t.textContent); }
if (document.documentElement.scrollWidth > innerWidth) out.push("the page is " + document.documentElement.scrollWidth + " wide");
document.title = "seen " + JSON.stringify(out) + " of " + document.querySelectorAll("svg text").length; });</script></body>"""


def browse(folder, page, *options):
    """Each run has a profile of its own: others may use the same browser."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
               *options, f"file://{page}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout


def pixels(file):
    """The colours of a PNG of 8 bits a channel, without interlace (ISO/IEC 15948, 9 and 13)."""
    with open(file, "rb") as f:
        data = f.read()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    size = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(data):
        length = struct.unpack(">I", data[at:at + 4])[0]
        packed += data[at + 8:at + 8 + length] if data[at + 4:at + 8] == b"IDAT" else b""
        at += 12 + length
    raw, colours, before = zlib.decompress(packed), {}, bytearray(width * size)
    for y in range(height):
        line = bytearray(raw[y * (width * size + 1) + 1:(y + 1) * (width * size + 1)])
        how = raw[y * (width * size + 1)]
        for x in range(len(line) if how else 0):
            left, up = line[x - size] if x >= size else 0, before[x]
            corner = before[x - size] if x >= size else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda value, guess=guess: abs(guess - value))
            line[x] = (line[x] + (0, left, up, (left + up) // 2, paeth)[how]) & 255
        for x in range(0, len(line), size):
            colour = tuple(line[x:x + 3])
            colours[colour] = colours.get(colour, 0) + 1
        before = line
    return colours


def seen(file, palette):
    """Which of the palette's colours the picture shows, and not only at the edge of a letter."""
    colours = pixels(file)
    return {name for name, colour in palette.items() if colours.get(colour, 0) >= 30}


def check_page(tap, folder, name, board):
    page = f"{folder}/{name}.html"
    subprocess.run([SWDLINK, "doctor", "--no-journal", "--html", page, "--probe", f"virtual:stm32f031k6,{board}"],
                   stdout=subprocess.DEVNULL, check=False, timeout=60)
    with open(page, encoding="utf-8") as file:
        text = file.read()
    tap.check(f"{name}: the page fetches nothing", [], re.findall(r"(?i)\b(?:src|href|@import|url)\b\s*[=(]", text))
    with open(f"{folder}/probe.html", "w", encoding="utf-8") as file:
        file.write(text.replace("</body>", PROBE))
    for width in (900, 500):
        dom = browse(folder, f"{folder}/probe.html", f"--window-size={width},1000", "--dump-dom")
        said = re.search(r"<title>seen (.*) of (\d+)</title>", dom)
        tap.check(f"{name}: no text is cut off at {width} pixels", ("[]", True), (said and said[1], bool(said) and int(said[2]) >= 15))
    for scheme, palette, number in (("light", LIGHT, 1), ("dark", DARK, 0)):
        picture = f"{folder}/{name}-{scheme}.png"
        browse(folder, page, "--window-size=700,760", f"--blink-settings=preferredColorScheme={number}", f"--screenshot={picture}")
        tap.check(f"{name}: {scheme}, the wires have their colours", SHOWN[name] | {"paper"}, seen(picture, palette))
    if not PDFTOPPM:
        tap.skip(f"{name}: printed", "pdftoppm is not installed")
        return
    browse(folder, page, "--blink-settings=preferredColorScheme=0", f"--print-to-pdf={folder}/page.pdf")
    subprocess.run([PDFTOPPM, "-r", "72", "-f", "1", "-l", "1", "-png", "-singlefile", f"{folder}/page.pdf", f"{folder}/print"],
                   check=True, timeout=60)
    tap.check(f"{name}: printed, on white paper and with its colours", SHOWN[name] | {"paper"}, seen(f"{folder}/print.png", PRINT))


def main():
    tap = Tap()
    if not CHROMIUM:
        print("1..0 # SKIP chromium is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name, board in BOARDS.items():
            if name in USUAL or os.environ.get("SWDLINK_TEST_ALL"):
                check_page(tap, folder, name, board)
        if os.environ.get("SWDLINK_KEEP"):
            shutil.copytree(folder, os.environ["SWDLINK_KEEP"], dirs_exist_ok=True, ignore=shutil.ignore_patterns("profile"))
    tap.plan()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
