# SPDX-License-Identifier: MIT
"""Flash through GDB: what is written, kept, refused and explained."""

import tempfile

from harness import CHIP, FACTS, expect, expect_equal, expect_not, firmware, main, scenario, swdlink


@scenario()
def loading_again_erases_and_programs_nothing(session):
    gdb = session.loaded("session.elf")
    gdb.quit()
    session.server.wait_log("(?i)left|disconnect|detach")
    second = session.loaded("session.elf")
    expect_not(r"MIS-?MATCHED", second.cmd("compare-sections"))
    second.quit()
    account = session.close()
    # A factory-new chip is blank: the first load erases nothing, the second finds all pages equal.
    expect_equal(0, account["pages_erased"])
    # Two bytes a unit; sections are padded to a page at most.
    expect_equal(True, account["units_programmed"] <= (gdb.load_size + 1024) // 2)


@scenario()
def loading_another_program_erases_only_the_pages_that_differ(session):
    gdb = session.loaded("session.elf")
    gdb.cmd("monitor reset halt")
    gdb.cmd(f"file {firmware('systick.elf')}")
    expect(r"Transfer rate", gdb.cmd("load"))
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))
    gdb.quit()
    account = session.close()
    # Where all else is blank, a mass erase is quicker than that of the pages.
    expect_equal(True, 1 <= account["pages_erased"] + account["mass_erases"] <= 32)


@scenario()
def writing_a_variable_in_flash_is_refused_and_says_why(session):
    gdb = session.loaded("session.elf")
    said = gdb.fails("set var *(int *)0x08000400 = 1")
    expect(r"flash|Cannot access memory|Writing to flash", said)


@scenario()
def a_file_that_is_too_big_for_the_chip_is_refused(session):
    gdb = session.gdb()
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(b"\xa5" * 2048)
        file.flush()
        said = gdb.cmd(f"restore {file.name} binary 0x08007c00")
    expect(r"rror|Cannot|flash", said)


@scenario(board=f"{CHIP},rdp=1")
def reading_a_protected_chip_is_an_error_and_not_zeros(session):
    gdb = session.gdb("session.elf")
    expect(r"Cannot access memory at address 0x0*8000000", gdb.fails("x/4xw 0x08000000"))
    expect(r"0x20000000", gdb.cmd("x/xw 0x20000000"))
    expect(r"(?i)read.?out protection|read protection|protected", session.server.log()
           + gdb.cmd("monitor info"))


@scenario(board=f"{CHIP},rdp=1")
def loading_into_a_protected_chip_says_what_to_do(session):
    gdb = session.gdb("session.elf")
    gdb.cmd("monitor reset halt")
    said = gdb.cmd("load") + gdb.take()
    expect(r"rror", said)
    session.server.wait_log(r"(?i)protect.*unlock")


@scenario()
def a_protected_chip_is_unlocked_by_the_command_and_then_takes_a_program(_):
    with tempfile.TemporaryDirectory() as folder:
        store = f"store={folder}/chip"
        swdlink(["info"], f"{CHIP},{store},rdp=1")
        refused = swdlink(["unlock"], f"{CHIP},{store}", check=False)
        expect_equal(2, refused.returncode)
        expect(r"erases the whole flash", refused.stderr)
        expect(r'"rdp_level": 1', swdlink(["info", "--json"], f"{CHIP},{store}").stdout)
        expect(r"unlocked", swdlink(["unlock", "--yes"], f"{CHIP},{store}").stderr)
        expect(r'"rdp_level": 0', swdlink(["info", "--json"], f"{CHIP},{store}").stdout)
        expect(r"nothing was changed", swdlink(["unlock", "--yes"], f"{CHIP},{store}").stderr)
        read = swdlink(["read", hex(FACTS.options), "4", "--json"], f"{CHIP},{store}").stdout
        expect(FACTS.open_options.to_bytes(4, "little").hex(), read)


@scenario()
def a_client_that_vanishes_in_the_middle_of_a_load_leaves_a_server_that_says_so(session):
    connection = session.raw()

    # Each waits for its answer: what a closed socket has not read may take with it what was sent last.
    def packet(payload):
        body = payload if isinstance(payload, bytes) else payload.encode()
        connection.sendall(b"$" + body + b"#%02x" % (sum(body) & 0xff))
        answer = b""
        while b"#" not in answer[:-2]:
            more = connection.recv(4096)
            if not more:
                raise AssertionError("the server closed the connection")
            answer += more

    packet("qSupported:swbreak+;hwbreak+")
    packet("?")  # takes hold of the target, which halts it
    packet("vFlashErase:08000000,1000")
    packet(b"vFlashWrite:08000000:" + bytes(range(32)) * 8)
    connection.sendall(b"$vFlashWrite:08000100:half of a pack")
    connection.close()
    session.server.wait_log(r"(?i)incomplete|not finished|unfinished|interrupted|middle")
    gdb = session.loaded("session.elf")
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))


@scenario()
def writing_a_variable_in_flash_is_refused_and_changes_nothing(session):
    gdb = session.loaded("session.elf")
    before = gdb.cmd("x/xw 0x08000040")
    expect(r"(?i)flash", gdb.cmd("set {int}0x08000040 = 0x12345678"))
    expect(r"(?i)flash", gdb.cmd("restore /dev/null binary 0x08000040") + gdb.cmd(
        "set {char}0x08000041 = 1"))
    if gdb.cmd("x/xw 0x08000040") != before:
        raise AssertionError("the flash changed")


@scenario()
def the_boot_rom_and_option_bytes_can_be_read(session):
    gdb = session.gdb()
    expect(rf"0x0*{FACTS.open_options:x}", gdb.cmd(f"x/xw {FACTS.options:#x}"))
    expect(rf"{FACTS.boot_rom + 0x41:#x}", gdb.cmd(f"x/4xw {FACTS.boot_rom:#x}"))


main()
