// SPDX-License-Identifier: MIT
// The two ways of carrying out a flash job, between which work.c chooses.
#ifndef SWDLINK_FLASH_WORK_H
#define SWDLINK_FLASH_WORK_H

#include "flash/job.h"

#define STEP_WAIT_US                                                                               \
    50000u // how long a step may wait for an erase or for room in the loader's queue

// work_direct.c: by the debug port.
enum err direct_start(struct flash_job *job) MUST_CHECK;
// Erases and programs page n; an erase may go on in the next step.
enum err direct_page(struct flash_job *job, unsigned n) MUST_CHECK;
enum err direct_go_on_erasing(struct flash_job *job) MUST_CHECK;
enum err direct_erase_all(struct flash_job *job) MUST_CHECK;
enum err direct_go_on_erasing_all(struct flash_job *job) MUST_CHECK;
// Reads page n back; the sentence says where it is wrong.
enum err direct_verify(struct flash_job *job, unsigned n) MUST_CHECK;

// work_loader.c: by a loader.
bool by_loader_is_possible(const struct flash_job *job);
enum err by_loader_start(struct flash_job *job) MUST_CHECK;
// Queues page n in pieces, as long as the loader has room; the rest goes on in the next step.
enum err by_loader_page(struct flash_job *job, unsigned n) MUST_CHECK;
enum err by_loader_go_on_queueing(struct flash_job *job) MUST_CHECK;
// The written pages from `first` on by their CRCs, as many as one scan takes.
enum err by_loader_verify(struct flash_job *job, unsigned first) MUST_CHECK;
// What was written and not verified is to be done again.
void by_loader_take_back(struct flash_job *job);
// The flash refused something: stops the loader and says what and where.
enum err by_loader_explain(struct flash_job *job) MUST_CHECK;
// Goes on without a loader, which does not work on this chip as it is now.
enum err by_loader_give_up(struct flash_job *job) MUST_CHECK;

#endif
