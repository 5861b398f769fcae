// SPDX-License-Identifier: MIT
// Weighs the rules and ranks what they find.
#include "doctor/diagnosis.h"

#include <stdio.h>
#include <string.h>

#include "doctor/rules.h"

#define SUMMARY_CAUSES 3u

const struct rule *diagnosis_find(const char *id)
{
    for (unsigned i = 0; i < diagnosis_rule_count; i++)
        if (strcmp(diagnosis_rules[i].id, id) == 0)
            return &diagnosis_rules[i];
    return NULL;
}

// Findings in the order of the table, then possibilities by their odds.
static bool goes_before(const struct finding *a, const struct finding *b)
{
    bool a_likely = a->percent >= DIAGNOSIS_LIKELY, b_likely = b->percent >= DIAGNOSIS_LIKELY;
    if (a_likely != b_likely)
        return a_likely;
    return a_likely ? a->rule < b->rule : a->percent > b->percent;
}

static void insert(struct diagnosis *d, const struct finding *f)
{
    unsigned at = d->count++;
    while (at > 0 && goes_before(f, &d->finding[at - 1])) {
        d->finding[at] = d->finding[at - 1];
        at--;
    }
    d->finding[at] = *f;
}

void diagnosis_make(struct diagnosis *d, const struct measurements *m)
{
    d->count = 0;
    for (unsigned i = 0; i < diagnosis_rule_count && d->count < DIAGNOSIS_MAX - 1; i++) {
        struct finding f = {.rule = &diagnosis_rules[i]};
        if (f.rule->applies && (f.percent = f.rule->applies(m, &f.evidence)) > 0)
            insert(d, &f);
    }
    if (d->count && d->finding[0].percent >= DIAGNOSIS_LIKELY)
        return;
    if (rules_target_was_tried(m) && !rules_is_present(m)) { // whatever the causes weigh
        struct finding silent = {.rule = diagnosis_find("no-answer"), .percent = DIAGNOSIS_LIKELY};
        rules_say_silence(m, &silent.evidence);
        insert(d, &silent);
        return;
    }
    struct finding healthy = {.rule = diagnosis_find("healthy"), .percent = 95};
    for (unsigned i = 0; i < d->count; i++)
        if (healthy.percent > 100 - d->finding[i].percent)
            healthy.percent = 100 - d->finding[i].percent;
    if (healthy.percent < DIAGNOSIS_LIKELY)
        healthy.percent = DIAGNOSIS_LIKELY;
    rules_say_health(m, &healthy.evidence);
    insert(d, &healthy);
}

const char *diagnosis_summarize(const struct diagnosis *d, char *text, size_t size)
{
    const struct finding *first = &d->finding[0];
    size_t used = (size_t)snprintf(text, size, "%s (%s): %s", first->rule->sentence,
                                   first->rule->id, first->evidence.text);
    const char *lead = ". Most likely: ";
    for (unsigned i = 1, told = 0; i < d->count && told < SUMMARY_CAUSES && used < size; i++) {
        if (!diagnosis_is_ambiguous(d) || d->finding[i].percent >= DIAGNOSIS_LIKELY)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", told++ ? "; " : lead,
                                 d->finding[i].rule->sentence);
    }
    if (used < size)
        snprintf(text + used, size - used, ". `swdlink doctor` tells more");
    return text;
}

bool diagnosis_is_healthy(const struct diagnosis *d)
{
    return strcmp(d->finding[0].rule->id, "healthy") == 0;
}

bool diagnosis_is_ambiguous(const struct diagnosis *d)
{
    return strcmp(d->finding[0].rule->id, "no-answer") == 0;
}

const char *diagnosis_name_pins(const char *with, const struct chip *chip, char *text, size_t size)
{
    const struct {
        const char *word, *pin;
    } pins[] = {{"{SWDIO}", family_swdio(chip)}, {"{SWCLK}", family_swclk(chip)}};
    size_t used = 0;
    text[0] = '\0';
    while (*with && used + 1 < size) {
        const char *piece = with;
        size_t skip = 1, len = 1;
        for (unsigned i = 0; i < sizeof pins / sizeof pins[0]; i++) {
            if (strncmp(with, pins[i].word, strlen(pins[i].word)) == 0) {
                piece = pins[i].pin;
                skip = strlen(pins[i].word);
                len = strlen(piece);
            }
        }
        int n = snprintf(text + used, size - used, "%.*s", (int)len, piece);
        used += n > 0 ? (size_t)n : 0;
        with += skip;
    }
    return text;
}
