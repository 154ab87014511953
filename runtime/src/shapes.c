#include "internal.h"

#include <stdio.h>
#include <string.h>

/// The declared shape for messages: "[batch, 2, past, 32]".
static void declaredShape(const bitnet_module *module,
                          const bitnet_value_desc *desc, char *buffer,
                          size_t size) {
  size_t used = (size_t)snprintf(buffer, size, "[");
  for (int32_t i = 0; i < desc->rank && used < size; ++i) {
    const char *comma = i ? ", " : "";
    int64_t dim = desc->dims[i];
    const char *symbol = dim < 0 ? module->symbols[-(dim + 1)] : NULL;
    if (dim >= 0)
      used += (size_t)snprintf(buffer + used, size - used, "%s%lld", comma,
                               (long long)dim);
    else
      used += (size_t)snprintf(buffer + used, size - used, "%s%s", comma,
                               symbol && *symbol ? symbol : "?");
  }
  if (used < size)
    snprintf(buffer + used, size - used, "]");
}

int32_t bn_check_shape(const bitnet_module *module, int32_t index,
                       const int64_t *dims, int32_t rank, bn_bindings *bindings,
                       bitnet_error *error) {
  const bitnet_value_desc *desc = &module->inputs[index];
  char found[256], expected[512];
  bn_shape_string(found, sizeof(found), dims, rank);
  declaredShape(module, desc, expected, sizeof(expected));
  if (rank != desc->rank)
    return bn_fail(error, BITNET_SHAPE_MISMATCH,
                   "input '%s' has shape %s of rank %d, expected %s",
                   desc->name, found, rank, expected);
  for (int32_t axis = 0; axis < rank; ++axis) {
    int64_t dim = dims[axis], declared = desc->dims[axis];
    if (dim < 0)
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' has a negative dim on axis %d", desc->name,
                     axis);
    // Compiled code multiplies dims: an empty tensor could still have one that
    // makes the product wrap.
    if (dim > INT32_MAX)
      return bn_fail(
          error, BITNET_SHAPE_MISMATCH,
          "input '%s' has shape %s: axis %d is %lld, expected at most %d",
          desc->name, found, axis, (long long)dim, INT32_MAX);
    if (declared >= 0) {
      if (dim != declared)
        return bn_fail(
            error, BITNET_SHAPE_MISMATCH,
            "input '%s' has shape %s, expected %s: axis %d is %lld, not %lld",
            desc->name, found, expected, axis, (long long)dim,
            (long long)declared);
      continue;
    }
    int64_t symbol = -(declared + 1);
    if (bindings->values[symbol] < 0) {
      bindings->values[symbol] = dim;
      bindings->inputs[symbol] = index;
      bindings->axes[symbol] = axis;
    } else if (bindings->values[symbol] != dim) {
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' has shape %s, expected %s: '%s' is %lld on "
                     "its axis %d, but %lld "
                     "on axis %d of input '%s'",
                     desc->name, found, expected, module->symbols[symbol],
                     (long long)dim, axis, (long long)bindings->values[symbol],
                     bindings->axes[symbol],
                     module->inputs[bindings->inputs[symbol]].name);
    }
  }
  return BITNET_OK;
}
