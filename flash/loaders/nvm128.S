// SPDX-License-Identifier: MIT
// The loader of flash/loaders/nvm.inc for the half pages of an STM32L1, bytes.
    .equ HALF_PAGE, 128
#include "flash/loaders/nvm.inc"
