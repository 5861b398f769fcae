// SPDX-License-Identifier: MIT
// The loader of flash/loaders/nvm.inc for the half pages of an STM32L0, bytes.
    .equ HALF_PAGE, 64
#include "flash/loaders/nvm.inc"
