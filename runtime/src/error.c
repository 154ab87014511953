#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

int32_t bn_fail(bitnet_error *error, int32_t code, const char *format, ...) {
  if (!error)
    return code;
  error->code = code;
  va_list args;
  va_start(args, format);
  vsnprintf(error->message, sizeof(error->message), format, args);
  va_end(args);
  return code;
}

const char *bn_shape_string(char *buffer, size_t size, const int64_t *dims,
                            int32_t rank) {
  size_t used = (size_t)snprintf(buffer, size, "[");
  for (int32_t i = 0; i < rank && used < size; ++i) {
    if (dims[i] < 0)
      used += (size_t)snprintf(buffer + used, size - used, i ? ", ?" : "?");
    else
      used += (size_t)snprintf(buffer + used, size - used,
                               i ? ", %lld" : "%lld", (long long)dims[i]);
  }
  if (used < size)
    snprintf(buffer + used, size - used, "]");
  return buffer;
}

uint32_t bitnet_abi_version(void) { return BITNET_ABI_VERSION; }

const char *bitnet_code_name(int32_t code) {
  static const char *const names[] = {
      "ok",          "invalid argument", "out of memory",
      "io error",    "bad weights",      "unsupported cpu",
      "unsupported", "context full",     "shape mismatch",
      "not found",   "run failed",       "internal error"};
  if (code < 0 || (size_t)code >= sizeof(names) / sizeof(*names))
    return "unknown";
  return names[code];
}

const char *bitnet_dtype_name(int32_t dtype) {
  switch (dtype) {
  case BITNET_FLOAT32:
    return "float32";
  case BITNET_UINT8:
    return "uint8";
  case BITNET_INT8:
    return "int8";
  case BITNET_UINT16:
    return "uint16";
  case BITNET_INT16:
    return "int16";
  case BITNET_INT32:
    return "int32";
  case BITNET_INT64:
    return "int64";
  case BITNET_BOOL:
    return "bool";
  case BITNET_FLOAT16:
    return "float16";
  case BITNET_FLOAT64:
    return "float64";
  case BITNET_UINT32:
    return "uint32";
  case BITNET_UINT64:
    return "uint64";
  case BITNET_BFLOAT16:
    return "bfloat16";
  case BITNET_FLOAT8E4M3FN:
    return "float8e4m3fn";
  case BITNET_FLOAT8E4M3FNUZ:
    return "float8e4m3fnuz";
  case BITNET_FLOAT8E5M2:
    return "float8e5m2";
  case BITNET_FLOAT8E5M2FNUZ:
    return "float8e5m2fnuz";
  case BITNET_UINT4:
    return "uint4";
  case BITNET_INT4:
    return "int4";
  case BITNET_FLOAT4E2M1:
    return "float4e2m1";
  case BITNET_FLOAT8E8M0:
    return "float8e8m0";
  case BITNET_UINT2:
    return "uint2";
  case BITNET_INT2:
    return "int2";
  default:
    return NULL;
  }
}

size_t bitnet_dtype_size(int32_t dtype) {
  switch (dtype) {
  case BITNET_UINT8:
  case BITNET_INT8:
  case BITNET_BOOL:
  case BITNET_FLOAT8E4M3FN:
  case BITNET_FLOAT8E4M3FNUZ:
  case BITNET_FLOAT8E5M2:
  case BITNET_FLOAT8E5M2FNUZ:
  case BITNET_UINT4:
  case BITNET_INT4:
  case BITNET_FLOAT4E2M1:
  case BITNET_FLOAT8E8M0:
  case BITNET_UINT2:
  case BITNET_INT2:
    return 1;
  case BITNET_UINT16:
  case BITNET_INT16:
  case BITNET_FLOAT16:
  case BITNET_BFLOAT16:
    return 2;
  case BITNET_FLOAT32:
  case BITNET_INT32:
  case BITNET_UINT32:
    return 4;
  case BITNET_INT64:
  case BITNET_UINT64:
  case BITNET_FLOAT64:
    return 8;
  default:
    return 0;
  }
}
