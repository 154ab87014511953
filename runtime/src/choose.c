#include "internal.h"

#include <stdio.h>
#include <string.h>

/// The codes of a model: 0 is `module` itself, the best is the last.
static const bitnet_module *codeAt(const bitnet_module *module, int64_t index) {
  return index ? module->better[index - 1] : module;
}

/// A list that is written into a buffer, and cut where that ends.
typedef struct Text {
  char bytes[640];
  size_t used;
} Text;

static void append(Text *text, const char *separator, const char *word) {
  size_t room = sizeof(text->bytes) - text->used;
  int length = snprintf(text->bytes + text->used, room, "%s%s",
                        text->used ? separator : "", word);
  text->used += (size_t)length < room ? (size_t)length : room - 1;
}

static const char *missingNames(const bitnet_module *code, char *buffer,
                                size_t size) {
  return bn_cpu_feature_names(code->required_cpu & ~bn_cpu_features(), buffer,
                              size);
}

static bool runsHere(const bitnet_module *code) {
  return !(code->required_cpu & ~bn_cpu_features());
}

/// What each code of `module` lacks here: none of them runs.
static int32_t failAll(const bitnet_module *module, bitnet_error *error) {
  char names[256];
  if (!module->num_better)
    return bn_fail(error, BITNET_UNSUPPORTED_CPU,
                   "'%s' was compiled for %s, but this CPU lacks %s; compile "
                   "it for this machine, with an older target, or for several "
                   "with a list such as --target=%s",
                   module->name, module->target,
                   missingNames(module, names, sizeof(names)),
                   bn_cpu_target_list);
  Text text = {{0}, 0};
  for (int64_t i = 0; i <= module->num_better; ++i) {
    const bitnet_module *code = codeAt(module, i);
    append(&text, "; ", code->target_name);
    append(&text, " needs ", missingNames(code, names, sizeof(names)));
  }
  return bn_fail(error, BITNET_UNSUPPORTED_CPU,
                 "'%s' has no code that this CPU runs: %s; compile it with an "
                 "older target, too",
                 module->name, text.bytes);
}

static int32_t chooseNamed(const bitnet_module **module, const char *name,
                           bitnet_error *error) {
  Text known = {{0}, 0};
  for (int64_t i = 0; i <= (*module)->num_better; ++i) {
    const bitnet_module *code = codeAt(*module, i);
    append(&known, ", ", code->target_name);
    if (strcmp(code->target_name, name))
      continue;
    char names[256];
    if (!runsHere(code))
      return bn_fail(error, BITNET_UNSUPPORTED_CPU,
                     "'%s' cannot run its code for target '%s': this CPU lacks "
                     "%s",
                     (*module)->name, name,
                     missingNames(code, names, sizeof(names)));
    *module = code;
    return BITNET_OK;
  }
  return bn_fail(error, BITNET_NOT_FOUND,
                 "'%s' has no code for target '%s', expected %s",
                 (*module)->name, name, known.bytes);
}

int32_t bn_choose_code(const bitnet_module **module, const char *name,
                       bitnet_error *error) {
  if (name)
    return chooseNamed(module, name, error);
  for (int64_t i = (*module)->num_better; i >= 0; --i)
    if (runsHere(codeAt(*module, i))) {
      *module = codeAt(*module, i);
      return BITNET_OK;
    }
  return failAll(*module, error);
}
