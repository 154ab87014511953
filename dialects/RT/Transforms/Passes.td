#ifndef DIALECTS_RT_TRANSFORMS_PASSES_TD
#define DIALECTS_RT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def DescribeSignaturePass : Pass<"rt-describe-signature", "::mlir::ModuleOp"> {
  let summary = "Record the ONNX signature as module attributes";
  let description = [{
    Sets `bitnet.graph_inputs` and `bitnet.graph_outputs`, unless there, from
    the arguments and results of `@main`: arrays of dictionaries with `name`,
    `type` and `dims` in ONNX order. Then copies each argument's and result's
    `bitnet.role` into its dictionary. Runs before bufferize, which takes the
    arguments away.
  }];
}

def SetCacheTypePass : Pass<"rt-set-cache-type", "::mlir::ModuleOp"> {
  let summary = "Choose the element type of the key/value caches";
  let description = [{
    Gives every `rt.kv_cache` the element type `element`: `graph` keeps what the
    graph says, `f32`, `f16` and `i8` replace it. Graph inputs and outputs keep
    their types: the runtime converts them.
  }];
  let options = [Option<"element", "element", "std::string", /*default=*/"\"graph\"",
                        "graph, f32, f16 or i8">];
}

def AssignWeightsPass : Pass<"rt-assign-weights", "::mlir::ModuleOp"> {
  let summary = "Give each rt.global its place in the weights file";
  let description = [{
    Sets `offset` and `stride` (bytes between layers) on each `rt.global`, in
    order of appearance and aligned to 64 bytes, and `bitnet.weights_bytes` on
    the module. Requires packed globals: a tensor of trits is an error.
  }];
}

def ExpandCopiesPass : Pass<"rt-expand-copies", "::mlir::ModuleOp"> {
  let summary = "Copies of strided memrefs to loops";
  let description = [{
    A `memref.copy` between contiguous memrefs stays and becomes a memcpy. Others
    would become a call of an MLIR support library, which compiled models lack.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def ForwardCopiesPass : Pass<"rt-forward-copies", "::mlir::func::FuncOp"> {
  let summary = "Make values where they are copied to";
  let description = [{
    A `memref.copy` between two buffers of their own goes away where the source
    is not touched behind it and the target not before it (both become one), and
    where the op in front of it makes the source for nothing else and does not
    read the target: it then writes the target. So a layer's result lands in the
    buffer that the next layer reads.
  }];
}

def PlanArenaPass : Pass<"rt-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Place the buffers of @main in one arena";
  let description = [{
    Replaces each `memref.alloc` of `@main` by a view of `rt.arena`. Buffers
    whose lifetimes do not meet share a slot, which is as large as the largest
    of them; sizes are computed once, on entry, from the inputs' dimensions.
    `@arena_bytes(%exec)` computes the sum for the runtime. A buffer whose size
    depends on data becomes `rt.allocate`. In `rt.parallel`, small static
    buffers become `memref.alloca`, others are an error. A buffer that a loop
    passes to its next iteration is copied into one that outlives the loop.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::func::FuncDialect"];
  let options = [Option<"maxStackBytes", "max-stack-bytes", "int64_t", /*default=*/"65536",
                        "Largest buffer that a parallel region may have">];
}

def OutlineParallelPass : Pass<"rt-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Move the body of each rt.parallel to a function";
  let description = [{
    The function is named by the op's `kernel`, else `parallel`; `rt.fork`
    calls it. Constants are cloned into it. A region within a region runs
    serially.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

#endif // DIALECTS_RT_TRANSFORMS_PASSES_TD
