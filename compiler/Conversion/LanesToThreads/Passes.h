#ifndef COMPILER_CONVERSION_LANESTOTHREADS_PASSES_H
#define COMPILER_CONVERSION_LANESTOTHREADS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/LanesToThreads/Passes.h.inc"

} // namespace bitnet

#endif // COMPILER_CONVERSION_LANESTOTHREADS_PASSES_H
