// SPDX-License-Identifier: MIT
// The parts of each die, by the size of their flash: STMicroelectronics' CubeMX data base as
// stm32-data has it. The code of the flash's size is the last letter of a part's name.
#include "targets/parts.h"

#include <stdio.h>
#include <string.h>

// clang-format off
const struct part_row part_rows[] = {
    {0x440, 16, 8, "x4", "F051"},
    {0x440, 32, 8, "x6", "F051"},
    {0x440, 64, 8, "x8", "F030 F051 F058"},
    {0x442, 128, 32, "xB", "F091"},
    {0x442, 256, 32, "xC", "F030 F091 F098"},
    {0x444, 16, 4, "x4", "F030 F031"},
    {0x444, 32, 4, "x6", "F030 F031 F038"},
    {0x445, 16, 6, "x4", "F042"},
    {0x445, 32, 6, "x6", "F042 F048 F070"},
    {0x448, 64, 16, "x8", "F071 F072"},
    {0x448, 128, 16, "xB", "F070 F071 F072 F078"},
    {0x410, 64, 10, "x8", "F101 F102"},
    {0x410, 64, 20, "x8", "F103"},
    {0x410, 128, 16, "xB", "F101 F102"},
    {0x410, 128, 20, "xB", "F103"},
    {0x412, 16, 4, "x4", "F101 F102"},
    {0x412, 16, 6, "x4", "F103"},
    {0x412, 32, 6, "x6", "F101 F102"},
    {0x412, 32, 10, "x6", "F103"},
    {0x414, 256, 32, "xC", "F101"},
    {0x414, 256, 48, "xC", "F103"},
    {0x414, 384, 48, "xD", "F101"},
    {0x414, 384, 64, "xD", "F103"},
    {0x414, 512, 48, "xE", "F101"},
    {0x414, 512, 64, "xE", "F103"},
    {0x418, 64, 64, "x8", "F105"},
    {0x418, 128, 64, "xB", "F105 F107"},
    {0x418, 256, 64, "xC", "F105 F107"},
    {0x420, 16, 4, "x4", "F100"},
    {0x420, 32, 4, "x6", "F100"},
    {0x420, 64, 8, "x8", "F100"},
    {0x420, 128, 8, "xB", "F100"},
    {0x428, 256, 24, "xC", "F100"},
    {0x428, 384, 32, "xD", "F100"},
    {0x428, 512, 32, "xE", "F100"},
    {0x430, 768, 80, "xF", "F101"},
    {0x430, 768, 96, "xF", "F103"},
    {0x430, 1024, 80, "xG", "F101"},
    {0x430, 1024, 96, "xG", "F103"},
    {0x411, 128, 64, "xB", "F205"},
    {0x411, 256, 96, "xC", "F205"},
    {0x411, 256, 128, "xC", "F207"},
    {0x411, 512, 128, "xE", "F205 F207 F215 F217"},
    {0x411, 768, 128, "xF", "F205 F207"},
    {0x411, 1024, 128, "xG", "F205 F207 F215 F217"},
    {0x422, 128, 32, "xB", "F302 F303"},
    {0x422, 256, 40, "xC", "F302 F303 F358"},
    {0x432, 64, 16, "x8", "F373"},
    {0x432, 128, 24, "xB", "F373"},
    {0x432, 256, 32, "xC", "F373 F378"},
    {0x438, 16, 12, "x4", "F334"},
    {0x438, 32, 12, "x6", "F303 F334"},
    {0x438, 64, 12, "x8", "F303 F328 F334"},
    {0x439, 32, 16, "x6", "F301 F302"},
    {0x439, 64, 16, "x8", "F301 F302 F318"},
    {0x446, 384, 64, "xD", "F302 F303"},
    {0x446, 512, 64, "xE", "F302 F303 F398"},
    {0x413, 512, 128, "xE", "F405 F407 F417"},
    {0x413, 1024, 128, "xG", "F405 F407 F415 F417"},
    {0x419, 512, 192, "xE", "F429"},
    {0x419, 1024, 192, "xG", "F427 F429 F437 F439"},
    {0x419, 2048, 192, "xI", "F427 F429 F437 F439"},
    {0x421, 256, 128, "xC", "F446"},
    {0x421, 512, 128, "xE", "F446"},
    {0x423, 128, 64, "xB", "F401"},
    {0x423, 256, 64, "xC", "F401"},
    {0x431, 256, 128, "xC", "F411"},
    {0x431, 512, 128, "xE", "F411"},
    {0x433, 384, 96, "xD", "F401"},
    {0x433, 512, 96, "xE", "F401"},
    {0x434, 512, 320, "xE", "F469"},
    {0x434, 1024, 320, "xG", "F469 F479"},
    {0x434, 2048, 320, "xI", "F469 F479"},
    {0x441, 512, 256, "xE", "F412"},
    {0x441, 1024, 256, "xG", "F412"},
    {0x458, 64, 32, "x8", "F410"},
    {0x458, 128, 32, "xB", "F410"},
    {0x463, 1024, 320, "xG", "F413"},
    {0x463, 1536, 320, "xH", "F413 F423"},
    {0x449, 64, 320, "x8", "F750"},
    {0x449, 512, 320, "xE", "F745 F746"},
    {0x449, 1024, 320, "xG", "F745 F746 F756"},
    {0x451, 1024, 512, "xG", "F765 F767 F769"},
    {0x451, 2048, 512, "xI", "F765 F767 F768 F769 F777 F778 F779"},
    {0x452, 64, 256, "x8", "F730"},
    {0x452, 256, 256, "xC", "F722 F723"},
    {0x452, 512, 256, "xE", "F722 F723 F732 F733"},
    {0x456, 32, 18, "x6", "G050 G051 G061"},
    {0x456, 64, 18, "x8", "G050 G051 G061"},
    {0x460, 32, 36, "x6", "G071"},
    {0x460, 64, 36, "x8", "G071"},
    {0x460, 128, 36, "xB", "G070 G071 G081"},
    {0x466, 16, 8, "x4", "G031"},
    {0x466, 32, 8, "x6", "G030 G031 G041"},
    {0x466, 64, 8, "x8", "G030 G031 G041"},
    {0x467, 128, 144, "xB", "G0B1"},
    {0x467, 256, 144, "xC", "G0B1 G0C1"},
    {0x467, 512, 144, "xE", "G0B0 G0B1 G0C1"},
    {0x468, 32, 32, "x6", "G431"},
    {0x468, 64, 32, "x8", "G431"},
    {0x468, 128, 32, "xB", "G431 G441"},
    {0x469, 128, 128, "xB", "G473 G474"},
    {0x469, 256, 128, "xC", "G471 G473 G474"},
    {0x469, 512, 128, "xE", "G471 G473 G474 G483 G484"},
    {0x479, 256, 112, "xC", "G491"},
    {0x479, 512, 112, "xE", "G491 G4A1"},
    {0x443, 16, 6, "x4", "C011"},
    {0x443, 32, 6, "x6", "C011"},
    {0x44c, 32, 12, "x6", "C051"},
    {0x44c, 64, 12, "x8", "C051"},
    {0x44d, 128, 30, "xB", "C092"},
    {0x44d, 128, 36, "xB", "C091"},
    {0x44d, 256, 30, "xC", "C092"},
    {0x44d, 256, 36, "xC", "C091"},
    {0x453, 16, 12, "x4", "C031"},
    {0x453, 32, 12, "x6", "C031"},
    {0x493, 64, 24, "x8", "C071"},
    {0x493, 128, 24, "xB", "C071"},
    {0x459, 16, 12, "x4", "U031"},
    {0x459, 32, 12, "x6", "U031"},
    {0x459, 64, 12, "x8", "U031"},
    {0x489, 64, 40, "x8", "U073"},
    {0x489, 128, 40, "xB", "U073"},
    {0x489, 256, 40, "xC", "U073 U083"},
    {0x417, 32, 8, "x6", "L051 L052 L053"},
    {0x417, 64, 8, "x8", "L010 L051 L052 L053 L062 L063"},
    {0x425, 16, 8, "x4", "L031 L041"},
    {0x425, 32, 8, "x6", "L010 L031 L041"},
    {0x447, 64, 20, "x8", "L071 L072 L073 L083"},
    {0x447, 128, 20, "xB", "L010 L071 L072 L073 L081 L082 L083"},
    {0x447, 192, 20, "xZ", "L071 L072 L073 L081 L082 L083"},
    {0x457, 8, 2, "x3", "L011"},
    {0x457, 16, 2, "x4", "L010 L011 L021"},
    {0x416, 32, 4, "x6", "L100"},
    {0x416, 32, 10, "x6", "L151 L152"},
    {0x416, 64, 8, "x8", "L100"},
    {0x416, 64, 10, "x8", "L151 L152"},
    {0x416, 128, 10, "xB", "L100"},
    {0x416, 128, 16, "xB", "L151 L152"},
    {0x427, 256, 16, "xC", "L100"},
    {0x427, 256, 32, "xC", "L151 L152 L162"},
    {0x429, 32, 4, "x6-A", "L100"},
    {0x429, 32, 16, "x6-A", "L151 L152"},
    {0x429, 64, 8, "x8-A", "L100"},
    {0x429, 64, 32, "x8-A", "L151 L152"},
    {0x429, 128, 16, "xB-A", "L100"},
    {0x429, 128, 32, "xB-A", "L151 L152"},
    {0x436, 256, 32, "xC", "L151 L152 L162"},
    {0x436, 256, 32, "xC-A", "L151 L152 L162"},
    {0x436, 384, 48, "xD", "L151 L152 L162"},
    {0x437, 384, 80, "xD-X", "L151 L152 L162"},
    {0x437, 512, 80, "xE", "L151 L152 L162"},
    {0x415, 256, 96, "xC", "L475 L476"},
    {0x415, 512, 96, "xE", "L471 L475 L476"},
    {0x415, 1024, 96, "xG", "L471 L475 L476 L486"},
    {0x435, 128, 64, "xB", "L431 L432 L433"},
    {0x435, 256, 64, "xC", "L431 L432 L433 L442 L443"},
    {0x461, 512, 320, "xE", "L496"},
    {0x461, 1024, 320, "xG", "L496 L4A6"},
    {0x462, 256, 160, "xC", "L451 L452"},
    {0x462, 512, 160, "xE", "L451 L452 L462"},
    {0x464, 64, 40, "x8", "L412"},
    {0x464, 128, 40, "xB", "L412 L422"},
    {0x470, 1024, 640, "xG", "L4R5 L4R9"},
    {0x470, 2048, 640, "xI", "L4R5 L4R7 L4R9 L4S5 L4S7 L4S9"},
    {0x471, 512, 320, "xE", "L4P5"},
    {0x471, 1024, 320, "xG", "L4P5 L4Q5"},
    {0x472, 256, 256, "xC", "L552"},
    {0x472, 512, 256, "xE", "L552 L562"},
    {0x42a, 1024, 640, "xG", "U3B5"},
    {0x42a, 2048, 640, "xI", "U3B5 U3C5"},
    {0x454, 512, 256, "xE", "U375"},
    {0x454, 1024, 256, "xG", "U375 U385"},
    {0x455, 128, 256, "xB", "U535"},
    {0x455, 256, 256, "xC", "U535"},
    {0x455, 512, 256, "xE", "U535 U545"},
    {0x476, 2048, 3008, "xI", "U5F7 U5F9"},
    {0x476, 4096, 3008, "xJ", "U5F7 U5F9 U5G7 U5G9"},
    {0x481, 2048, 2496, "xI", "U595 U599 U5A5"},
    {0x481, 4096, 2496, "xJ", "U595 U599 U5A5 U5A9"},
    {0x482, 1024, 768, "xG", "U575"},
    {0x482, 2048, 768, "xI", "U575 U585"},
    {0x474, 128, 32, "xB", "H503"},
    {0x478, 256, 272, "xC", "H523"},
    {0x478, 512, 272, "xE", "H523 H533"},
    {0x484, 1024, 640, "xG", "H562 H563"},
    {0x484, 2048, 640, "xI", "H562 H563 H573"},
    {0x44e, 256, 128, "xC", "C551 C552"},
    {0x44e, 512, 128, "xE", "C551 C552 C562"},
    {0x44f, 128, 64, "xB", "C531 C532"},
    {0x44f, 256, 64, "xC", "C531 C532 C542"},
    {0x45a, 512, 256, "xE", "C591 C593"},
    {0x45a, 1024, 256, "xG", "C591 C593 C5A3"},
    {0x450, 128, 128, "xB", "H750"},
    {0x450, 1024, 128, "xG", "H742 H743 H745 H747"},
    {0x450, 2048, 128, "xI", "H742 H743 H745 H747 H753 H755 H757"},
    {0x480, 128, 128, "xB", "H7B0"},
    {0x480, 1024, 128, "xG", "H7A3"},
    {0x480, 2048, 128, "xI", "H7A3 H7B3"},
    {0x483, 128, 128, "xB", "H730"},
    {0x483, 512, 128, "xE", "H723 H725"},
    {0x483, 1024, 128, "xG", "H723 H725 H733 H735"},
    {0x485, 64, 192, "x8", "H7R3 H7R7 H7S3 H7S7"},
    {0x494, 320, 12, "xC", "WB10 WB15"},
    {0x495, 256, 32, "xC", "WB35"},
    {0x495, 256, 64, "xC", "WB55"},
    {0x495, 512, 32, "xE", "WB30 WB35"},
    {0x495, 512, 256, "xE", "WB55"},
    {0x495, 640, 256, "xY", "WB55"},
    {0x495, 1024, 64, "xG", "WB50"},
    {0x495, 1024, 256, "xG", "WB55"},
    {0x496, 256, 32, "xC", "WB35"},
    {0x496, 512, 32, "xE", "WB30 WB35"},
    {0x01e, 256, 32, "xC", "WB06"},
    {0x01e, 256, 64, "xC", "WB07"},
    {0x028, 192, 24, "xZ", "WB05"},
    {0x032, 512, 64, "xE", "WB09"},
    {0x492, 512, 96, "xE", "WBA50 WBA52 WBA54 WBA55"},
    {0x492, 1024, 128, "xG", "WBA50 WBA52 WBA54 WBA55"},
    {0x4b0, 1024, 192, "xG", "WBA62 WBA63 WBA64 WBA65"},
    {0x4b0, 2048, 512, "xI", "WBA62 WBA63 WBA64 WBA65"},
    {0x497, 64, 20, "x8", "WLE4 WLE5"},
    {0x497, 128, 48, "xB", "WLE4 WLE5"},
    {0x497, 256, 64, "xC", "WL54 WL55 WLE4 WLE5"},
    {0x486, 0, 0, "x0", "N645 N647 N655 N657"},
    {0x500, 0, 0, "xA", "MP151 MP153 MP157"},
};
// clang-format on

const unsigned part_row_count = sizeof part_rows / sizeof part_rows[0];

const struct part_row *parts_of(uint16_t dev_id, unsigned n)
{
    for (unsigned i = 0; i < part_row_count; i++)
        if (part_rows[i].dev_id == dev_id && n-- == 0)
            return &part_rows[i];
    return NULL;
}

unsigned parts_largest_kib(uint16_t dev_id)
{
    const struct part_row *row;
    unsigned largest = 0;
    for (unsigned n = 0; (row = parts_of(dev_id, n)); n++)
        if (row->flash_kib > largest)
            largest = row->flash_kib;
    return largest;
}

bool parts_have_one_size(uint16_t dev_id)
{
    const struct part_row *first = parts_of(dev_id, 0), *row;
    for (unsigned n = 1; (row = parts_of(dev_id, n)); n++)
        if (row->flash_kib != first->flash_kib)
            return false;
    return first != NULL;
}

bool parts_ram_kib(uint16_t dev_id, unsigned flash_kib, unsigned *least, unsigned *most)
{
    const struct part_row *row;
    *least = *most = 0;
    for (unsigned n = 0; (row = parts_of(dev_id, n)); n++) {
        if (flash_kib && row->flash_kib != flash_kib)
            continue;
        if (!*most || row->ram_kib < *least)
            *least = row->ram_kib;
        if (row->ram_kib > *most)
            *most = row->ram_kib;
    }
    return *most > 0;
}

// The word at an index of a row's lines, which spaces separate.
static bool line_at(const struct part_row *row, unsigned n, char *text, size_t size)
{
    const char *p = row->lines;
    while (n > 0 && (p = strchr(p, ' '))) {
        p++;
        n--;
    }
    if (!p)
        return false;
    snprintf(text, size, "%.*s%s", (int)strcspn(p, " "), p, row->flash_kib ? row->size : "");
    return true;
}

bool parts_name(uint16_t dev_id, unsigned flash_kib, unsigned n, char *text, size_t size)
{
    const struct part_row *row;
    for (unsigned i = 0; (row = parts_of(dev_id, i)); i++)
        for (unsigned k = 0; row->flash_kib == flash_kib && line_at(row, k, text, size); k++)
            if (n-- == 0)
                return true;
    return false;
}

const char *parts_text(uint16_t dev_id, unsigned flash_kib, char *text, size_t size)
{
    char name[PART_NAME_SIZE], next[PART_NAME_SIZE];
    size_t used = 0;
    *text = '\0';
    bool more = parts_name(dev_id, flash_kib, 0, name, sizeof name);
    for (unsigned n = 0; more && used < size; n++) {
        more = parts_name(dev_id, flash_kib, n + 1, next, sizeof next);
        const char *before = n == 0 ? "STM32" : more ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, name);
        memcpy(name, next, sizeof name);
    }
    return text;
}
