// SPDX-License-Identifier: MIT
// The table of commands.
#include "cli/command.h"

#include <string.h>

#include "cli/options.h"

const struct command commands[] = {
    {
        .name = "serve",
        .bit = COMMAND_SERVE,
        .operands = "",
        .summary = "GDB server on 127.0.0.1:4242 (the default command)",
        .about = "Connects to the target and serves it until Ctrl-C, one debugger after another.\n"
                 "In GDB: target extended-remote :4242\n",
        .run = cmd_serve,
    },
    {
        .name = "doctor",
        .bit = COMMAND_DOCTOR,
        .operands = "",
        .summary = "say whether the target can be debugged and, if not, why",
        .about = "Measures, then judges, and says what to do next. Nothing is written to flash;\n"
                 "a program that can be reached is not disturbed unless --deep is given.\n"
                 "Exit status: 0 healthy; 1 something was found.\n",
        .run = cmd_doctor,
    },
    {
        .name = "list",
        .bit = COMMAND_LIST,
        .operands = "",
        .summary = "the ST-LINKs that are plugged in",
        .about = "Looks at the USB bus only: no probe is disturbed and no target is touched, so\n"
                 "--speed and --connect change nothing here. A virtual probe is listed when\n"
                 "--probe asks for it. An empty list is no failure.\n",
        .run = cmd_list,
    },
    {
        .name = "list-chips",
        .bit = COMMAND_LIST_CHIPS,
        .operands = "",
        .summary = "the chips: what swdlink can do with each",
        .about = "And how well that was tried. Asks no probe: `swdlink info` tells it of the chip\n"
                 "that is connected.\n",
        .run = cmd_list_chips,
    },
    {
        .name = "info",
        .bit = COMMAND_INFO,
        .operands = "",
        .summary = "who is there: probe, voltage, chip, sizes, protection",
        .about = "The target goes on as it was found.\n",
        .run = cmd_info,
    },
    {
        .name = "flash",
        .bit = COMMAND_FLASH,
        .operand_count = 1,
        .operands = " FILE",
        .summary = "program an ELF, HEX, S-record, DfuSe, UF2 or binary file",
        .about = "Only pages that differ are erased and programmed. Nothing is touched when the\n"
                 "file does not fit the chip. Ctrl-C ends it at the next page.\n",
        .run = cmd_flash,
    },
    {
        .name = "run",
        .bit = COMMAND_RUN,
        .operand_count = 1,
        .operands = " FILE [-- ARG…]",
        .takes_arguments = true,
        .summary = "program, run, stream the output, exit with its status",
        .about =
            "For tests on hardware. What the program prints by semihosting (and with --rtt by\n"
            "RTT) goes to standard output. It ends with the status that the program gives\n"
            "to semihosting's exit, or at --exit-at; with 1 when a test failed, and after a\n"
            "fault, a lockup or a reset that nobody asked for; with 121 for trouble with the\n"
            "probe, 122 with the target, 123 with programming, 124 after --timeout, and 125\n"
            "for wrong usage and files. ARGs are the program's command line.\n",
        .run = cmd_run,
    },
    {
        .name = "erase",
        .bit = COMMAND_ERASE,
        .operands = "",
        .summary = "erase the flash (or --range ADDR:LEN)",
        .about = "Without --range all of the flash is erased. A range is made of whole pages.\n",
        .run = cmd_erase,
    },
    {
        .name = "read",
        .bit = COMMAND_READ,
        .operand_count = 2,
        .operands = " ADDR LEN",
        .summary = "memory to standard output or --output FILE",
        .about =
            "Reads LEN bytes from address ADDR, also while the program runs. ADDR and LEN are\n"
            "decimal, or hexadecimal behind 0x; K and M behind a number mean 1024 and\n"
            "1048576. A terminal gets a hexadecimal dump, anything else the bytes themselves.\n",
        .run = cmd_read,
    },
    {
        .name = "verify",
        .bit = COMMAND_VERIFY,
        .operand_count = 1,
        .operands = " FILE",
        .summary = "compare a file with the target, without writing",
        .about = "Every byte is read back. The program may run meanwhile.\n",
        .run = cmd_verify,
    },
    {
        .name = "reset",
        .bit = COMMAND_RESET,
        .operands = "",
        .summary = "reset and run (--halt: and halt)",
        .about = "",
        .run = cmd_reset,
    },
    {
        .name = "options",
        .bit = COMMAND_OPTIONS,
        .more_operands = OPTIONS_MAX_OPERANDS,
        .operands = " [NAME=VALUE…]",
        .summary = "read option bytes; with NAME=VALUE, write them",
        .about = "Names are those of the reference manual. Writing resets the chip, which loads\n"
                 "the new values. Read protection (RDP=1) wants --yes or an answer at the\n"
                 "terminal; level 2, which nobody can leave again, is never set.\n",
        .run = cmd_options,
    },
    {
        .name = "unlock",
        .bit = COMMAND_UNLOCK,
        .operands = "",
        .summary = "leave read protection level 1 (erases the chip; asks)",
        .about = "The other option bytes are kept. Level 2 cannot be left by anybody.\n",
        .run = cmd_unlock,
    },
};

const unsigned command_count = sizeof commands / sizeof *commands;

const struct command *command_find(const char *name)
{
    for (unsigned i = 0; i < command_count; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}
