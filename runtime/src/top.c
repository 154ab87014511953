#include "internal.h"

#include <math.h>

/// Whether (logit, id) ranks below (other, otherId): lower logits, then higher
/// ids.
static bool below(float logit, int32_t id, float other, int32_t otherId) {
  return logit < other || (logit == other && id > otherId);
}

/// NaN ranks with -infinity, so that logits order.
static float ordered(float logit) { return isnan(logit) ? -INFINITY : logit; }

/// Restores the heap below `at`: the root of [0, count) ranks lowest.
static void sink(float *logits, int32_t *ids, int64_t at, int64_t count) {
  float logit = logits[at];
  int32_t id = ids[at];
  for (int64_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count &&
        below(logits[child + 1], ids[child + 1], logits[child], ids[child]))
      ++child;
    if (!below(logits[child], ids[child], logit, id))
      break;
    logits[at] = logits[child];
    ids[at] = ids[child];
  }
  logits[at] = logit;
  ids[at] = id;
}

/// Places the last element of a heap that was one without it.
static void rise(float *logits, int32_t *ids, int64_t at) {
  float logit = logits[at];
  int32_t id = ids[at];
  for (int64_t parent; at && (parent = (at - 1) / 2,
                             below(logit, id, logits[parent], ids[parent]));
       at = parent) {
    logits[at] = logits[parent];
    ids[at] = ids[parent];
  }
  logits[at] = logit;
  ids[at] = id;
}

static void add(bn_top *top, float logit, int32_t id) {
  if (top->count < top->k) {
    top->logits[top->count] = logit;
    top->ids[top->count] = id;
    rise(top->logits, top->ids, top->count++);
  } else if (below(top->logits[0], top->ids[0], logit, id)) {
    top->logits[0] = logit;
    top->ids[0] = id;
    sink(top->logits, top->ids, 0, top->k);
  }
}

void bn_top_start(bn_top *top, int64_t k, int32_t *ids, float *logits) {
  top->k = k;
  top->count = 0;
  top->ids = ids;
  top->logits = logits;
}

void bn_top_add(bn_top *top, const int32_t *ids, const float *logits,
                int64_t count) {
  int64_t i = 0;
  for (; i < count && top->count < top->k; ++i)
    add(top, ordered(logits[i]), ids ? ids[i] : (int32_t)i);
  // Without ids the order of the logits is that of the tokens: an equal one
  // that comes later ranks lower, and one comparison rejects most.
  float lowest = top->k ? top->logits[0] : INFINITY;
  for (; i < count; ++i) {
    if (ids ? logits[i] < lowest : !(logits[i] > lowest))
      continue;
    add(top, ordered(logits[i]), ids ? ids[i] : (int32_t)i);
    lowest = top->logits[0];
  }
}

void bn_top_finish(bn_top *top) {
  // The lowest goes behind the others, again and again.
  for (int64_t count = top->count; count > 1;) {
    float logit = top->logits[0];
    int32_t id = top->ids[0];
    --count;
    top->logits[0] = top->logits[count];
    top->ids[0] = top->ids[count];
    sink(top->logits, top->ids, 0, count);
    top->logits[count] = logit;
    top->ids[count] = id;
  }
}

/// Of the places in `ids` those that `lowest` does not rule out.
static int64_t keep(const float *upper, int32_t *ids, int64_t count,
                    float lowest) {
  int64_t kept = 0;
  for (int64_t i = 0; i < count; ++i)
    if (!(upper[ids[i]] < lowest))
      ids[kept++] = ids[i];
  return kept;
}

int64_t bn_top_screen(bn_top *top, const float *lower, const float *upper,
                      int64_t count, int32_t *ids, int64_t capacity) {
  int64_t found = 0;
  float lowest = -INFINITY; // the k-th largest lower bound so far
  for (int64_t i = 0; i < count; ++i) {
    // Also where the bound is NaN.
    if (upper[i] < lowest)
      continue;
    if (found == capacity &&
        (found = keep(upper, ids, found, lowest)) == capacity)
      return -1;
    ids[found++] = (int32_t)i;
    add(top, ordered(lower[i]), (int32_t)i);
    if (top->count == top->k)
      lowest = top->logits[0];
  }
  return keep(upper, ids, found, lowest);
}
