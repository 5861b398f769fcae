#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/porting-a-family.md, followed: in a copy of the tree a family of chips that does not exist is added by the steps
of the guide, and by no other. Then it is programmed, debugged and examined like any other. The files that were touched
are those that the guide prints in bold.

Only what was touched is compiled, with the commands of the build, and linked with the build's objects. With
SWDLINK_TEST_LONG=1 the copy is also built by its own Makefile.am, from a copy of the build.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ["top_srcdir"])
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
FOLDERS = "base swd cortex flash targets doctor server cli sim tests doc m4 build-aux contrib scripts".split()
GUIDE = "doc/porting-a-family.md"
CHIP = "stm32y001a4"
OWN = os.path.join(TOP, "tests", "porting")  # the files that a person would have written
LONG = bool(os.environ.get("SWDLINK_TEST_LONG"))

results = []


def check(name, problem):
    for line in str(problem or "").splitlines():
        print(f"# {line}")
    print(f"{'not ok' if problem else 'ok'} {len(results) + 1} - {name}", flush=True)
    results.append(not problem)


def skip(name, why):
    print(f"ok {len(results) + 1} - {name} # SKIP {why}", flush=True)
    results.append(True)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# ---- the tree and what happens to it ----------------------------------------------------------------------------------

def copy_tree(to):
    """Sources only: no build directory, no history."""
    for folder in FOLDERS:
        if os.path.isdir(os.path.join(TOP, folder)):
            shutil.copytree(os.path.join(TOP, folder), os.path.join(to, folder),
                            ignore=shutil.ignore_patterns("*.o", "*.log", "*.trs", "*.elf", "__pycache__", "captures"))
    for name in os.listdir(TOP):
        if os.path.isfile(os.path.join(TOP, name)):
            shutil.copy2(os.path.join(TOP, name), to)
    for where, folders, names in os.walk(to):  # in a release's check the sources are read-only
        for name in folders + names:
            os.chmod(os.path.join(where, name), os.stat(os.path.join(where, name)).st_mode | 0o200)


def fingerprints(tree):
    found = {}
    for where, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, tree)] = hashlib.sha256(f.read()).digest()
    return found


def touched(before, after):
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def bold_files(guide):
    """The files that the guide tells to write or to change."""
    return {name.replace("FAMILY", "stm32y0") for name in re.findall(r"\*\*`([^`]+)`\*\*", guide)}


# ---- the steps of the guide -------------------------------------------------------------------------------------------

class Tree:
    def __init__(self, path):
        self.path = path

    def new(self, name, source):
        shutil.copy(os.path.join(OWN, source), os.path.join(self.path, name))

    def after(self, name, anchor, line):
        """A line behind the last one that matches."""
        path = os.path.join(self.path, name)
        lines = read(path).splitlines(keepends=True)
        at = max(i for i, text in enumerate(lines) if re.search(anchor, text))
        lines.insert(at + 1, line + "\n")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(lines)

    def replace(self, name, old, new):
        path = os.path.join(self.path, name)
        text = read(path)
        if old not in text:
            raise ValueError(f"{name} has no {old!r}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new, 1))


def port_the_product(t):
    t.new("targets/families/stm32y0.c", "stm32y0.c")
    t.after("targets/families/families.c", r"&stm32f0_family,", "    &stm32y0_family,")
    t.after("targets/families/family.h", r"extern const struct family stm32\w+_family;",
            "extern const struct family stm32y0_family;")
    t.after("targets/dies.c", r"^    \{0x448,", '    {0x7f0, DIE_CORE_M0, 0x40055800u, 0x1ffe1fcc, 0x1ffe1fac, "STM32Y0", "STM32Y001, 16 KiB"},')
    t.after("targets/dies.c", r"^    \{AT_PPB,", "    {0x40055800u, {DIE_CORE_M0}, DIE_ID_DBGMCU},")
    t.after("Makefile.am", r"^\ttargets/families/stm32f0\.c", "\ttargets/families/stm32y0.c \\")


def port_the_board(t):
    t.new("sim/families/stm32y0.c", "sim_stm32y0.c")
    t.new("sim/families/stm32y0.h", "sim_stm32y0.h")
    t.after("sim/families/chips.c", r'#include "sim/families/stm32', '#include "sim/families/stm32y0.h"')
    t.replace("sim/families/chips.c", "sim_stm32f0_at", "sim_stm32f0_at, sim_stm32y0_at")
    t.after("Makefile.am", r"^\tsim/families/stm32f0\.c", "\tsim/families/stm32y0.c sim/families/stm32y0.h \\")


def name_it_in_the_tests(t):
    t.after("tests/unit/sim_chips.c", r'\{"stm32f031k6", 0x444',
            f'        {{"{CHIP}", 0x7f0, 16, 512, 4, 0x1ffe0000}},')
    t.replace("tests/unit/flash_board.c", "static void an_stm32f072_is_programmed", f"""\
static void a_made_up_chip_is_programmed(void **state)
{{
    (void)state;
    // 16 KiB at 8 MHz, where the loader is as slow as the flash.
    figures_of("{CHIP}", 16 * 1024, 830, 860, 1900);
}}

static void an_stm32f072_is_programmed""")
    t.after("tests/unit/flash_board.c", r"cmocka_unit_test\(an_stm32f031_is_programmed",
            "        cmocka_unit_test(a_made_up_chip_is_programmed),")
    t.replace("tests/scenarios/loads.py", '@scenario("stm32f042k6")\n', f"""\
@scenario("{CHIP}")
def load_and_continue_start_a_program_on_a_made_up_chip(session):
    gdb = session.gdb("systick.elf")
    load(gdb)
    gdb.cmd("tbreak main")
    expect(r"main \\(\\) at ", gdb.cmd("continue"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)


@scenario("stm32f042k6")
""")


def tell_the_users(t):
    t.after("CHANGELOG.md", r"^### Added", "\n- STM32Y0, which does not exist.")
    t.replace("README.md", "STM32F0", "STM32Y0, STM32F0")
    t.replace("doc/swdlink.1", "STM32F0", "STM32Y0, STM32F0")


STEPS = (port_the_product, port_the_board, name_it_in_the_tests, tell_the_users)


# ---- building ---------------------------------------------------------------------------------------------------------

def without_make():
    """The environment without what a make says to those that it starts."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


class Builder:
    """Compiles and links below a folder of its own with the commands of the build."""

    def __init__(self, tree, work):
        self.tree, self.work = tree, work
        self.objects = {}

    def _dry_run(self, changed, target):
        """The last command that make would run for the target, if those files had changed."""
        make = [os.environ.get("MAKE", "make"), "-n", "V=1", "-o", "Makefile"]
        make += [word for name in changed for word in ("-W", name)] + [target]
        done = subprocess.run(make, cwd=BUILD, capture_output=True, text=True, env=without_make(), check=False)
        commands = [line for line in done.stdout.splitlines() if f" -o {target} " in line]
        if not commands:
            raise ValueError(f"make -n {target}: {done.stdout}{done.stderr}")
        return shlex.split(commands[-1].replace("&&\\", ""))

    def _run(self, command):
        done = subprocess.run(command, cwd=BUILD, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(" ".join(command) + "\n" + done.stderr)

    def compile(self, source, like):
        """A source of the copied tree, with the command for a source of the same folder."""
        target = like[:-2] + ".o"
        # As the Makefile names it: configure may have been called by an absolute path.
        relative = os.path.normpath(os.path.join(os.path.relpath(TOP, BUILD), like))
        command = self._dry_run([relative, os.path.join(TOP, like)], target)
        # Without what writes dependencies; headers of the copy are found first.
        flags = [word for word in command[:command.index("-c")]
                 if not word.startswith("-M") and not word.endswith((".Tpo", ".o"))]
        at = flags.index("-DHAVE_CONFIG_H")
        to = os.path.join(self.work, source.replace("/", "_")[:-2] + ".o")
        self._run(flags[:at] + [f"-I{self.tree}"] + flags[at:] + ["-c", "-o", to, os.path.join(self.tree, source)])
        self.objects[source] = to
        return to

    def link(self, program, without=(), more=()):
        """A program of the build, with what was compiled in place of what it has: an archive's member is taken only
        for what is still missing."""
        command = self._dry_run(["libbase.a"], program)
        command[command.index("-o") + 1] = to = os.path.join(self.work, program)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        command = [word for word in command if word not in without]
        at = next(i for i, word in enumerate(command) if word.endswith((".o", ".a")))
        self._run(command[:at] + list(more) + command[at:])
        return to


COMPILED = (
    ("targets/families/stm32y0.c", "targets/families/families.c"),
    ("targets/families/families.c", "targets/families/families.c"),
    ("targets/dies.c", "targets/dies.c"),
    ("sim/families/stm32y0.c", "sim/families/chips.c"),
    ("sim/families/chips.c", "sim/families/chips.c"),
)
UNIT_TESTS = ("families", "dies", "sim_chips", "flash_board")


def build(tree, work):
    b = Builder(tree, work)
    for source, like in COMPILED:
        b.compile(source, like)
    common = list(b.objects.values())
    product = [o for s, o in b.objects.items() if s.startswith("targets/")]
    b.link("swdlink", more=common)
    for name in UNIT_TESTS:
        source = f"tests/unit/{name}.c"
        own = b.compile(source, source)
        has_board = name in ("sim_chips", "flash_board")
        b.link(f"tests/unit/{name}", without=(f"tests/unit/{name}.o",), more=[own] + (common if has_board else product))


# ---- using it ---------------------------------------------------------------------------------------------------------

class Chip:
    def __init__(self, work):
        self.work = work
        self.program = os.path.join(work, "swdlink")

    def run(self, *words, board="", status=0):
        account = os.path.join(self.work, "account.json")
        probe = f"virtual:{CHIP},account={account}{board}"
        done = subprocess.run([self.program, *words, "--probe", probe], capture_output=True, text=True, timeout=120,
                              check=False, env=dict(os.environ, XDG_STATE_HOME=self.work))
        if done.returncode != status:
            raise ValueError(f"swdlink {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        violations = json.loads(read(account)).get("violations")
        if violations:
            raise ValueError(f"swdlink {' '.join(words)}: {violations}")
        return done.stdout + done.stderr


def holds(text, *pieces):
    missing = [piece for piece in pieces if piece not in text]
    return f"missing: {missing}\n{text}" if missing else None


def is_identified(chip):
    return holds(chip.run("info"), "STM32Y001x4", "16 KiB at 0x08000000", "4 KiB at 0x20000000", "open")


def is_programmed(chip):
    image, store = os.path.join(chip.work, "image.bin"), f",store={os.path.join(chip.work, 'store')}"
    with open(image, "wb") as f:
        f.write(bytes.fromhex("00100020" "09000008" "fee7") + bytes(i * 7 & 255 for i in range(9000)))
    said = chip.run("flash", image, board=store)
    chip.run("verify", image, board=store)
    chip.run("erase", "--range", "0x08000200:0x200", board=store)
    kept = chip.run("verify", image, board=store, status=1)
    return holds(said, "programmed") or holds(kept, "0x08000200")


def has_options(chip):
    store = f",store={os.path.join(chip.work, 'options')}"
    said = chip.run("options", "Y_OWN=0x5a", board=store) + chip.run("options", board=store)
    problem = holds(said, "Y_WATCHDOG", "Y_BOOT", "0x5a")
    if "nBOOT1" in said or "WRP0" in said:
        problem = f"options of another family\n{said}"
    return problem


def is_unlocked(chip):
    store = f",store={os.path.join(chip.work, 'locked')}"
    problem = holds(chip.run("info", board=store + ",rdp=1"), "level 1")
    chip.run("unlock", "--yes", board=store)
    return problem or holds(chip.run("info", board=store), "level 0: open")


def is_examined(chip):
    said = chip.run("doctor", "--no-journal", board=",firmware=iwdg", status=1)
    return holds(said, "reset-loop", "the watchdog of STM32Y0", "Y_RCC_FLAGS 0x", "Y_RCC_CFGR 0x", "PA6", "PA5")


def has_its_own_supply(chip):
    said = chip.run("doctor", "--no-journal", board=",firmware=count,vdd=2350", status=1)
    return holds(said, "target-undervoltage")


USES = (is_identified, is_programmed, has_options, is_unlocked, is_examined, has_its_own_supply)


def attempt(function, *arguments, **more):
    try:
        return function(*arguments, **more)
    except (ValueError, OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}: {error}"


def run_tap(command, work, **more):
    """Runs a test of the copied tree; what is wrong, or None."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", top_builddir=work, **more)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=work, env=environment)
    if done.returncode or "not ok" in done.stdout or not re.search(r"^ok ", done.stdout, re.M):
        return f"{' '.join(command)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return None


def check_the_tests(tree, work):
    for name in UNIT_TESTS:
        only = ["a_made_up_chip"] if name == "flash_board" else []
        check(f"tests/unit/{name} passes with it",
              attempt(run_tap, [os.path.join(work, "tests", "unit", name)] + only, work))
    firmware = os.path.join(BUILD, "tests", "firmware")
    name = "GDB loads a program into it"
    if not shutil.which(os.environ.get("GDB") or "gdb-multiarch"):
        skip(name, "gdb-multiarch is not installed")
    elif not os.path.exists(os.path.join(firmware, "systick.elf")):
        skip(name, "the firmware of the tests was not built")
    else:
        os.symlink(firmware, os.path.join(work, "tests", "firmware"))
        check(name, attempt(run_tap, [sys.executable, os.path.join(tree, "tests", "scenarios", "loads.py"), "made_up"],
                            work, top_srcdir=tree))
    check("what a chip is stands in its place only",
          attempt(run_tap, ["sh", os.path.join(tree, "tests", "check_includes.sh")], BUILD, top_srcdir=tree))


def make_the_copy(tree, work):
    """The whole build by the copy's own Makefile.am, from a copy of this build where it lies in the tree."""
    relative = os.path.relpath(BUILD, TOP)
    there = os.path.join(tree, relative)
    shutil.copytree(BUILD, there, symlinks=True, ignore=shutil.ignore_patterns("*.log", "*.trs"))
    done = subprocess.run(["make", "-s", "-j2", "swdlink", "tests/unit/families"], cwd=there, capture_output=True, text=True,
                          env=without_make(), check=False)
    if done.returncode:
        raise ValueError(done.stdout[-2000:] + done.stderr[-4000:])
    shutil.copy(os.path.join(there, "swdlink"), work)
    return is_identified(Chip(work))


def main():
    with tempfile.TemporaryDirectory(prefix="porting.") as folder:
        tree, work = os.path.join(folder, "tree"), os.path.join(folder, "work")
        os.mkdir(tree)
        os.mkdir(work)
        copy_tree(tree)
        before = fingerprints(tree)
        problem = None
        for step in STEPS:
            problem = problem or attempt(step, Tree(tree))
        check("the steps of the guide can be taken", problem)
        named = bold_files(read(os.path.join(TOP, GUIDE)))
        changed = touched(before, fingerprints(tree))
        print(f"# {len(changed)} files: {' '.join(sorted(changed))}")
        check("the files that were touched are those that the guide prints in bold",
              None if changed == named else f"only touched: {sorted(changed - named)}\nonly in the guide: {sorted(named - changed)}")
        with open(os.path.join(tree, "cli", "help.c"), "a", encoding="utf-8") as f:
            f.write("// one more\n")
        check("one more file would be seen",
              None if touched(before, fingerprints(tree)) - named == {"cli/help.c"} else "it was not")
        check("it compiles, and links with what was there", attempt(build, tree, work))
        for use in USES:
            check(f"a made-up chip {use.__name__.replace('_', ' ')}", attempt(use, Chip(work)))
        check_the_tests(tree, work)
        name = "the copy's own Makefile builds it"
        if LONG:
            check(name, attempt(make_the_copy, tree, work))
        else:
            skip(name, "only with SWDLINK_TEST_LONG=1")
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
