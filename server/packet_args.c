// SPDX-License-Identifier: MIT
// What the arguments of several packets have in common.
#include "server/packets.h"
#include "server/reply.h"

bool packet_args_end(struct session *s, const struct cursor *args)
{
    if (!args->bad && cursor_left(args) == 0)
        return true;
    reply_malformed(s);
    return false;
}

bool packet_take_thread(struct cursor *args)
{
    if (cursor_skip_text(args, "-1"))
        return true;
    return cursor_hex32(args) <= 1;
}
