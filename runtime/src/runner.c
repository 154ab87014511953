#include "internal.h"

#include <string.h>

static void parallel(bitnet_exec *exec, bitnet_range_fn fn, void *args,
                     int64_t count, int64_t grain) {
  bn_pool_run(((bn_runner *)exec->runtime)->pool, fn, args, count, grain);
}

static void dispatch(bitnet_exec *exec, int32_t kernel,
                     const uint64_t *captures, int64_t count) {
  bn_runner *runner = (bn_runner *)exec->runtime;
  runner->model->module->driver->dispatch(runner->queue, kernel, captures,
                                          count);
}

static int32_t await(bitnet_exec *exec) {
  bn_runner *runner = (bn_runner *)exec->runtime;
  return runner->model->module->driver->await(runner->queue)
             ? BITNET_RUN_OK
             : BITNET_RUN_DEVICE_FAILED;
}

/// A block of `size` bytes, or NULL.
static bn_block *addBlock(bn_runner *runner, size_t size, int64_t slot) {
  const bitnet_model *model = runner->model;
  bn_block *block = (bn_block *)bn_allocate(&model->allocator, sizeof(*block));
  if (!block)
    return NULL;
  block->memory = bn_allocate(&model->shared, size);
  if (!block->memory) {
    bn_release(&model->allocator, block, sizeof(*block));
    return NULL;
  }
  block->next = runner->blocks;
  block->bytes = size;
  block->slot = slot;
  runner->blocks = block;
  return block;
}

/// Takes the block at `at` out of its list.
static void removeBlock(bn_runner *runner, bn_block **at) {
  bn_block *block = *at;
  *at = block->next;
  bn_release(&runner->model->shared, block->memory, block->bytes);
  bn_release(&runner->model->allocator, block, sizeof(*block));
}

/// Gives the block of a slot room for `size` bytes.
static bn_block *growBlock(bn_runner *runner, size_t size, int64_t slot) {
  bn_block **at = &runner->blocks;
  while (*at && (*at)->slot != slot)
    at = &(*at)->next;
  bn_block *old = *at;
  if (!old)
    return addBlock(runner, size, slot);
  if (old->bytes >= size)
    return old;
  // Half as much again: appending then costs linear time. The old block stays
  // in its list until there is a new one.
  size_t ample = old->bytes + old->bytes / 2;
  bn_block *grown = ample > size ? addBlock(runner, ample, slot) : NULL;
  if (!grown)
    grown = addBlock(runner, size, slot);
  if (!grown)
    return NULL;
  // Kernels that were asked for may write the old block.
  if (runner->queue && await(&runner->exec))
    return NULL;
  memcpy(grown->memory, old->memory, old->bytes);
  for (at = &grown->next; *at != old;)
    at = &(*at)->next;
  removeBlock(runner, at);
  return grown;
}

/// Called by compiled code outside its parallel regions.
static void *allocate(bitnet_exec *exec, int64_t bytes, int64_t slot) {
  bn_runner *runner = (bn_runner *)exec->runtime;
  if (bytes < 0)
    return NULL;
  size_t size = bytes ? (size_t)bytes : 1;
  bn_block *block =
      slot < 0 ? addBlock(runner, size, -1) : growBlock(runner, size, slot);
  return block ? block->memory : NULL;
}

/// The heap of the row that is offered next. False: there is no room for it.
static bool nextTop(bn_runner *runner, bn_top *out) {
  if (runner->offered >= runner->top_rows)
    return false;
  int64_t at = runner->offered * runner->exec.top;
  bn_top_start(out, runner->exec.top, runner->top_ids + at,
               runner->top_logits + at);
  return true;
}

static int64_t screen(bitnet_exec *exec, const float *lower, const float *upper,
                      int64_t count, int32_t *ids, int64_t capacity) {
  bn_top top;
  return nextTop((bn_runner *)exec->runtime, &top)
             ? bn_top_screen(&top, lower, upper, count, ids, capacity)
             : 0;
}

static void offer(bitnet_exec *exec, const int32_t *ids, const float *logits,
                  int64_t count) {
  bn_runner *runner = (bn_runner *)exec->runtime;
  bn_top top;
  if (nextTop(runner, &top)) {
    bn_top_add(&top, ids, logits, count);
    bn_top_finish(&top);
  }
  ++runner->offered;
}

static void freeBlocks(bn_runner *runner) {
  while (runner->blocks)
    removeBlock(runner, &runner->blocks);
}

/// Sizes of the arrays that a runner owns, by module.
static size_t inputBytes(const bitnet_module *m) {
  return sizeof(bitnet_buffer) * (size_t)m->num_inputs;
}
static size_t outputBytes(const bitnet_module *m) {
  return sizeof(bitnet_buffer) * (size_t)m->num_outputs;
}
static size_t kvBytes(const bitnet_module *m) {
  return sizeof(void *) * (size_t)m->num_kv;
}

int32_t bn_runner_create(bn_runner *runner, const bitnet_model *model,
                         int32_t threads, bitnet_error *error) {
  const bitnet_module *module = model->module;
  memset(runner, 0, sizeof(*runner));
  runner->model = model;
  if (threads < 0 || threads > 1024)
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "%d threads, expected 1 to 1024, or 0 for all CPUs",
                   threads);
  bitnet_exec *exec = &runner->exec;
  exec->weights = model->weights.data;
  exec->inputs =
      (bitnet_buffer *)bn_allocate(&model->allocator, inputBytes(module));
  exec->outputs =
      (bitnet_buffer *)bn_allocate(&model->allocator, outputBytes(module));
  exec->kv = (void **)bn_allocate(&model->allocator, kvBytes(module));
  exec->parallel = parallel;
  exec->allocate = allocate;
  exec->screen = screen;
  exec->offer = offer;
  exec->runtime = runner;
  int32_t code = BITNET_OK;
  if (!exec->inputs || !exec->outputs || !exec->kv)
    code = bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for inputs and outputs");
  // With a device most regions are its affair.
  if (model->device && !threads)
    threads = 1;
  if (!code)
    code = bn_pool_create(&model->allocator, threads ? threads : bn_cpu_count(),
                          &runner->pool, error);
  if (!code && model->device) {
    exec->dispatch = dispatch;
    exec->await = await;
    code = module->driver->queue_create(model->device, &runner->queue, error);
  }
  if (code)
    bn_runner_destroy(runner);
  return code;
}

void bn_runner_destroy(bn_runner *runner) {
  if (!runner->model)
    return;
  const bitnet_allocator *allocator = &runner->model->allocator;
  const bitnet_module *module = runner->model->module;
  if (runner->queue)
    module->driver->queue_destroy(runner->queue);
  freeBlocks(runner);
  bn_pool_destroy(runner->pool);
  bn_release(&runner->model->shared, runner->exec.arena,
             (size_t)runner->arena_bytes);
  bn_release(allocator, runner->exec.inputs, inputBytes(module));
  bn_release(allocator, runner->exec.outputs, outputBytes(module));
  bn_release(allocator, runner->exec.kv, kvBytes(module));
  memset(runner, 0, sizeof(*runner));
}

int32_t bn_runner_reserve(bn_runner *runner, int64_t bytes,
                          bitnet_error *error) {
  if (bytes < 0)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "the intermediate results would exceed 2^63 bytes");
  runner->exec.arena =
      (uint8_t *)bn_allocate(&runner->model->shared, (size_t)bytes);
  if (!runner->exec.arena)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory: %lld bytes for intermediate results",
                   (long long)bytes);
  runner->arena_bytes = bytes;
  return BITNET_OK;
}

int32_t bn_runner_run(bn_runner *runner, bitnet_error *error) {
  const bitnet_module *module = runner->model->module;
  freeBlocks(runner);
  runner->offered = 0;
  int64_t needed = module->arena_bytes(&runner->exec);
  if (needed > runner->arena_bytes)
    return bn_fail(error, BITNET_INTERNAL,
                   "the arena has %lld bytes, the code asks for %lld",
                   (long long)runner->arena_bytes, (long long)needed);
  int32_t status = module->run(&runner->exec);
  if (runner->queue) {
    module->driver->await(runner->queue);
    int32_t code = module->driver->check(runner->queue, error);
    if (code)
      return code;
  }
  switch (status) {
  case BITNET_RUN_OK:
    return BITNET_OK;
  case BITNET_RUN_OUT_OF_MEMORY:
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for a tensor whose size depends on data");
  case BITNET_RUN_BAD_INDEX:
    return bn_fail(error, BITNET_RUN_FAILED,
                   "an index in the inputs lies outside the table it reads");
  case BITNET_RUN_BAD_SHAPE:
    return bn_fail(error, BITNET_SHAPE_MISMATCH,
                   "the graph cannot combine inputs of these shapes");
  case BITNET_RUN_DEVICE_FAILED: // and gave no reason above
  default:
    return bn_fail(error, BITNET_INTERNAL,
                   "the compiled code returned an unknown status");
  }
}
