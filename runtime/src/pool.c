// A fork-join team. Between regions workers spin for a while and then sleep on
// a futex: a decoding model opens a region every few microseconds, and waking a
// sleeper costs more than the region. A region costs two journeys of a cache
// line: the caller writes one that all workers watch, and each worker answers
// on its own. Each part has its thread, so that caches stay warm, but the
// caller takes over parts whose thread has not begun: on a busy machine a
// region does not wait for a thread that the scheduler has put aside. A worker
// that finds itself on the caller's CPU moves away: as both spin, the scheduler
// sees two busy threads there, and needs many regions to part them.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// How long to spin before sleeping, in nanoseconds: what a caller does between
/// two steps (sampling, text) is shorter than that, and waking a sleeper costs
/// more than most regions.
#define BN_SPIN_NANOSECONDS 200000
/// How often the caller looks for the end of a spinning worker's part, before
/// it looks whether that has begun: several times what a cache line needs to
/// travel, so that the line of the claim rarely does.
#define BN_PATIENCE 32
/// For how many regions it is not, after a thread did not come: its CPU is
/// likely to be another's for some time.
#define BN_LATE_REGIONS 64
/// What one thread writes and another reads lies on a line of its own.
#define BN_LINE 64
/// Low bits of a region's word: its number of parts, at most 1024.
#define BN_PARTS_BITS 11

/// Words of regions grow with each region, so that a word behind the others is
/// known to be old. Each worker's are written by nobody else while it keeps up.
typedef struct {
  /// The last region in which this thread's part was taken: by this thread, or
  /// by the caller.
  _Alignas(BN_LINE) _Atomic uint64_t claimed;
  bn_pool *pool;
  int32_t index;     ///< 1 .. threads - 1
  cpu_set_t cpus;    ///< where it might run when it began; written before `tid`
  _Atomic pid_t tid; ///< 0 until it runs
  pthread_t thread;
  /// The last region in which this thread has finished its part.
  _Alignas(BN_LINE) _Atomic uint64_t done;
  int32_t late; ///< regions for which the caller is not patient
} bn_worker;

struct bn_pool {
  bitnet_allocator allocator;
  int32_t threads;
  int32_t started; ///< workers that run
  int64_t spin;    ///< nanoseconds; 0 where there are more threads than CPUs
  bool active;     ///< inside a region: nested calls run serially
  /// The region, on one line: a worker that sees the word has the rest. Who has
  /// claimed a part may read it until the part is done.
  _Alignas(
      BN_LINE) _Atomic uint64_t region; ///< number, then parts; none: the end
  bitnet_range_fn fn;
  void *args;
  int64_t count, grain;
  _Atomic int32_t owner_cpu; ///< where the caller ran when it began the region
  _Alignas(BN_LINE) _Atomic uint32_t sleepers; ///< wait on `region`, or will
  _Atomic uint32_t owner_sleeps;               ///< the caller waits on a `done`
  bn_worker workers[];
};

/// A futex is the half of a word that changes with every region.
static uint32_t *lowHalf(_Atomic uint64_t *word) {
  return (uint32_t *)word + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

static void futexWait(_Atomic uint64_t *word, uint64_t expected) {
  syscall(SYS_futex, lowHalf(word), FUTEX_WAIT_PRIVATE, (uint32_t)expected,
          NULL, NULL, 0);
}

static void futexWake(_Atomic uint64_t *word, int count) {
  syscall(SYS_futex, lowHalf(word), FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void pauseCpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#elif defined(__riscv)
  // `pause`, by its code: assemblers know it with +zihintpause only.
  __asm__ volatile(".4byte 0x0100000f");
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/// Spins while *word == old, at most pool->spin; returns whether it changed.
static bool spinOn(const bn_pool *pool, _Atomic uint64_t *word, uint64_t old) {
  int64_t end = 0;
  for (;;) {
    // The clock is read once in 64 rounds: it costs as much as several.
    for (int i = 0; i < 64; ++i) {
      if (atomic_load_explicit(word, memory_order_acquire) != old)
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

/// Moves a worker that runs off `cpu` if it may run elsewhere; one that waits
/// for that CPU goes at once, too. Its set of CPUs is as before afterwards.
/// Both the worker and the caller may do this at a time: each sets what the
/// worker began with, never what it finds in between. A set that somebody else
/// has changed since is left alone.
static void leaveCpu(const bn_worker *worker, int32_t cpu) {
  pid_t tid = atomic_load_explicit(&worker->tid, memory_order_acquire);
  cpu_set_t found, others;
  if (!tid || cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &worker->cpus) ||
      CPU_COUNT(&worker->cpus) < 2 ||
      sched_getaffinity(tid, sizeof found, &found) ||
      !CPU_EQUAL(&found, &worker->cpus))
    return;
  others = worker->cpus;
  CPU_CLR(cpu, &others);
  if (!sched_setaffinity(tid, sizeof others, &others))
    sched_setaffinity(tid, sizeof worker->cpus, &worker->cpus);
}

static void leaveOwnersCpu(const bn_worker *worker) {
  const bn_pool *pool = worker->pool;
  int32_t cpu = sched_getcpu();
  if (pool->spin &&
      cpu == atomic_load_explicit(&pool->owner_cpu, memory_order_relaxed))
    leaveCpu(worker, cpu);
}

/// The word of a region that is not `seen`.
static uint64_t waitForRegion(bn_worker *worker, uint64_t seen) {
  bn_pool *pool = worker->pool;
  while (!spinOn(pool, &pool->region, seen)) {
    leaveOwnersCpu(worker);
    // Either the caller sees this sleeper after it raised `region` and wakes
    // it, or the futex sees the new word and does not sleep.
    atomic_fetch_add_explicit(&pool->sleepers, 1, memory_order_seq_cst);
    futexWait(&pool->region, seen);
    // By those that wake and not by the caller: a worker that has come back
    // from the new region may sleep again before the caller has woken others.
    atomic_fetch_sub_explicit(&pool->sleepers, 1, memory_order_relaxed);
  }
  return atomic_load_explicit(&pool->region, memory_order_acquire);
}

static int32_t partsOf(uint64_t region) {
  return (int32_t)(region & ((UINT64_C(1) << BN_PARTS_BITS) - 1));
}

static void runPart(const bn_pool *pool, int32_t index, int64_t parts) {
  int64_t units = pool->count / pool->grain + (pool->count % pool->grain != 0);
  int64_t each = units / parts, more = units % parts;
  int64_t first = index * each + (index < more ? index : more);
  int64_t last = first + each + (index < more);
  // Not last * grain: that may pass INT64_MAX where count is near it.
  int64_t end = last == units ? pool->count : last * pool->grain;
  pool->fn(pool->args, first * pool->grain, end);
}

/// Whether the caller of this may run the worker's part of `region`. No longer
/// so when somebody has claimed it, or a later region's.
static bool claimPart(bn_worker *worker, uint64_t region) {
  uint64_t before =
      atomic_load_explicit(&worker->claimed, memory_order_relaxed);
  return before < region && atomic_compare_exchange_strong_explicit(
                                &worker->claimed, &before, region,
                                memory_order_acquire, memory_order_relaxed);
}

static void *work(void *argument) {
  bn_worker *worker = (bn_worker *)argument;
  bn_pool *pool = worker->pool;
  uint64_t region = 0;
  // Without a set, or where it has more CPUs than fit, the worker never moves.
  if (sched_getaffinity(0, sizeof worker->cpus, &worker->cpus))
    CPU_ZERO(&worker->cpus);
  atomic_store_explicit(&worker->tid, (pid_t)syscall(SYS_gettid),
                        memory_order_release);
  for (;;) {
    region = waitForRegion(worker, region);
    int32_t parts = partsOf(region);
    if (!parts)
      return NULL;
    if (worker->index >= parts)
      continue;
    if (!claimPart(worker, region)) {
      leaveOwnersCpu(worker);
      continue;
    }
    runPart(pool, worker->index, parts);
    // The caller may leave the region now: nothing of it is read from here on.
    atomic_store_explicit(&worker->done, region, memory_order_seq_cst);
    if (atomic_load_explicit(&pool->owner_sleeps, memory_order_seq_cst))
      futexWake(&worker->done, 1);
  }
}

/// Begins a region of `parts` parts, whose description is written; whether a
/// worker slept, and may need long to come.
static bool publish(bn_pool *pool, uint64_t *region, int32_t parts) {
  uint64_t before = atomic_load_explicit(&pool->region, memory_order_relaxed);
  atomic_store_explicit(&pool->owner_cpu, sched_getcpu(), memory_order_relaxed);
  *region = ((before >> BN_PARTS_BITS) + 1) << BN_PARTS_BITS | (uint64_t)parts;
  atomic_store_explicit(&pool->region, *region, memory_order_seq_cst);
  if (!atomic_load_explicit(&pool->sleepers, memory_order_seq_cst))
    return false;
  futexWake(&pool->region, INT32_MAX);
  return true;
}

static bool isDone(bn_worker *worker, uint64_t region) {
  return atomic_load_explicit(&worker->done, memory_order_acquire) == region;
}

/// Waits for the worker's part, or runs it where the worker does not come.
static void finishPart(bn_pool *pool, bn_worker *worker, uint64_t region,
                       bool slept) {
  bool patient = !slept && !worker->late && pool->spin;
  int rounds = patient ? BN_PATIENCE : 0;
  for (int i = 0; i < rounds && !isDone(worker, region); ++i)
    pauseCpu();
  if (isDone(worker, region))
    return;
  if (claimPart(worker, region)) {
    if (patient)
      leaveCpu(worker, sched_getcpu());
    worker->late =
        patient ? BN_LATE_REGIONS : worker->late - (worker->late > 0);
    return runPart(pool, worker->index, partsOf(region));
  }
  worker->late = 0;
  uint64_t done;
  while ((done = atomic_load_explicit(&worker->done, memory_order_acquire)) !=
         region) {
    if (spinOn(pool, &worker->done, done))
      continue;
    atomic_store_explicit(&pool->owner_sleeps, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&worker->done, memory_order_seq_cst) == done)
      futexWait(&worker->done, done);
    atomic_store_explicit(&pool->owner_sleeps, 0, memory_order_relaxed);
  }
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
  int64_t units = count / grain + (count % grain != 0);
  int32_t parts = units < pool->threads ? (int32_t)units : pool->threads;
  uint64_t region;
  bool slept = publish(pool, &region, parts);
  runPart(pool, 0, parts);
  for (int32_t i = 1; i < parts; ++i)
    finishPart(pool, &pool->workers[i - 1], region, slept);
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
  uint64_t region;
  publish(pool, &region, 0);
  for (int32_t i = 0; i < pool->started; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  bitnet_allocator allocator = pool->allocator;
  bn_release(&allocator, pool, poolBytes(pool->threads));
}

int32_t bn_pool_threads(const bn_pool *pool) { return pool->threads; }
