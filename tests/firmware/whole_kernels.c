// SPDX-License-Identifier: MIT
// What processor benchmarks are made of: a linked list that is sorted, matrices, a CRC, a state
// machine that reads numbers, division, bytes and halfwords. The results stay in memory.
#include <stdint.h>
#include <string.h>

enum { NODES = 200, SIDE = 12, ROUNDS = 12, TEXT = 400 };

struct node {
    struct node *next;
    int16_t value;
    uint8_t flags;
    int8_t sign;
};

static struct node nodes[NODES];
static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
static int32_t product[SIDE][SIDE];
static char text[TEXT];
volatile uint32_t results[ROUNDS][5];
static uint32_t seed = 12345;

static uint32_t next_random(void)
{
    seed = seed * 1103515245u + 12345u;
    return seed >> 16;
}

static struct node *merge(struct node *left, struct node *right)
{
    struct node head = {0}, *tail = &head;
    while (left && right) {
        struct node **smaller = left->value <= right->value ? &left : &right;
        tail->next = *smaller;
        tail = *smaller;
        *smaller = (*smaller)->next;
    }
    tail->next = left ? left : right;
    return head.next;
}

static struct node *sort(struct node *list)
{
    struct node *slow = list, *fast = list;
    if (!list || !list->next)
        return list;
    while (fast->next && fast->next->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct node *right = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(right));
}

static uint32_t lists(void)
{
    uint32_t sum = 0, place = 1;
    for (unsigned i = 0; i < NODES; i++) {
        uint32_t x = next_random();
        nodes[i] = (struct node){i + 1 < NODES ? &nodes[i + 1] : NULL, (int16_t)x,
                                 (uint8_t)(x >> 3), (int8_t)(x >> 5)};
    }
    for (struct node *n = sort(nodes); n; n = n->next)
        sum += (uint32_t)n->value * place++ + n->flags - (uint32_t)n->sign;
    return sum;
}

static uint32_t matrices(void)
{
    uint32_t trace = 0;
    for (unsigned i = 0; i < SIDE * SIDE; i++) {
        a[i / SIDE][i % SIDE] = (int8_t)next_random();
        b[i % SIDE][i / SIDE] = (int16_t)(next_random() & 0x7fff) - 16384;
    }
    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned j = 0; j < SIDE; j++) {
            int32_t sum = 0;
            for (unsigned k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            product[i][j] = sum / (int32_t)(i * SIDE + j + 1) + sum % 7;
            trace ^= (uint32_t)product[i][j] << (j & 7);
        }
    return trace;
}

static uint16_t crc(const void *data, uint32_t len)
{
    const uint8_t *p = data;
    uint16_t value = 0xffff;
    while (len--) {
        value ^= (uint16_t)(*p++ << 8);
        for (unsigned i = 0; i < 8; i++)
            value = (uint16_t)(value & 0x8000 ? value << 1 ^ 0x1021 : value << 1);
    }
    return value;
}

enum state { START, INTEGER, FRACTION, EXPONENT, INVALID };

// Counts how often each state ends a number of the text.
static uint32_t numbers(void)
{
    static const char letters[] = "0123456789.+-eE,x ,";
    uint32_t ends[INVALID + 1] = {0};
    enum state state = START;
    for (unsigned i = 0; i < TEXT; i++)
        text[i] = letters[next_random() % (sizeof letters - 1)];
    for (unsigned i = 0; i < TEXT; i++) {
        char c = text[i];
        if (c == ',') {
            ends[state]++;
            state = START;
        } else if (c >= '0' && c <= '9') {
            state = state == START ? INTEGER : state;
        } else if (c == '.') {
            state = state <= INTEGER ? FRACTION : INVALID;
        } else if (c == 'e' || c == 'E') {
            state = state == INTEGER || state == FRACTION ? EXPONENT : INVALID;
        } else if (c == 'x' || c == ' ') {
            state = INVALID;
        }
    }
    return ends[START] | ends[INTEGER] << 6 | ends[FRACTION] << 12 | ends[EXPONENT] << 18 |
           ends[INVALID] << 24;
}

static uint32_t wide(void)
{
    uint64_t x = (uint64_t)next_random() << 33;
    x |= next_random();
    uint64_t y = next_random() | 1;
    int64_t z = -(int64_t)x / (int64_t)(y + 3);
    return (uint32_t)(x / y) ^ (uint32_t)(x % y) ^ (uint32_t)(z >> 7);
}

int main(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        results[i][0] = lists();
        results[i][1] = matrices();
        results[i][2] = (uint32_t)crc(nodes, sizeof nodes) << 16 | crc(product, sizeof product);
        results[i][3] = numbers();
        results[i][4] = wide();
    }
    return crc((const void *)results, sizeof results);
}
