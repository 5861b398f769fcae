// SPDX-License-Identifier: MIT
// The table of commands.
#include "cli/command.h"

#include <string.h>

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
        .about =
            "Measures, then judges, and says what to do next. Nothing is written to flash;\n"
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
        .name = "info",
        .bit = COMMAND_INFO,
        .operands = "",
        .summary = "who is there: probe, voltage, chip, sizes, protection",
        .about = "The target goes on as it was found.\n",
        .run = cmd_info,
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
        .name = "reset",
        .bit = COMMAND_RESET,
        .operands = "",
        .summary = "reset and run (--halt: and halt)",
        .about = "",
        .run = cmd_reset,
    },
    {
        .name = "unlock",
        .bit = COMMAND_UNLOCK,
        .operands = "",
        .summary = "leave read protection level 1 (erases the chip; asks, or --yes)",
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
