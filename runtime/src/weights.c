#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char kMagic[8] = "BITNETW";

/// First four bytes of a hash, enough to tell two models apart in a message.
static uint32_t shortHash(const uint8_t hash[32]) {
  return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
         (uint32_t)hash[2] << 8 | hash[3];
}

/// `bytes` at `base` must be a weights file of `module`.
static int32_t check(const bitnet_module *module, const char *path,
                     const uint8_t *base, uint64_t bytes, bool verify,
                     bitnet_error *error) {
  bitnet_weights_header header;
  if (bytes < sizeof(header))
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: truncated: %llu bytes, but the header alone has %zu",
                   path, (unsigned long long)bytes, sizeof(header));
  memcpy(&header, base, sizeof(header));
  if (memcmp(header.magic, kMagic, sizeof(kMagic)))
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: not a weights file: it does not begin with BITNETW",
                   path);
  if (header.version != 1 || header.header_bytes != sizeof(header))
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: format version %u with a header of %u bytes, expected "
                   "version 1 with %zu",
                   path, header.version, header.header_bytes, sizeof(header));
  uint8_t hash[32];
  bn_sha256(base, offsetof(bitnet_weights_header, header_hash), hash);
  if (memcmp(hash, header.header_hash, sizeof(hash)))
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: damaged: the header does not match its hash", path);
  if (header.data_offset < sizeof(header) || header.data_offset % 4096)
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: data at offset %llu, expected a multiple of 4096", path,
                   (unsigned long long)header.data_offset);
  if (header.data_offset > bytes ||
      header.data_bytes > bytes - header.data_offset)
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: truncated: %llu bytes, but the header announces %llu "
                   "of data at %llu",
                   path, (unsigned long long)bytes,
                   (unsigned long long)header.data_bytes,
                   (unsigned long long)header.data_offset);
  if (memcmp(header.hash, module->weights_hash, sizeof(header.hash)))
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: weights of another model or compilation: found hash "
                   "%08x..., the code of "
                   "'%s' needs %08x...",
                   path, shortHash(header.hash), module->name,
                   shortHash(module->weights_hash));
  if (header.data_bytes != module->weights_bytes)
    return bn_fail(error, BITNET_BAD_WEIGHTS,
                   "%s: %llu bytes of data, the code of '%s' needs %llu", path,
                   (unsigned long long)header.data_bytes, module->name,
                   (unsigned long long)module->weights_bytes);
  if (verify) {
    bn_sha256(base + header.data_offset, header.data_bytes, hash);
    if (memcmp(hash, header.hash, sizeof(hash)))
      return bn_fail(error, BITNET_BAD_WEIGHTS,
                     "%s: damaged: the data does not match its hash", path);
  }
  return BITNET_OK;
}

/// Maps [source->offset, + bytes) of the file; *base is where it begins.
static int32_t mapFile(const bitnet_weights_source *source, bn_weights *out,
                       const uint8_t **base, uint64_t *bytes,
                       bitnet_error *error) {
  const char *path = source->path;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return bn_fail(error, BITNET_IO_ERROR, "%s: cannot open: %s", path,
                   strerror(errno));
  struct stat info;
  int32_t code = BITNET_OK;
  if (fstat(file, &info)) {
    code = bn_fail(error, BITNET_IO_ERROR, "%s: cannot read: %s", path,
                   strerror(errno));
  } else if (!S_ISREG(info.st_mode)) {
    code = bn_fail(error, BITNET_IO_ERROR, "%s: not a regular file", path);
  } else if (source->offset > (uint64_t)info.st_size ||
             source->bytes > (uint64_t)info.st_size - source->offset) {
    code = bn_fail(
        error, BITNET_BAD_WEIGHTS,
        "%s: truncated: %lld bytes, but the weights should lie at %llu", path,
        (long long)info.st_size, (unsigned long long)source->offset);
  } else {
    uint64_t slack = source->offset % 4096;
    *bytes =
        source->bytes ? source->bytes : (uint64_t)info.st_size - source->offset;
    if (*bytes) { // mmap refuses empty ranges; the check that follows reports
                  // them
      out->map_bytes = *bytes + slack;
      out->map = mmap(NULL, out->map_bytes, PROT_READ, MAP_PRIVATE, file,
                      (off_t)(source->offset - slack));
      if (out->map == MAP_FAILED) {
        out->map = NULL;
        code = bn_fail(error, BITNET_IO_ERROR, "%s: cannot map: %s", path,
                       strerror(errno));
      } else {
        *base = (const uint8_t *)out->map + slack;
        // Where the file system has them, large pages: one core reads them up
        // to half as fast again. No harm where it refuses.
        madvise(out->map, out->map_bytes, MADV_HUGEPAGE);
        madvise(out->map, out->map_bytes, MADV_WILLNEED);
      }
    }
  }
  close(file);
  return code;
}

int32_t bn_weights_open(const bitnet_module *module,
                        const bitnet_weights_source *source, bool verify,
                        bn_weights *out, bitnet_error *error) {
  memset(out, 0, sizeof(*out));
  const uint8_t *base = (const uint8_t *)source->memory;
  uint64_t bytes = source->bytes;
  if (source->offset % BN_ALIGNMENT || (uintptr_t)base % BN_ALIGNMENT)
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "weights must lie at a multiple of %d bytes", BN_ALIGNMENT);
  if (source->path) {
    int32_t code = mapFile(source, out, &base, &bytes, error);
    if (code)
      return code;
  } else if (!base) {
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "weights have neither path nor memory");
  }
  int32_t code = check(module, source->path ? source->path : "weights", base,
                       bytes, verify, error);
  if (code) {
    bn_weights_close(out);
    return code;
  }
  bitnet_weights_header header;
  memcpy(&header, base, sizeof(header));
  out->data = base + header.data_offset;
  return BITNET_OK;
}

void bn_weights_close(bn_weights *weights) {
  if (weights->map)
    munmap(weights->map, weights->map_bytes);
  weights->map = NULL;
}
