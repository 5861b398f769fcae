// SPDX-License-Identifier: MIT
// In place of usbredir.c when libusbredirparser was not there at build time.
#include "sim/usb/usbredir.h"

enum err usbredir_open(struct usbredir **redir, struct loop *loop, const char *path,
                       struct sim_board *board, const struct usb_options *options, struct log *log)
{
    (void)loop;
    (void)path;
    (void)board;
    (void)options;
    *redir = NULL;
    return log_fail(log, ERR_UNSUPPORTED,
                    "this swdlink-sim was built without usbredir: install libusbredirparser-dev, "
                    "then configure and build it again");
}

enum err usbredir_set_plugged(struct usbredir *redir, bool plugged)
{
    (void)redir;
    (void)plugged;
    return ERR_UNSUPPORTED;
}

void usbredir_board_changed(struct usbredir *redir)
{
    (void)redir;
}

void usbredir_close(struct usbredir *redir)
{
    (void)redir;
}
