// SPDX-License-Identifier: MIT
// Directories, files and links below the root of the mocked machine. Each notes its failure in
// tree->failed, so that a list of them is checked once at its end.
#ifndef SWDLINK_SIM_USB_UMOCK_FILES_H
#define SWDLINK_SIM_USB_UMOCK_FILES_H

#include <stddef.h>

#include "sim/usb/umock_tree.h"

#define UMOCK_WALK_SIZE 256

// The path on the real machine.
void umock_files_path(const struct umock_tree *tree, char path[UMOCK_WALK_SIZE], const char *fmt,
                      ...) LOG_PRINTF(3, 4);
void umock_files_failed(struct umock_tree *tree, const char *path);
// A directory with all that lead to it.
void umock_files_dir(struct umock_tree *tree, const char *name);
void umock_files_bytes(struct umock_tree *tree, const char *dir, const char *name, const void *data,
                       size_t len);
void umock_files_text(struct umock_tree *tree, const char *dir, const char *name, const char *fmt,
                      ...) LOG_PRINTF(4, 5);
void umock_files_link(struct umock_tree *tree, const char *name, const char *to);
// With all that is in it.
void umock_files_remove(const char *path);

#endif
