// SPDX-License-Identifier: MIT
#include "cli/source_location.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// The compilation unit that has code at the address. All are asked: not every compiler writes the
// table that would tell (.debug_aranges). False: none has.
static bool find_unit(Dwarf *dwarf, Dwarf_Addr pc, Dwarf_Die *unit)
{
    Dwarf_CU *cu = NULL;
    while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, unit, NULL) == 0)
        if (dwarf_haspc(unit, pc) == 1)
            return true;
    return false;
}

static const char *innermost_function(Dwarf_Die *unit, Dwarf_Addr pc)
{
    Dwarf_Die *scopes = NULL;
    const char *name = NULL;
    int count = dwarf_getscopes(unit, pc, &scopes);
    for (int i = 0; i < count && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
            name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name ? name : "??";
}

static bool find_line(Dwarf *dwarf, uint32_t pc, char text[SOURCE_LOCATION_SIZE])
{
    Dwarf_Die unit;
    if (!find_unit(dwarf, pc, &unit))
        return false;
    Dwarf_Line *line = dwarf_getsrc_die(&unit, pc);
    const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    int number = 0;
    if (!file || dwarf_lineno(line, &number) != 0)
        return false;
    Dwarf_Attribute attribute;
    const char *folder = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
    bool is_relative = file[0] != '/' && folder;
    snprintf(text, SOURCE_LOCATION_SIZE, "%s at %s%s%s:%d", innermost_function(&unit, pc),
             is_relative ? folder : "", is_relative ? "/" : "", file, number);
    return true;
}

bool source_location_find(const char *elf, uint32_t pc, char text[SOURCE_LOCATION_SIZE])
{
    int fd = open(elf, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    Dwarf *dwarf = dwarf_begin(fd, DWARF_C_READ);
    bool found = dwarf && find_line(dwarf, pc, text);
    dwarf_end(dwarf);
    close(fd);
    return found;
}
