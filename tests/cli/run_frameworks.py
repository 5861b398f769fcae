# SPDX-License-Identifier: MIT
"""Test frameworks drive `swdlink run` as they are: embedded-test, defmt's frames, CppUTest's options, and cargo,
ctest, meson and prove as runners of programs on the virtual board."""

import os
import shutil
import subprocess
import sys

import says

FIRMWARE = os.path.join(says.BUILD, "tests/firmware")
RUNNER = [os.path.abspath(says.SWDLINK), "run", "--probe", says.BOARD, "--timeout", "60"]
GOOD, BAD = "1..1\nok 1 - a\n", "1..1\nnot ok 1 - a\n"


def firmware(name):
    return os.path.join(FIRMWARE, name)


def embedded_test(tap):
    report = os.path.join(says.DIR, "r.xml")
    got = says.run(firmware("embedded_test.elf"), "--junit", report)
    results = [line for line in got.stdout.splitlines() if line.startswith("test ")]
    tap.check("embedded-test: one run per test", [
        "test sums::fails ... FAILED", "test sums::faults ... FAILED", "test sums::hangs ... FAILED",
        "test sums::later ... ignored", "test sums::panics - should panic ... ok",
        "test sums::should_panic - should panic ... FAILED", "test sums::works ... ok",
        "test result: FAILED. 2 passed; 4 failed; 1 ignored; 0 measured; 0 filtered out"], results)
    junit = says.Junit(report)
    tap.check("embedded-test: status and JUnit", (1, (7, 4, 0, 1)), (got.returncode, junit.counts))
    tap.check("embedded-test: the reasons", [
        "failure: it panicked, or gave an error", "failure: the program ended in a HardFault",
        "failure: the program did not end within 1 s", "failure: it did not panic, as it should"], junit.bad())
    got = says.run(firmware("embedded_test.elf"), "--", "works", "--nocapture")
    tap.check("embedded-test: a filter, and an option of libtest's", (0, True), (
        got.returncode, "1 passed; 0 failed; 0 ignored; 0 measured; 6 filtered out" in got.stdout))
    got = says.run(firmware("embedded_test.elf"), "--", "--list")
    tap.check("embedded-test: --list", (0, 7), (got.returncode, got.stdout.count(": test\n")))
    got = says.run(firmware("embedded_test.elf"), "--tap", "--", "--exact", "sums::works", "sums::fails")
    tap.check("embedded-test: --exact, as TAP", (1, ["not ok 1 - sums.fails", "ok 2 - sums.works"]), (
        got.returncode, [line for line in got.stdout.splitlines() if "ok " in line]))
    got = says.run(firmware("embedded_test.elf"), "--", "--ignored")
    tap.check("embedded-test: --ignored", (1, True), (got.returncode, "later ... FAILED" in got.stdout))
    got = says.run(firmware("embedded_test.elf"), "--", "--strange")
    tap.check("embedded-test: an option that libtest does not have", 125, got.returncode)
    got = says.run(firmware("embedded_test0.elf"))
    tap.check("embedded-test before 0.7 lists its tests itself", (1, True), (
        got.returncode, "2 passed; 1 failed" in got.stdout))


def defmt(tap):
    """Frames are bytes that are no text: what the program wrote comes out, byte for byte."""
    frames = bytes(range(1, 256)) * 3
    path = says.program("defmt.elf", frames, "rtt")
    raw = os.path.join(says.DIR, "frames")
    got = says.run(path, "--rtt-raw", raw, "--timeout", "20")
    with open(raw, "rb") as f:
        tap.check("defmt: --rtt-raw FILE has the frames as they are", (0, "", frames),
                  (got.returncode, got.stdout, f.read()))
    got = subprocess.run([*RUNNER, "--rtt-raw", "-", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=False, timeout=60)
    tap.check("defmt: --rtt-raw - is for a pipe to defmt-print", (0, frames), (got.returncode, got.stdout))
    got = says.run(path, "--rtt-raw", "/nowhere/at/all")
    tap.check("defmt: a file that cannot be written is told before anything is done", 125, got.returncode)


def cpputest(tap):
    program = firmware("cpputest.elf")
    report = os.path.join(says.DIR, "r.xml")
    got = says.run(program, "--junit", report, "--", "-v")
    junit = says.Junit(report)
    tap.check("CppUTest: -v behind --", (1, (3, 1, 0, 0), ["Adds", "Fails", "IsOff"]),
              (got.returncode, junit.counts, junit.names()))
    got = says.run(program, "--junit", report, "--", "-g", "Sum", "-n", "Adds")
    tap.check("CppUTest: -g and -n choose", (0, (1, 0, 0, 0)), (got.returncode, says.Junit(report).counts))
    got = says.run(program, "--junit", report, "--", "-n", "Nothing")
    tap.check("CppUTest: nothing ran", 1, got.returncode)
    got = says.run(program, "--", "a b", "", "c", "--echo")
    tap.check("words with spaces are quoted", f'{program} "a b" "" c --echo\n', got.stdout)
    got = says.run(program, "--", '"q"', "it's", "its 'own'", "--echo")
    tap.check("words with quotes are quoted by the others", f"{program} '\"q\"' it's \"its 'own'\" --echo\n", got.stdout)
    got = says.run(program, "--", "both \" and '")
    tap.check("a word that no quote holds is wrong usage", (125, True),
              (got.returncode, "both kinds of quotes" in got.stderr))
    got = says.run(program, "--", "x" * 3000)
    tap.check("a command line that is too long is wrong usage", (125, True),
              (got.returncode, "longer than 2047 bytes" in got.stderr))
    got = says.run(program, "--", "x" * 1000, "--echo")
    tap.check("a program without room for it hears so", (100, True),
              (got.returncode, "has room for 512 bytes of its command line" in got.stderr))


def ctest(tap):
    if not says.find("cmake") or not says.find("ctest"):
        tap.skip("ctest", "cmake is not installed")
        return
    folder = os.path.join(says.DIR, "ctest")
    os.mkdir(folder)
    for name, text in (("good", GOOD), ("bad", BAD)):
        shutil.move(says.program(f"{name}.elf", text), folder)
    runner = ";".join(RUNNER + ["--"])
    with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as f:
        f.write("cmake_minimum_required(VERSION 3.13)\nproject(t NONE)\nenable_testing()\n"
                f'set(RUNNER "{runner}")\n'
                "foreach(name good bad)\n"
                "  add_test(NAME ${name} COMMAND ${RUNNER} ${CMAKE_SOURCE_DIR}/${name}.elf)\nendforeach()\n")
    build = os.path.join(folder, "build")
    subprocess.run(["cmake", "-S", folder, "-B", build], check=True, stdout=subprocess.DEVNULL)
    got = subprocess.run(["ctest", "--output-on-failure"], cwd=build, check=False, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=120)
    tap.check("ctest: one passed, one failed", True, "50% tests passed, 1 tests failed out of 2" in got.stdout)


def meson(tap):
    if not says.find("meson") or not says.find("ninja"):
        tap.skip("meson test --wrap", "meson is not installed")
        return
    folder = os.path.join(says.DIR, "meson")
    os.mkdir(folder)
    with open(os.path.join(folder, "meson.build"), "w", encoding="utf-8") as f:
        f.write("project('t')\n")
        for name, text in (("good", GOOD), ("bad", BAD)):
            shutil.move(says.program(f"{name}.elf", text), folder)
            os.chmod(os.path.join(folder, f"{name}.elf"), 0o755)
            f.write(f"test('{name}', find_program('./{name}.elf'), args: ['--seed', '1'])\n")
    build = os.path.join(folder, "build")
    subprocess.run(["meson", "setup", build, folder], check=True, stdout=subprocess.DEVNULL)
    got = subprocess.run(["meson", "test", "-C", build, "--wrap", " ".join(RUNNER + ["--"])], check=False, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    lines = [line.split() for line in got.stdout.splitlines()]
    counts = {line[0]: line[1] for line in lines if len(line) == 2 and line[0] in ("Ok:", "Fail:")}
    tap.check("meson test --wrap: one passed, one failed", {"Ok:": "1", "Fail:": "1"}, counts)


def prove(tap):
    if not says.find("prove"):
        tap.skip("prove -e", "prove is not installed")
        return
    good = says.program("good.elf", "t.c:1:a:PASS\nt.c:2:b:PASS\n2 Tests 0 Failures 0 Ignored\nOK\n")
    bad = says.program("bad.elf", "t.c:1:a:PASS\nt.c:2:b:FAIL: no\n2 Tests 1 Failures 0 Ignored\nFAIL\n")
    command = " ".join(RUNNER + ["--tap", "--"])
    got = subprocess.run(["prove", "-e", command, good], check=False, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=60)
    tap.check("prove -e: what passed", (0, True), (got.returncode, "Result: PASS" in got.stdout))
    got = subprocess.run(["prove", "-e", command, good, bad], check=False, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=60)
    tap.check("prove -e: what failed", (True, True), (got.returncode != 0, "Failed 1/2 subtests" in got.stdout))
    got = subprocess.run(["prove", "-e", f"{RUNNER[0]} run --probe {says.BOARD},swdio=open --tap --", good],
                         check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    tap.check("prove -e: a rig that fails bails out", True, "Bailout called." in got.stdout)


def cargo(tap):
    """cargo builds a crate whose linker puts the ARM program in the place of its own, and starts it by the runner."""
    if not says.find("cargo") or not says.find("rustc"):
        tap.skip("cargo's runner", "cargo is not installed")
        return
    folder = os.path.join(says.DIR, "cargo")
    os.makedirs(os.path.join(folder, "src"))
    linker = os.path.join(folder, "link.sh")
    with open(linker, "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\n'
                f'cp "{os.path.abspath(firmware("embedded_test.elf"))}" "$2"\n')
    os.chmod(linker, 0o755)
    with open(os.path.join(folder, "Cargo.toml"), "w", encoding="utf-8") as f:
        f.write('[package]\nname = "t"\nversion = "0.1.0"\nedition = "2021"\n')
    with open(os.path.join(folder, "src/main.rs"), "w", encoding="utf-8") as f:
        f.write("fn main() {}\n")
    host = [line.split()[1] for line in subprocess.run(["rustc", "-vV"], stdout=subprocess.PIPE, text=True,
                                                       check=True).stdout.splitlines() if line.startswith("host")][0]
    name = host.upper().replace("-", "_")
    env = {**os.environ, f"CARGO_TARGET_{name}_RUNNER": " ".join(RUNNER + ["--"]),
           f"CARGO_TARGET_{name}_LINKER": linker}
    for words, wanted in ((["works"], (True, "1 passed; 0 failed")), (["fails"], (False, "0 passed; 1 failed"))):
        got = subprocess.run(["cargo", "test", "--offline", "--", *words], cwd=folder, env=env, check=False, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        tap.check(f"cargo test with runner = \"swdlink run … --\": {words[0]}", wanted,
                  (got.returncode == 0, wanted[1] if wanted[1] in got.stdout else got.stdout))


def main():
    tap = says.Tap()
    if says.is_possible() and os.path.exists(firmware("embedded_test.elf")):
        for part in (embedded_test, defmt, cpputest, ctest, meson, prove, cargo):
            part(tap)
    else:
        tap.skip("frameworks", "this build has no virtual board, or no ARM compiler")
    tap.plan()
    return 0


if __name__ == "__main__":
    sys.exit(main())
