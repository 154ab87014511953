// LD_PRELOAD shim: the n-th call of a function of libc fails.
//
// BITNET_FAULT=FUNCTION:N lets call N (from 0) of "malloc" (and what else
// allocates), "mmap", "stat", "read", "write", "rename" or "link" fail; "short" halves
// every read and write. BITNET_FAULT_COUNT=FILE receives the number of calls
// when the process ends.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static const char *kind;
static long wanted = -1;
static atomic_long calls;

__attribute__((constructor)) static void start(void) {
  const char *fault = getenv("BITNET_FAULT");
  if (!fault)
    return;
  const char *colon = strchr(fault, ':');
  static char name[32];
  size_t length = colon ? (size_t)(colon - fault) : strlen(fault);
  memcpy(name, fault, length < 31 ? length : 31);
  wanted = colon ? strtol(colon + 1, NULL, 10) : -1;
  kind = name;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("BITNET_FAULT_COUNT");
  if (!path)
    return;
  kind = NULL;
  FILE *file = fopen(path, "w");
  if (file) {
    fprintf(file, "%ld\n", atomic_load(&calls));
    fclose(file);
  }
}

static bool fails(const char *what) {
  if (!kind || strcmp(kind, what))
    return false;
  long call = atomic_fetch_add(&calls, 1);
  return call == wanted;
}

void *malloc(size_t size) {
  if (fails("malloc"))
    return errno = ENOMEM, NULL;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  if (fails("malloc"))
    return errno = ENOMEM, NULL;
  return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  if (fails("malloc"))
    return errno = ENOMEM, NULL;
  return __libc_realloc(memory, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
  if (fails("malloc"))
    return ENOMEM;
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : ENOMEM;
}
void *aligned_alloc(size_t alignment, size_t size) {
  if (fails("malloc"))
    return errno = ENOMEM, NULL;
  return __libc_memalign(alignment, size);
}

#define FORWARD(result, name, parameters, arguments, what, error)              \
  result name parameters {                                                     \
    static result(*real) parameters;                                           \
    if (!real)                                                                 \
      real = (result(*) parameters)dlsym(RTLD_NEXT, #name);                    \
    if (fails(what))                                                           \
      return errno = error, (result) - 1;                                      \
    return real arguments;                                                     \
  }

FORWARD(void *, mmap, (void *a, size_t n, int p, int f, int d, off_t o),
        (a, n, p, f, d, o), "mmap", ENOMEM)
FORWARD(void *, mmap64, (void *a, size_t n, int p, int f, int d, off64_t o),
        (a, n, p, f, d, o), "mmap", ENOMEM)
FORWARD(int, rename, (const char *from, const char *to), (from, to), "rename",
        EIO)
FORWARD(int, link, (const char *from, const char *to), (from, to), "link",
        EPERM)
FORWARD(int, fstat, (int d, struct stat *s), (d, s), "stat", EIO)

#define TRANSFER(name, pointer, tail, forward, error)                          \
  ssize_t name(int file, pointer data, size_t size tail) {                     \
    static ssize_t (*real)(int, pointer, size_t tail);                         \
    if (!real)                                                                 \
      real = dlsym(RTLD_NEXT, #name);                                          \
    if (fails(error == EIO ? "read" : "write"))                                \
      return errno = error, -1;                                                \
    if (kind && !strcmp(kind, "short") && size > 1)                            \
      size = size / 2;                                                         \
    return real(file, data, size forward);                                     \
  }
#define NOTHING
#define COMMA ,
TRANSFER(read, void *, NOTHING, NOTHING, EIO)
TRANSFER(write, const void *, NOTHING, NOTHING, ENOSPC)
TRANSFER(pread, void *, COMMA off_t offset, COMMA offset, EIO)
TRANSFER(pwrite, const void *, COMMA off_t offset, COMMA offset, ENOSPC)
