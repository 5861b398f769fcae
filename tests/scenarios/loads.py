# SPDX-License-Identifier: MIT
"""`load` and then `continue`, as people type it: the program starts as after a reset, wherever the core stood."""

import subprocess
import tempfile

from harness import FACTS, expect, expect_equal, expect_not, firmware, main, scenario, swdlink

PROGRAMS = ("starts.elf", "starts-st.elf")
RCC_CFGR = FACTS.clock_config
HANDLER = 0x1ff


def program(gdb, elf):
    """Another program is the one that GDB knows and loads from now on."""
    gdb.cmd(f"file {firmware(elf)}")


def load(gdb):
    said = gdb.cmd("load")
    expect(r"Transfer rate", said)
    expect_not(r"^error", said)


def starts_as_after_a_reset(gdb, ticks=3, clock_word=FACTS.clock_word):
    """From the end of the load on: main in Thread mode on a fresh stack, and interrupts come."""
    gdb.cmds("tbreak main")
    expect(r"main \(\) at .*starts\.c", gdb.cmd("continue"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)
    expect_equal(True, gdb.value("(unsigned)&stack_top") - 64 <= gdb.value("$sp") < gdb.value("(unsigned)&stack_top"))
    for register in ("primask", "control"):
        expect_equal(0, gdb.value(f"${register}"))
    expect_equal(clock_word, gdb.value("found_cfgr"))
    gdb.cmd("break ticked")
    for tick in range(1, ticks + 1):
        expect(r"ticked \(\)", gdb.cmd("continue"))
        expect_equal(True, gdb.value("ticks") >= tick)
    gdb.cmd("delete")


def each_program_starts(gdb, spoil=None, **facts):
    for elf in PROGRAMS:
        if spoil:
            spoil()
        program(gdb, elf)
        load(gdb)
        starts_as_after_a_reset(gdb, **facts)
        expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))


@scenario()
def load_and_continue_start_a_program_on_a_blank_chip(session):
    gdb = session.gdb()
    gdb.cmds("monitor reset run", "monitor halt")
    each_program_starts(gdb)


@scenario()
def what_waits_to_be_said_of_the_old_program_is_not_said_of_the_new_one(session):
    gdb = session.gdb("starts.elf")  # locked up, of which nothing could be said yet
    load(gdb)
    gdb.cmd("tbreak main")
    expect_not(r"locked up|no program", gdb.cmd("continue"))
    gdb.cmd("disconnect")
    gdb = session.gdb("starts.elf", "target extended-remote")
    gdb.cmds("set *(short *)($sp - 16) = 0xde00", "set $pc = $sp - 16", "set confirm off")
    expect(r"SIGILL|SIGSEGV|SIGTRAP|SIGBUS", gdb.cmd("continue"))
    gdb.cmd("disconnect")
    gdb = session.gdb("starts.elf", "target extended-remote")
    expect_not(r"fault|locked up", gdb.cmd("start"))


@scenario("stm32f042k6")
def load_and_continue_start_a_program_on_a_blank_chip_that_found_itself_empty(session):
    each_program_starts(session.gdb(), clock_word=0)


@scenario()
def load_and_continue_start_a_program_where_the_old_one_stood_in_a_handler(session):
    gdb = session.gdb()

    def stand_in_handler():
        program(gdb, "systick.elf")
        load(gdb)
        gdb.cmds("tbreak systick_handler")
        expect(r"systick_handler \(\)", gdb.cmd("continue"))
        expect_equal(15, gdb.value("$xpsr") & HANDLER)
    each_program_starts(gdb, stand_in_handler)


@scenario()
def load_and_continue_start_a_program_where_the_old_one_stood_in_a_hardfault(session):
    gdb = session.gdb()

    def stand_in_hardfault():
        program(gdb, "systick.elf")
        load(gdb)
        gdb.cmds("tbreak main", "continue", "set var *(unsigned short *)$sp = 0xde00", "set var $pc = $sp")
        expect(r"SIGSEGV|HardFault", gdb.cmd("continue"))
        expect_equal(3, gdb.value("$xpsr") & HANDLER)
    each_program_starts(gdb, stand_in_hardfault)


# A HardFault without a stack locks up an ARMv6-M core alone; a blank chip has locked up the others.
@scenario(v6m_only=True)
def load_and_continue_start_a_program_where_the_core_was_locked_up(session):
    gdb = session.gdb()

    def lock_up():
        program(gdb, "systick.elf")
        load(gdb)
        gdb.cmds("tbreak main", "continue", "monitor vector_catch none", "set var $msp = 0x10000000")
        expect(r"SIGBUS|locked up", gdb.cmd("continue"))
        gdb.cmd("monitor vector_catch hard")
    each_program_starts(gdb, lock_up)


@scenario()
def what_the_old_program_or_the_user_had_set_is_as_after_a_reset(session):
    gdb = session.gdb()

    def spoil():
        program(gdb, "systick.elf")
        load(gdb)
        gdb.cmds("tbreak wait_for_tick", "continue")
        gdb.cmds("set var *(unsigned *)0xe000ed04 = 1 << 28",  # PendSV is pending
                 f"set var *(unsigned *){RCC_CFGR} = 0x400",  # PPRE
                 "set var *(unsigned *)0xe000e100 = 0xffffffff", "set var *(unsigned *)0xe000e200 = 0xffffffff",
                 "set var $psp = 0x20000400", "set var $control = 2", "set var $primask = 1")
    each_program_starts(gdb, spoil)


@scenario()
def a_thumb_bit_that_gdb_sets_brings_no_old_exception_back(session):
    """A program whose vectors are even faults at once, without the Thumb bit: GDB sets it with the PC."""
    gdb = session.gdb()
    with tempfile.NamedTemporaryFile(suffix=".bin") as zeros, tempfile.NamedTemporaryFile(suffix=".elf") as elf:
        zeros.write(b"\0\x10\0\x20" + bytes(1020))
        zeros.flush()
        subprocess.run(["arm-none-eabi-objcopy", "-I", "binary", "-O", "elf32-littlearm", "-B", "arm",
                        "--rename-section", ".data=.image,alloc,load,contents",
                        "--change-section-address", ".data=0x08000000", zeros.name, elf.name], check=True)

        def fault_at_once():
            gdb.cmds("file", f"load {elf.name}", "monitor reset run", "monitor halt",
                     "maintenance flush register-cache")
            expect_equal(3, gdb.value("$xpsr") & (1 << 24 | HANDLER))
        each_program_starts(gdb, fault_at_once)
        for elf_name in PROGRAMS:
            fault_at_once()
            program(gdb, elf_name)
            gdb.cmds("load", "monitor reset halt", "tbreak main")
            expect(r"main \(\)", gdb.cmd("jump reset_handler"))
            expect_equal(0, gdb.value("$xpsr") & HANDLER)


@scenario()
def breakpoints_and_watchpoints_that_were_in_survive_the_load(session):
    gdb = session.gdb("starts.elf")
    load(gdb)
    gdb.cmds("set breakpoint always-inserted on", "hbreak ticked", "watch ticks")
    load(gdb)
    expect(r"Hardware watchpoint \d+: ticks", gdb.cmd("continue"))
    gdb.cmd("delete 2")
    expect(r"ticked \(\)", gdb.cmd("continue"))


@scenario()
def vector_catches_survive_the_load(session):
    gdb = session.gdb("starts.elf")
    gdb.cmd("monitor vector_catch none")
    load(gdb)
    expect(r"HardFault no", gdb.cmd("monitor vector_catch"))
    gdb.cmd("monitor vector_catch hard")
    load(gdb)
    expect(r"HardFault yes", gdb.cmd("monitor vector_catch"))


@scenario()
def the_script_of_the_rust_books_reaches_main(session):
    gdb = session.gdb("starts.elf", "target extended-remote")
    gdb.cmds("break unexpected_exception", "break main", "monitor arm semihosting enable")
    load(gdb)
    gdb.cmd("stepi")
    expect(r"main \(\)", gdb.cmd("continue"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)


@scenario()
def the_other_ways_to_start_what_was_loaded_work_as_before(session):
    gdb = session.gdb("starts.elf", "target extended-remote")
    load(gdb)
    expect(r"main \(\)", gdb.cmd("start"))
    load(gdb)
    expect(r"ticked \(\)", gdb.cmds("tbreak ticked", "run"))
    load(gdb)
    expect(r"main \(\)", gdb.cmds("monitor reset halt", "tbreak main", "continue"))
    load(gdb)
    gdb.cmds("tbreak system_init")
    expect(r"system_init \(\)", gdb.cmd("jump system_init"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)


def changed_peripheral(gdb):
    """Set by a debugger; a reset would undo it."""
    gdb.cmd(f"set var *(unsigned *){RCC_CFGR} = 0x400")


def expect_peripheral(gdb, wanted):
    expect_equal(wanted, gdb.value(f"*(unsigned *){RCC_CFGR}") & 0x700)


@scenario()
def a_load_into_ram_leaves_the_chip_as_it_is(session):
    gdb = session.loaded("starts.elf")
    gdb.cmds("tbreak ticked", "continue")
    changed_peripheral(gdb)
    program(gdb, "inram-ram.elf")
    load(gdb)
    expect_peripheral(gdb, 0x400)
    gdb.cmds("tbreak lap")
    expect(r"lap \(n=0\)", gdb.cmd("continue"))
    expect_peripheral(gdb, 0x400)


@scenario()
def a_second_file_beside_the_program_leaves_the_chip_as_it_is(session):
    """A boot loader that has set the chip up, and then the application: it starts where its file says."""
    gdb = session.loaded("starts.elf")
    gdb.cmds("tbreak ticked", "continue")
    changed_peripheral(gdb)
    sp = gdb.value("$sp")
    program(gdb, "starts-behind.elf")
    load(gdb)
    expect_peripheral(gdb, 0x400)
    expect_equal(sp, gdb.value("$sp"))
    expect_equal(0x08004000, gdb.value("$pc") & ~0x3fff)
    gdb.cmds("tbreak system_init")
    expect(r"system_init \(\)", gdb.cmd("continue"))
    expect_equal(0x08004000, gdb.value("$pc") & ~0x3fff)
    expect_peripheral(gdb, 0x400)


@scenario()
def two_files_one_after_the_other_start_with_the_second(session):
    gdb = session.gdb("starts.elf")
    load(gdb)
    program(gdb, "starts-behind.elf")
    load(gdb)
    gdb.cmd("tbreak main")
    expect(r"main \(\)", gdb.cmd("continue"))
    expect_equal(0x08004000, gdb.value("$pc") & ~0x3fff)
    expect_equal(0, gdb.value("$xpsr") & HANDLER)
    # And back: the first one is what the chip starts.
    program(gdb, "starts.elf")
    load(gdb)
    starts_as_after_a_reset(gdb)


@scenario()
def an_application_that_is_loaded_again_starts_afresh(session):
    """The core stands in the application: it is the program that is replaced."""
    gdb = session.gdb("starts.elf")
    load(gdb)
    program(gdb, "starts-behind.elf")
    load(gdb)
    gdb.cmds("tbreak main", "continue", "next", "next")
    changed_peripheral(gdb)
    gdb.cmds("set var $sp = $sp - 256", "set var $primask = 1")
    load(gdb)
    expect_peripheral(gdb, 0)
    gdb.cmds("tbreak main", "continue")
    expect_equal(0x08004000, gdb.value("$pc") & ~0x3fff)
    expect_equal(0, gdb.value("$primask"))
    expect_equal(True, gdb.value("$sp") >= gdb.value("(unsigned)&stack_top") - 64)


@scenario()
def an_application_alone_on_a_blank_chip_is_started_with_its_own_stack(session):
    gdb = session.gdb("starts-behind.elf")
    gdb.cmds("monitor reset run", "monitor halt")
    load(gdb)
    gdb.cmd("tbreak main")
    expect(r"main \(\)", gdb.cmd("continue"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)
    expect_equal(True, gdb.value("$sp") >= gdb.value("(unsigned)&stack_top") - 64)


@scenario("stm32f031k6,boot0=1")
def what_is_loaded_is_started_where_the_boot_pin_says_otherwise(session):
    gdb = session.gdb("starts.elf")
    load(gdb)
    gdb.cmds("tbreak main")
    expect(r"main \(\)", gdb.cmd("continue"))
    expect_equal(0, gdb.value("$xpsr") & HANDLER)
    expect_equal(True, gdb.value("$sp") >= gdb.value("(unsigned)&stack_top") - 64)


VTOR = 0xe000ed08


def programs_and_applications_start(gdb):
    """On a core with VTOR an application gets its own vectors, and its interrupts come."""
    program(gdb, "starts.elf")
    load(gdb)
    expect_equal(0, gdb.value(f"*(unsigned *){VTOR:#x}"))
    gdb.cmd("tbreak ticked")
    expect(r"ticked \(\)", gdb.cmd("continue"))
    program(gdb, "starts-behind.elf")
    load(gdb)
    gdb.cmd("tbreak main")
    expect(r"main \(\)", gdb.cmd("continue"))
    load(gdb)  # the core stands in it: it is what is replaced
    expect_equal(0x08004000, gdb.value(f"*(unsigned *){VTOR:#x}"))
    gdb.cmd("tbreak ticked")
    expect(r"ticked \(\)", gdb.cmd("continue"))
    expect_equal(0x08004000, gdb.value("$pc") & ~0x3fff)
    program(gdb, "starts.elf")
    load(gdb)
    expect_equal(0, gdb.value(f"*(unsigned *){VTOR:#x}"))
    gdb.cmd("tbreak ticked")
    expect(r"ticked \(\)", gdb.cmd("continue"))
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))


@scenario("stm32g071rb")
def an_application_of_an_stm32g071_gets_its_own_vectors(session):
    programs_and_applications_start(session.gdb())


@scenario("stm32c031c6")
def an_application_of_an_stm32c031_gets_its_own_vectors(session):
    programs_and_applications_start(session.gdb())


@scenario("stm32u083rc")
def an_application_of_an_stm32u083_gets_its_own_vectors(session):
    programs_and_applications_start(session.gdb())


@scenario("stm32l053r8")
def an_application_of_an_stm32l053_gets_its_own_vectors(session):
    programs_and_applications_start(session.gdb())


def words_of(gdb, what):
    return [gdb.value(f"settings[{n}]") for n in what]


def a_program_with_settings_in_eeprom(session, end=0x08080800):
    """The section goes into the data EEPROM with the load; variables in it are changed as those in RAM."""
    gdb = session.gdb("eeprom.elf")
    load(gdb)
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))
    expect_equal([11, 22, 33, 0, 99], words_of(gdb, (0, 1, 2, 3, 99)))
    gdb.cmds("set var settings[1] = 0x12345678", "set var letter = 'y'", "set var odd_one = 0x7edc")
    expect_equal([11, 0x12345678, 33], words_of(gdb, (0, 1, 2)))
    expect_equal([ord("y"), 0x7edc], [gdb.value("letter"), gdb.value("odd_one")])
    gdb.cmds("break look")
    expect(r"look \(value=305419995\)", gdb.cmd("continue"))  # 0x12345678 + 99
    gdb.cmds("set var settings[99] = 1", f"monitor mww {gdb.value('(unsigned)&settings[1]')} 41")
    expect(r"look \(value=42\)", gdb.cmds("continue", "continue"))
    gdb.cmd("monitor reset halt")
    gdb.cmd("maintenance flush register-cache")
    expect_equal(41, gdb.value("settings[1]"))
    load(gdb)
    expect_equal([11, 22, 33, 0, 99], words_of(gdb, (0, 1, 2, 3, 99)))
    expect_equal(True, gdb.fails(f"set var *(int *) {end - 2:#x} = 0") != "")


@scenario("stm32l053r8")
def a_program_of_an_stm32l053_with_settings_in_eeprom_is_loaded_and_changed(session):
    a_program_with_settings_in_eeprom(session)


@scenario("stm32l031k6")
def a_program_of_an_stm32l031_with_settings_in_eeprom_is_loaded_and_changed(session):
    a_program_with_settings_in_eeprom(session, 0x08080400)


@scenario("stm32l152rb")
def an_application_of_an_stm32l152_gets_its_own_vectors(session):
    programs_and_applications_start(session.gdb())


@scenario("stm32l152re")
def a_program_of_an_stm32l152_with_settings_in_eeprom_is_loaded_and_changed(session):
    a_program_with_settings_in_eeprom(session, 0x08084000)


@scenario("stm32l073rz")
def a_whole_eeprom_is_restored_and_dumped(session):
    gdb = session.gdb("eeprom.elf")
    gdb.cmd("set remotetimeout 180")  # a busy machine under the sanitizers is slower than the EEPROM
    with tempfile.TemporaryDirectory() as folder:
        for seed in (3, 5):  # the second time every word has to be erased
            data = bytes(1 + (seed * n + n // 251) % 255 for n in range(6144))
            with open(f"{folder}/data", "wb") as file:
                file.write(data)
            expect_not(r"^error|rror", gdb.cmd(f"restore {folder}/data binary 0x08080000"))
            gdb.cmd(f"dump binary memory {folder}/back 0x08080000 0x08081800")
            with open(f"{folder}/back", "rb") as file:
                expect_equal(data, file.read())


@scenario()
def erasing_alone_starts_nothing(session):
    gdb = session.loaded("starts.elf")
    gdb.cmds("tbreak ticked", "continue")
    changed_peripheral(gdb)
    gdb.cmd("flash-erase")
    expect_peripheral(gdb, 0x400)


@scenario()
def what_was_loaded_is_equal_for_every_judge(session):
    gdb = session.gdb("starts.elf")
    load(gdb)
    said = gdb.cmd("compare-sections")
    expect(r"Section \.text, range .* matched", said)
    expect_not(r"MIS-?MATCHED|error", said)


main()
