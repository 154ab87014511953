// A fork-join team. Between regions workers spin for some tens of microseconds
// and then sleep on a futex: a decoding model opens a region every few
// microseconds, and waking a sleeper costs more than the region. Each part has
// its thread, so that caches stay warm, but the caller takes over parts whose
// thread has not begun: on a busy machine a region does not wait for a thread
// that the scheduler has put aside.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// How long to spin before sleeping, in nanoseconds.
#define BN_SPIN_NANOSECONDS 40000

typedef struct {
  /// 1: this thread's part of the region waits to be run. Whoever sets it to 0
  /// runs the part, and sees the region's description.
  _Alignas(64) _Atomic uint32_t open;
  bn_pool *pool;
  int32_t index; ///< 1 .. threads - 1
  pthread_t thread;
} bn_worker;

struct bn_pool {
  bitnet_allocator allocator;
  int32_t threads;
  int32_t started; ///< workers that run
  int64_t spin;    ///< nanoseconds; 0 where there are more threads than CPUs
  /// The region. Written before any part opens, read by those that run one.
  bitnet_range_fn fn;
  void *args;
  int64_t count, grain;
  bool active; ///< inside a region: nested calls run serially
  _Atomic bool stop;
  _Alignas(64) _Atomic uint32_t epoch;   ///< one more for each region
  _Atomic uint32_t sleepers;             ///< workers that wait on `epoch`
  _Alignas(64) _Atomic uint32_t pending; ///< parts that are not finished
  _Atomic uint32_t owner_sleeps;         ///< the caller waits on `pending`
  bn_worker workers[];
};

static void futexWait(_Atomic uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futexWake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void pauseCpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/// Spins until *word != old (`until` false) or *word == old (`until` true), at
/// most pool->spin; returns whether that came.
static bool spinOn(const bn_pool *pool, _Atomic uint32_t *word, uint32_t old,
                   bool until) {
  int64_t end = 0;
  for (;;) {
    // The clock is read once in 64 rounds: it costs as much as several.
    for (int i = 0; i < 64; ++i) {
      if ((atomic_load_explicit(word, memory_order_acquire) == old) == until)
        return true;
      if (!pool->spin)
        return false;
      pauseCpu();
    }
    int64_t time = now();
    if (!end)
      end = time + pool->spin;
    else if (time >= end)
      return false;
  }
}

static void waitForEpoch(bn_pool *pool, uint32_t seen) {
  while (!spinOn(pool, &pool->epoch, seen, false)) {
    // Either the caller sees this sleeper after it raised `epoch` and wakes it,
    // or the futex sees the new epoch and does not sleep.
    atomic_fetch_add_explicit(&pool->sleepers, 1, memory_order_seq_cst);
    futexWait(&pool->epoch, seen);
    atomic_fetch_sub_explicit(&pool->sleepers, 1, memory_order_seq_cst);
  }
}

/// How many parts the region has: no more than multiples of the grain.
static int32_t countParts(const bn_pool *pool) {
  int64_t units = pool->count / pool->grain + (pool->count % pool->grain != 0);
  return units < pool->threads ? (int32_t)units : pool->threads;
}

static void runPart(const bn_pool *pool, int32_t index) {
  int64_t units = pool->count / pool->grain + (pool->count % pool->grain != 0);
  int64_t parts = countParts(pool);
  int64_t each = units / parts, more = units % parts;
  int64_t first = index * each + (index < more ? index : more);
  int64_t last = first + each + (index < more);
  // Not last * grain: that may pass INT64_MAX where count is near it.
  int64_t end = last == units ? pool->count : last * pool->grain;
  pool->fn(pool->args, first * pool->grain, end);
}

/// Runs the part of `worker` unless somebody else does.
static bool claimPart(bn_pool *pool, bn_worker *worker) {
  // Looked at first: an exchange takes the cache line away from its owner.
  if (!atomic_load_explicit(&worker->open, memory_order_relaxed) ||
      !atomic_exchange_explicit(&worker->open, 0, memory_order_acquire))
    return false;
  runPart(pool, worker->index);
  return true;
}

static void *work(void *argument) {
  bn_worker *worker = (bn_worker *)argument;
  bn_pool *pool = worker->pool;
  uint32_t seen = 0;
  for (;;) {
    waitForEpoch(pool, seen);
    seen = atomic_load_explicit(&pool->epoch, memory_order_acquire);
    if (atomic_load_explicit(&pool->stop, memory_order_acquire))
      return NULL;
    // The caller may leave the region as soon as `pending` is 0, so nothing of
    // the region is read behind it.
    if (claimPart(pool, worker) &&
        atomic_fetch_sub_explicit(&pool->pending, 1, memory_order_seq_cst) ==
            1 &&
        atomic_load_explicit(&pool->owner_sleeps, memory_order_seq_cst))
      futexWake(&pool->pending, 1);
  }
}

/// Lets the workers look: what was written before is visible to them.
static void publish(bn_pool *pool) {
  atomic_fetch_add_explicit(&pool->epoch, 1, memory_order_seq_cst);
  if (atomic_load_explicit(&pool->sleepers, memory_order_seq_cst))
    futexWake(&pool->epoch, INT32_MAX);
}

static void waitForWorkers(bn_pool *pool) {
  if (spinOn(pool, &pool->pending, 0, true))
    return;
  atomic_store_explicit(&pool->owner_sleeps, 1, memory_order_seq_cst);
  uint32_t left;
  while ((left = atomic_load_explicit(&pool->pending, memory_order_seq_cst)))
    futexWait(&pool->pending, left);
  atomic_store_explicit(&pool->owner_sleeps, 0, memory_order_relaxed);
}

void bn_pool_run(bn_pool *pool, bitnet_range_fn fn, void *args, int64_t count,
                 int64_t grain) {
  if (count <= 0)
    return;
  if (grain < 1)
    grain = 1;
  if (pool->threads == 1 || count <= grain || pool->active) {
    fn(args, 0, count);
    return;
  }
  pool->fn = fn;
  pool->args = args;
  pool->count = count;
  pool->grain = grain;
  pool->active = true;
  int32_t parts = countParts(pool);
  atomic_store_explicit(&pool->pending, (uint32_t)parts - 1,
                        memory_order_relaxed);
  for (int32_t i = 1; i < parts; ++i)
    atomic_store_explicit(&pool->workers[i - 1].open, 1, memory_order_release);
  publish(pool);
  runPart(pool, 0);
  for (int32_t i = 1; i < parts; ++i)
    if (claimPart(pool, &pool->workers[i - 1]))
      atomic_fetch_sub_explicit(&pool->pending, 1, memory_order_relaxed);
  waitForWorkers(pool);
  pool->active = false;
}

static size_t poolBytes(int32_t threads) {
  return sizeof(bn_pool) + sizeof(bn_worker) * (size_t)(threads - 1);
}

int32_t bn_pool_create(const bitnet_allocator *allocator, int32_t threads,
                       bn_pool **out, bitnet_error *error) {
  bn_pool *pool = (bn_pool *)bn_allocate(allocator, poolBytes(threads));
  if (!pool)
    return bn_fail(error, BITNET_OUT_OF_MEMORY, "out of memory for %d threads",
                   threads);
  pool->allocator = *allocator;
  pool->threads = threads;
  pool->spin = threads <= bn_cpu_count() ? BN_SPIN_NANOSECONDS : 0;
  for (int32_t i = 1; i < threads; ++i) {
    bn_worker *worker = &pool->workers[i - 1];
    worker->pool = pool;
    worker->index = i;
    int failure = pthread_create(&worker->thread, NULL, work, worker);
    if (failure) {
      bn_pool_destroy(pool);
      return bn_fail(error, BITNET_OUT_OF_MEMORY,
                     "cannot start thread %d of %d: %s", i + 1, threads,
                     strerror(failure));
    }
    pool->started = i;
  }
  *out = pool;
  return BITNET_OK;
}

void bn_pool_destroy(bn_pool *pool) {
  if (!pool)
    return;
  atomic_store_explicit(&pool->stop, true, memory_order_release);
  publish(pool);
  for (int32_t i = 0; i < pool->started; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  bitnet_allocator allocator = pool->allocator;
  bn_release(&allocator, pool, poolBytes(pool->threads));
}

int32_t bn_pool_threads(const bn_pool *pool) { return pool->threads; }
