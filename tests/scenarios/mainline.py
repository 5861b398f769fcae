# SPDX-License-Identifier: MIT
"""Cortex-M3 and M4 under GDB: the unit's registers, frames with its state, IT blocks, stepping through exceptions,
six breakpoints, ranges, catches, and faults in words. The program is tests/firmware/mainline.c."""

import json
import os
import shutil
import subprocess
import tempfile

from harness import BUILD, PATIENCE_S, Skipped, expect, expect_equal, expect_not, firmware, main, scenario

M3 = "stm32f103c8"
M4 = "stm32f407vg"
M7 = "stm32f746zg"  # r0p1, whose steps enter handlers that are masked


def on(*chips):
    """The scenario on each of these chips, with the program in the flash."""
    def mark(function):
        for chip in chips:
            def one(session, function=function, chip=chip):
                function(session, chip)
            one.__name__ = f"{function.__name__}_{chip}"
            scenario(f"{chip},firmware={firmware(elf_of(chip))}")(one)
        return function
    return mark


def elf_of(chip):
    return "mainline-m3.elf" if chip == M3 else "mainline-m4.elf"


def at_main(session, chip):
    gdb = session.gdb(elf_of(chip))
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak main", "continue")
    expect(r"main", gdb.cmd("frame"))
    return gdb


@on(M3, M4, M7)
def registers_are_those_of_the_core(session, chip):
    gdb = at_main(session, chip)
    said = gdb.cmd("info all-registers")
    for name in ("msp", "psp", "primask", "basepri", "faultmask", "control"):
        expect(rf"^{name} ", said)
    (expect_not if chip == M3 else expect)(r"^fpscr ", said)
    gdb.cmds("set var $basepri = 0x55", "stepi")  # four bits of it exist
    expect_equal(0x50, gdb.value("$basepri"))
    gdb.cmds("set var $basepri = 0", "set var $faultmask = 1", "stepi")
    expect_equal(1, gdb.value("$faultmask"))


@on(M4, M7)
def the_unit_has_registers_that_can_be_written_and_passed(session, chip):
    gdb = at_main(session, chip)
    gdb.cmds("set var $s17 = 1.5", "set var $d9 = -2.25", "stepi")
    expect(r"= 1\.5$", gdb.cmd("print $s17"))
    expect(r"= -2\.25$", gdb.cmd("print $d9"))
    expect(r"fpscr", gdb.cmd("info float"))
    expect(r"= 7\.5$", gdb.cmd("print scale(2.6f, 2.5f)"))
    expect(r"= 1\.5$", gdb.cmd("print $s17"))
    gdb.cmds("tbreak scale", "continue")
    expect(r"scale \(value=(value@entry=)?3, factor=(factor@entry=)?2\)", gdb.cmd("frame"))
    expect(r"Value returned is .* = 7$", gdb.cmd("finish"))


@on(M3, M4, M7)
def a_handler_is_walked_out_of(session, chip):
    gdb = at_main(session, chip)
    gdb.cmds("tbreak call_svc", "continue", "tbreak svc_handler", "continue")
    walk = gdb.cmd("backtrace")
    expect(r"#0 +svc_handler", walk)
    expect(r"#1 +<signal handler called>", walk)
    expect(r"#2 +.*call_svc \(\)", walk)
    expect(r"#3 +.*main \(\)", walk)
    # The state of the unit is in the frame, or is still to be saved.
    expect_equal(0xfffffff9 if chip == M3 else 0xffffffe9, gdb.value("$lr") & 0xffffffff)
    gdb.cmds("tbreak compute", "continue")
    expect(r"#4 +.*main \(\)", gdb.cmd("backtrace"))
    expect(r"svc_handler \(\)", gdb.cmd("finish"))
    expect(r"call_svc \(\)", gdb.cmd("finish"))
    expect_equal(0, gdb.value("$xpsr & 0x1ff"))


@on(M3, M4, M7)
def stepping_goes_through_an_svc_and_over_interrupts(session, chip):
    gdb = at_main(session, chip)
    gdb.cmds("tbreak call_svc", "continue")
    gdb.cmd("stepi")  # into the handler
    expect_equal(11, gdb.value("$xpsr & 0x1ff"))
    expect(r"call_svc \(\)|main \(\)", gdb.cmd("finish"))
    gdb.cmd("set var ticks = 0")
    for _ in range(20):  # SysTick is due all the time and never met
        gdb.cmd("next")
        expect_equal(0, gdb.value("$xpsr & 0x1ff"))
    gdb.cmds("tbreak systick_handler", "continue")
    expect_equal(15, gdb.value("$xpsr & 0x1ff"))
    expect(r"main|scale|compute|choose|call_svc|fail|svc_handler", gdb.cmd("finish"))


@on(M3, M4, M7)
def an_it_block_is_stepped_instruction_by_instruction(session, chip):
    gdb = at_main(session, chip)
    gdb.cmds("tbreak choose", "continue")
    first = gdb.value("$pc")
    for _ in range(8):
        if gdb.value("($xpsr >> 10 & 0x3f) | ($xpsr >> 25 & 3)"):
            break
        gdb.cmd("stepi")
    inside = gdb.value("$pc")
    gdb.cmd("stepi")  # MOVHI, which is not done
    expect_equal(inside + 2, gdb.value("$pc"))
    gdb.cmd("stepi")
    expect_equal(inside + 4, gdb.value("$pc"))
    expect_equal(0, gdb.value("($xpsr >> 10 & 0x3f) | ($xpsr >> 25 & 3)"))
    # GDB moves a breakpoint in the middle of a block to its beginning.
    gdb.cmds(f"break *{inside + 2}", "continue")
    expect_equal(inside - 2, gdb.value("$pc"))
    gdb.cmds("delete", f"tbreak *{first}", "continue")
    gdb.cmd("finish")


@on(M3, M4)
def six_breakpoints_are_there_and_the_seventh_is_refused(session, chip):
    gdb = at_main(session, chip)
    for place in ("scale", "compute", "choose", "call_svc", "fail", "svc_handler"):
        gdb.cmd(f"hbreak {place}")
    met = set()
    for _ in range(12):
        met.add(expect(r"(scale|compute|choose|call_svc|fail|svc_handler) \(", gdb.cmd("continue")).group(1))
    expect_equal(6, len(met))
    gdb.cmd("hbreak pendsv_handler")
    expect(r"this core has 6 breakpoint comparators and all are in use", gdb.cmd("continue") + gdb.take())


@on(M3, M4, M7)
def a_whole_table_is_watched_by_one_comparator(session, chip):
    gdb = at_main(session, chip)
    for expression in ("rounds", "choice", "switches"):
        gdb.cmd(f"watch {expression}")
    gdb.cmd("watch table")  # 256 bytes
    seen = "".join(gdb.cmd("continue") for _ in range(8))
    expect(r"Hardware watchpoint \d+: table", seen)
    expect(r"Hardware watchpoint \d+: rounds", seen)
    gdb.cmd("delete")
    gdb.cmd("watch rounds if rounds == 9")
    expect(r"New value = 9", gdb.cmd("continue"))


@on(M3, M4, M7)
def catches_stop_at_the_fault_that_is_meant(session, chip):
    gdb = at_main(session, chip)
    gdb.cmds("set var faults_enabled = 1", "tbreak fail", "continue", "monitor vector_catch none",
             "monitor vector_catch state", "set var fault_kind = 4")
    said = gdb.cmd("continue") + gdb.take()
    expect(r"UsageFault at pc 0x0800.*it is no instruction of this core \(UFSR.UNDEFINSTR\)", said)
    expect_equal(6, gdb.value("$xpsr & 0x1ff"))


FAULTS = [
    (1, r"nothing answers this access at 0x60000010 \(BFSR\.PRECISERR\)"),
    (2, r"a buffered write some instructions before had no answer \(BFSR\.IMPRECISERR\)"),
    (3, r"an access that is not aligned \(UFSR\.UNALIGNED\)"),
    (4, r"it is no instruction of this core \(UFSR\.UNDEFINSTR\)"),
    (5, r"at pc 0x08000100.*a jump without the Thumb bit.*\(UFSR\.INVSTATE\)"),
    (6, r"a division by zero \(UFSR\.DIVBYZERO\)"),
    (7, r"an instruction of the FPU or a coprocessor that is off.*\(UFSR\.NOCP\)"),
    (8, r"the MPU forbids this access at 0x20000014 \(MMFSR\.DACCVIOL\)"),
    (9, r"at pc 0x60000100.*no code can be fetched from there \(BFSR\.IBUSERR\)"),
    (10, r"HardFault; its stack frame cannot be read: the stacking for an exception failed.*\(BFSR\.STKERR\)"),
]


@on(M3, M4, M7)
def each_fault_is_named_with_what_and_where(session, chip):
    gdb = session.gdb(elf_of(chip))
    for kind, words in FAULTS:
        if kind == 8 and chip == M3:
            continue  # an STM32F103 of this density has no MPU
        gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak fail", "continue",
                 f"set var fault_kind = {kind}")
        said = gdb.cmd("continue") + gdb.take()
        expect(words, said)
        expect("SIGSEGV", said)
        if kind != 10:
            expect(r"#1 +<signal handler called>\n#2 .*(fail \(\)|in \?\? \(\))", gdb.cmd("backtrace"))


@scenario(f"{M4},firmware=lockup")
def a_lockup_is_named_with_the_fault_that_made_it(session):
    gdb = session.gdb()
    gdb.cmds("monitor reset halt", "monitor vector_catch none")
    said = gdb.cmd("continue") + gdb.take()
    expect(r"locked up: a second fault inside the HardFault handler .*: it is no instruction of this core \(UFSR", said)


def under(command, chip, text=None):
    """Another program at the same chip; gives what it said, and checks that the board saw nothing forbidden."""
    if not shutil.which(command[0]):
        raise Skipped(f"{command[0]} is not installed")
    with tempfile.NamedTemporaryFile() as account:
        board = f"{chip},probe-mode=mass,firmware={firmware(elf_of(chip))}"
        done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), board, "--account", account.name, "--", *command],
                              input=text, capture_output=True, text=True, timeout=PATIENCE_S)
        with open(account.name, encoding="utf-8") as f:
            expect_equal([], json.load(f)["violations"])
    return done.stdout + done.stderr


def place_of(name, chip):
    out = subprocess.run(["arm-none-eabi-nm", firmware(elf_of(chip))], capture_output=True, text=True, check=True).stdout
    return int(expect(rf"^(\w+) \w {name}$", out).group(1), 16)


@scenario()
def openocd_debugs_both_cores(_):
    for chip, config in ((M3, "stm32f1x"), (M4, "stm32f4x")):
        compute, rounds = (place_of(name, chip) for name in ("compute", "rounds"))
        steps = ["init", "reset halt", f"bp {compute:#x} 2 hw", "resume", "wait_halt 1000", "echo [reg pc]", "step",
                 f"rbp {compute:#x}", f"wp {rounds:#x} 4 w", "resume", "wait_halt 1000", f"rwp {rounds:#x}",
                 f"echo [mdw {rounds:#x}]", "echo [reg basepri 0x30]", "echo [reg basepri]", f"{config}.cpu cortex_m maskisr on",
                 "step", f"{config}.cpu cortex_m vector_catch all", f"mww {place_of('fault_kind', chip):#x} 4",
                 "reg basepri 0", "resume", "wait_halt 1000", "echo [reg xpsr]", "shutdown"]
        said = under(["openocd", "-f", "interface/stlink-dap.cfg", "-f", f"target/{config}.cfg", "-c", "gdb_port disabled", "-c",
                      "; ".join(steps)], chip)
        expect(rf"Cortex-{'M3 r1p1' if chip == M3 else 'M4 r0p1'} processor detected", said)
        expect("target has 6 breakpoints, 4 watchpoints", said)
        expect(rf"halted due to breakpoint.*\n.*pc: 0x0*{compute:x}", said)
        expect("halted due to single-step", said)
        expect(rf"0x{rounds:08x}: 00000001", said)
        expect(r"basepri \(/8\): 0x30", said)
        expect("Handler HardFault", said)


@scenario()
def pyocd_finds_the_units_and_debugs_both_cores(_):
    for chip, core in ((M3, "M3"), (M4, "M4")):
        compute = place_of("compute", chip)
        lines = ["reset -h", "show cores", f"break {compute:#x}", "go", "status", "reg pc", f"rmbreak {compute:#x}", "step",
                 "write32 0x20000100 0x11223344", "read8 0x20000100 4", "wreg r7 0x1234", "reg r7", "exit"]
        said = under(["pyocd-tool", "-d", "info", "-t", "cortex_m"], chip, "\n".join(lines) + "\n")
        for unit in (f"SCS{'-M4' if chip == M4 else ''}", "DWT", "FPB", "ITM", f"TPIU{'-M4' if chip == M4 else ''}"):
            expect(rf"<e00\w+:{unit}", said)
        expect(f"CPU core is Cortex-{core}", said)
        (expect if chip == M4 else expect_not)("FPU present", said)
        expect("4 hardware watchpoints", said)
        expect("6 hardware breakpoints", said)
        expect(rf"pc = 0x0*{compute:x}", said)
        expect("20000100: *44 33 22 11", said)
        expect("r7 = 0x00001234", said)


if __name__ == "__main__":
    main()
