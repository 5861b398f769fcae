// SPDX-License-Identifier: MIT
// What goes where: results to standard output, everything said about them to standard error.
#ifndef SWDLINK_CLI_OUTPUT_H
#define SWDLINK_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/options.h"

#define OUTPUT_SCHEMA 1 // of every JSON document; counts up when a key changes its meaning or goes

struct output {
    bool color;
    const char *name;  // before every line on standard error, where several speak; or NULL
    int status;        // of the program when its command ends well: 0, but for run and doctor
    int failed_status; // and when it fails; 0: that is 1
    bool unread_ends;  // who is not read any more ends by SIGPIPE, as it was when we were started
    bool json_printed; // a document is on standard output already: there shall be no second one
};

// Before the options are known: notes and worse, coloured as the terminal allows.
struct output output_default(void);
struct log output_log(struct output *out);
// As --color, --quiet and --verbose say.
void output_configure(struct output *out, struct log *log, const struct options *o);
// "swdlink: SENTENCE" on standard error.
void output_error(const struct output *out, const char *sentence);

// Prints the document, in which "schema" comes first, on standard output; takes over the reference.
// NULL (out of memory while it was built) is ERR_MEMORY.
enum err output_json(struct output *out, json_t *document, struct log *log) MUST_CHECK;
// {"kind": "no-target", "text": "…"}: what stands behind the key "error" of a command that failed.
json_t *output_error_value(enum err e, const struct log *log);
// The document of a command that failed and had nothing else to say.
enum err output_json_error(struct output *out, enum err e, struct log *log) MUST_CHECK;
// What was printed has really left: a full disk and a closed pipe are failures.
enum err output_flush(struct log *log) MUST_CHECK;

// Standard input, output and error that are closed get a file that can neither be read nor written,
// so that nothing else that is opened takes their number.
void output_reserve_standard_files(void);
// From here on no write ends the program: first the target is left as it was found.
void output_outlive_reader(struct output *out);
// Whether somebody read standard output and has gone, as head(1) does: a write told.
bool output_is_unread(void);
// Ends the program by SIGPIPE, as it would have been without output_outlive_reader(), if so.
void output_end_if_unread(const struct output *out);

#endif
