// SPDX-License-Identifier: MIT
#include <stdio.h>

int main(void)
{
    fputs("swdlink: nothing is built in yet\n", stderr);
    return 1;
}
