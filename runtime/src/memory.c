#define _GNU_SOURCE
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/// From here on memory comes from mmap: zero-filled without being touched, so
/// that a long context costs what is used of it.
#define BN_MMAP_BYTES ((size_t)64 << 10)

static void *defaultAllocate(void *context, size_t bytes, size_t alignment) {
  (void)context;
  if (bytes >= BN_MMAP_BYTES) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return NULL;
    madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
  }
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes))
    return NULL;
  return memset(memory, 0, bytes);
}

static void defaultRelease(void *context, void *memory, size_t bytes) {
  (void)context;
  if (bytes >= BN_MMAP_BYTES)
    munmap(memory, bytes);
  else
    free(memory);
}

bitnet_allocator bn_allocator_or_default(const bitnet_allocator *allocator) {
  if (allocator)
    return *allocator;
  bitnet_allocator result = {NULL, defaultAllocate, defaultRelease};
  return result;
}

void *bn_allocate(const bitnet_allocator *allocator, size_t bytes) {
  return allocator->allocate(allocator->context, bytes ? bytes : 1,
                             BN_ALIGNMENT);
}

void bn_release(const bitnet_allocator *allocator, void *memory, size_t bytes) {
  if (memory)
    allocator->release(allocator->context, memory, bytes ? bytes : 1);
}

bool bn_multiply(int64_t a, int64_t b, int64_t *out) {
  return a >= 0 && b >= 0 && !__builtin_mul_overflow(a, b, out);
}

bool bn_tensor_bytes(int32_t dtype, const int64_t *dims, int32_t rank,
                     int64_t *out) {
  int64_t bytes = (int64_t)bitnet_dtype_size(dtype);
  if (!bytes)
    return false;
  bool empty = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (dims[i] < 0)
      return false;
    // An empty tensor is empty whatever its other dims would multiply to.
    if (dims[i] == 0)
      empty = true;
    else if (!bn_multiply(bytes, dims[i], &bytes))
      return false;
  }
  *out = empty ? 0 : bytes;
  return true;
}
