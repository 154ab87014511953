#include "internal.h"

#include <string.h>

/// Opens the device of the code's kernels and copies the weights to it: to
/// memory of its own beside the host's, or to memory that both share.
static int32_t openDevice(bitnet_model *model, bitnet_error *error) {
  const bitnet_module *module = model->module;
  model->shared = model->inputs = model->allocator;
  if (!module->driver)
    return BITNET_OK;
  int32_t code =
      module->driver->open(module, &model->allocator, &model->device, error);
  if (code)
    return code;
  model->shared = module->driver->allocator(model->device, BN_NEAR_DEVICE);
  model->inputs = module->driver->allocator(model->device, BN_NEAR_HOST);
  if (module->driver->upload)
    return module->driver->upload(model->device, model->weights.data,
                                  module->weights_bytes, error);
  size_t bytes = (size_t)module->weights_bytes;
  model->device_weights = bn_allocate(&model->shared, bytes);
  if (!model->device_weights)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of device memory: %zu bytes for the weights", bytes);
  memcpy(model->device_weights, model->weights.data, bytes);
  bn_weights_close(&model->weights);
  model->weights.data = (const uint8_t *)model->device_weights;
  return BITNET_OK;
}

int32_t bitnet_model_open(const bitnet_module *module,
                          const bitnet_weights_source *weights,
                          const bitnet_model_options *options,
                          bitnet_model **out, bitnet_error *error) {
  if (!module || !weights || !out)
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "module, weights and out must not be NULL");
  *out = NULL;
  if (module->abi != BITNET_MODULE_ABI)
    return bn_fail(
        error, BITNET_UNSUPPORTED,
        "the code was compiled for module ABI %u, this runtime has %u",
        module->abi, BITNET_MODULE_ABI);
  if (options && options->struct_bytes != sizeof(*options))
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "model options of %u bytes, expected %zu",
                   options->struct_bytes, sizeof(*options));
  int32_t code =
      bn_choose_code(&module, options ? options->target : NULL, error);
  if (code)
    return code;
  bitnet_allocator allocator =
      bn_allocator_or_default(options ? options->allocator : NULL);
  bitnet_model *model = (bitnet_model *)bn_allocate(&allocator, sizeof(*model));
  if (!model)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the model's handle");
  model->module = module;
  model->allocator = allocator;
  code = bn_weights_open(module, weights, options && options->verify,
                         &model->weights, error);
  if (!code)
    code = openDevice(model, error);
  if (code) {
    bitnet_model_close(model);
    return code;
  }
  *out = model;
  return BITNET_OK;
}

void bitnet_model_close(bitnet_model *model) {
  if (!model)
    return;
  bitnet_allocator allocator = model->allocator;
  bn_release(&model->shared, model->device_weights,
             (size_t)model->module->weights_bytes);
  if (model->device)
    model->module->driver->close(model->device);
  bn_weights_close(&model->weights);
  bn_release(&allocator, model, sizeof(*model));
}

int32_t bn_find_input(const bitnet_module *module, int32_t role) {
  for (int32_t i = 0; i < module->num_inputs; ++i)
    if (module->inputs[i].role == role)
      return i;
  return -1;
}

int32_t bn_find_output(const bitnet_module *module, int32_t role) {
  for (int32_t i = 0; i < module->num_outputs; ++i)
    if (module->outputs[i].role == role)
      return i;
  return -1;
}

void bitnet_model_get_info(const bitnet_model *model, bitnet_model_info *out) {
  const bitnet_module *module = model->module;
  memset(out, 0, sizeof(*out));
  out->name = module->name;
  out->target = module->target;
  out->target_name = module->target_name;
  out->context_length = module->context_length;
  out->vocab_size = module->vocab_size;
  out->weights_bytes = module->weights_bytes;
  out->num_inputs = module->num_inputs;
  out->num_outputs = module->num_outputs;
  out->num_caches = module->num_kv;
  out->token_local = module->token_local != 0;
  out->is_generative = bn_check_generative(module, NULL) == BITNET_OK;
}

static int32_t describe(const bitnet_module *module, const char *what,
                        const bitnet_value_desc *descs, int32_t count,
                        int32_t index, bitnet_value_info *out,
                        bitnet_error *error) {
  if (index < 0 || index >= count)
    return bn_fail(error, BITNET_NOT_FOUND, "%s %d does not exist, '%s' has %d",
                   what, index, module->name, count);
  const bitnet_value_desc *desc = &descs[index];
  memset(out, 0, sizeof(*out));
  out->name = desc->name;
  out->dtype = desc->dtype;
  out->role = desc->role;
  out->rank = desc->rank;
  for (int32_t i = 0; i < desc->rank && i < BITNET_MAX_RANK; ++i) {
    out->dims[i] = desc->dims[i] < 0 ? -1 : desc->dims[i];
    if (desc->dims[i] < 0)
      out->symbols[i] = module->symbols[-(desc->dims[i] + 1)];
  }
  return BITNET_OK;
}

int32_t bitnet_model_get_input(const bitnet_model *model, int32_t index,
                               bitnet_value_info *out, bitnet_error *error) {
  const bitnet_module *module = model->module;
  return describe(module, "input", module->inputs, module->num_inputs, index,
                  out, error);
}

int32_t bitnet_model_get_output(const bitnet_model *model, int32_t index,
                                bitnet_value_info *out, bitnet_error *error) {
  const bitnet_module *module = model->module;
  return describe(module, "output", module->outputs, module->num_outputs, index,
                  out, error);
}
