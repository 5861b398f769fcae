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

bool diagnosis_is_likely(const struct finding *f)
{
    return f->percent >= DIAGNOSIS_LIKELY && !f->evidence.note && !f->alternative;
}

// Findings in the order of the table, then notes, then possibilities by their odds.
static bool goes_before(const struct finding *a, const struct finding *b)
{
    const bool a_likely = diagnosis_is_likely(a), b_likely = diagnosis_is_likely(b);
    if (a_likely != b_likely)
        return a_likely;
    if (a->evidence.note != b->evidence.note)
        return a->evidence.note;
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

// Causes that exclude each other: their odds become shares of 100. What rounding leaves over goes
// to those that lost most by it.
static void share_odds(struct diagnosis *d)
{
    unsigned sum = 0, left = 100, lost[DIAGNOSIS_MAX] = {0};
    for (unsigned i = 1; i < d->count; i++) {
        struct finding *f = &d->finding[i];
        f->alternative = !f->evidence.note && !diagnosis_is_likely(f);
        sum += f->alternative ? f->percent : 0;
    }
    for (unsigned i = 1; i < d->count; i++) {
        struct finding *f = &d->finding[i];
        if (!f->alternative)
            continue;
        lost[i] = f->percent * 100 % sum + 1;
        f->percent = f->percent * 100 / sum;
        left -= f->percent;
    }
    for (; sum && left > 0; left--) {
        unsigned most = 1;
        for (unsigned i = 1; i < d->count; i++)
            most = lost[i] > lost[most] ? i : most;
        d->finding[most].percent++;
        lost[most] = 1;
    }
}

// In the order in which they are told.
static void rank_rules(struct diagnosis *d, const struct measurements *m)
{
    d->count = 0;
    for (unsigned i = 0; i < diagnosis_rule_count && d->count < DIAGNOSIS_MAX - 1; i++) {
        struct finding f = {.rule = &diagnosis_rules[i]};
        if (f.rule->applies && (f.percent = f.rule->applies(m, &f.evidence)) > 0)
            insert(d, &f);
    }
    if (d->count && diagnosis_is_likely(&d->finding[0]))
        return;
    if (rules_target_was_tried(m) && !rules_is_present(m)) { // whatever the causes weigh
        struct finding silent = {.rule = diagnosis_find("no-answer"), .percent = DIAGNOSIS_LIKELY};
        rules_say_silence(m, &silent.evidence);
        insert(d, &silent);
        return;
    }
    struct finding healthy = {.rule = diagnosis_find("healthy"), .percent = 95};
    for (unsigned i = 0; i < d->count; i++)
        if (!d->finding[i].evidence.note && healthy.percent > 100 - d->finding[i].percent)
            healthy.percent = 100 - d->finding[i].percent;
    if (healthy.percent < DIAGNOSIS_LIKELY)
        healthy.percent = DIAGNOSIS_LIKELY;
    rules_say_health(m, &healthy.evidence);
    insert(d, &healthy);
}

void diagnosis_make(struct diagnosis *d, const struct measurements *m)
{
    rank_rules(d, m);
    if (diagnosis_is_ambiguous(d))
        share_odds(d);
}

// Causes that are the same to the hand that looks for them.
static const struct {
    const char *ids[3], *sentence;
} groups[] = {
    {{"swclk-fault", "swdio-open"}, "SWDIO or SWCLK does not reach the chip"},
    {{"swd-joined", "swdio-low", "swdio-high"},
     "SWDIO or SWCLK is shorted, to the other one, to GND or to the supply"},
    {{"swd-off-by-program", "low-power"}, "the program turns SWD off or sleeps"},
};

static int group_of(const struct finding *f)
{
    for (unsigned g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (unsigned i = 0; i < 3 && groups[g].ids[i]; i++)
            if (strcmp(groups[g].ids[i], f->rule->id) == 0)
                return (int)g;
    return -1;
}

struct cause {
    const char *sentence;
    int group; // -1: none
    unsigned percent;
};

// The alternatives of an ambiguous diagnosis, grouped, the likeliest first. Returns how many.
static unsigned list_causes(const struct diagnosis *d, struct cause cause[DIAGNOSIS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 1; i < d->count; i++) {
        const struct finding *f = &d->finding[i];
        const int group = group_of(f);
        unsigned at = 0;
        if (!f->alternative)
            continue;
        while (at < count && (group < 0 || cause[at].group != group))
            at++;
        if (at == count)
            cause[count++] =
                (struct cause){group < 0 ? f->rule->sentence : groups[group].sentence, group, 0};
        cause[at].percent += f->percent;
        for (; at > 0 && cause[at - 1].percent < cause[at].percent; at--) {
            const struct cause before = cause[at - 1];
            cause[at - 1] = cause[at];
            cause[at] = before;
        }
    }
    return count;
}

const char *diagnosis_summarize(const struct diagnosis *d, char *text, size_t size)
{
    const struct finding *first = &d->finding[0];
    size_t used = (size_t)snprintf(text, size, "%s (%s): %s", first->rule->sentence,
                                   first->rule->id, first->evidence.text);
    struct cause cause[DIAGNOSIS_MAX];
    const unsigned causes = diagnosis_is_ambiguous(d) ? list_causes(d, cause) : 0;
    for (unsigned i = 0; i < causes && i < SUMMARY_CAUSES && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i ? "; " : ". Most likely: ", cause[i].sentence);
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
    const char *id = d->finding[0].rule->id;
    return strcmp(id, "no-answer") == 0 || strcmp(id, "target-lost") == 0;
}

struct replacement {
    const char *word, *by;
};

static const char *replace_words(const char *with, const struct replacement *words, unsigned count,
                                 char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    while (*with && used + 1 < size) {
        const char *piece = with;
        size_t skip = 1, len = 1;
        for (unsigned i = 0; i < count; i++) {
            if (strncmp(with, words[i].word, strlen(words[i].word)) == 0) {
                piece = words[i].by;
                skip = strlen(words[i].word);
                len = strlen(piece);
            }
        }
        int n = snprintf(text + used, size - used, "%.*s", (int)len, piece);
        used += n > 0 ? (size_t)n : 0;
        with += skip;
    }
    return text;
}

const char *diagnosis_name_pins(const char *with, const struct chip *chip, char *text, size_t size)
{
    const struct replacement pins[] = {{"{SWDIO}", family_swdio(chip)},
                                       {"{SWCLK}", family_swclk(chip)}};
    return replace_words(with, pins, sizeof pins / sizeof pins[0], text, size);
}

bool diagnosis_advise(const struct rule *rule, unsigned i, const struct measurements *m, char *text,
                      size_t size)
{
    const char *with = i < DIAGNOSIS_MAX_ADVICE ? rule->advice[i] : NULL;
    const unsigned khz = m->link.safe_hz / 1000;
    char speed[16];
    if (!with || (strstr(with, "{SPEED}") && !khz) ||
        (strstr(with, "{LOOSE}") && !rules_fails_at_any_clock(m)))
        return false;
    snprintf(speed, sizeof speed, "%u%s", khz % 1000 ? khz : khz / 1000, khz % 1000 ? "k" : "M");
    const struct replacement words[] = {{"{SWDIO}", family_swdio(m->chip.id.chip)},
                                        {"{SWCLK}", family_swclk(m->chip.id.chip)},
                                        {"{SPEED}", speed},
                                        {"{LOOSE}", ""}};
    replace_words(with, words, sizeof words / sizeof words[0], text, size);
    return true;
}
