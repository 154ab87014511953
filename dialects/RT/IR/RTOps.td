#ifndef DIALECTS_RT_IR_RTOPS_TD
#define DIALECTS_RT_IR_RTOPS_TD

include "dialects/RT/IR/RTDialect.td"
include "dialects/RT/IR/RTInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def RT_GlobalOp : RT_Op<"global", [Symbol]> {
  let summary = "constant data of the weights file, one value for each layer";
  let description = [{
    `values` has one ElementsAttr of `type`'s size for each layer that reads
    it; one in all when it is not part of rolled layers. A tensor of trits is
    stored as 2-bit codes (trit + 1), four a byte, low bits first, row-major
    over all elements, in a `tensor<?xi8>` attribute. With an `encoding` (an
    attribute of EncodingAttrInterface) values have another type, from which it
    makes what is stored. With `scales`, one f32 attribute for each value, the
    values are such codes of a matrix [N, K] and the data is trit * scale,
    rounded to the element type of `type` as the weights file is written: a
    dense matrix never lies in memory. A value's scales have 1 or N elements.

    - (C1) `values` is not empty.
    - (C2) All values have the same type.
    - (C3) `encoding` makes `type` of it.
    - (C4) `scales` comes without `encoding` and has an entry for each value, of
      1 or N f32 elements; `type` is then a static matrix of f32, f16 or bf16.

    ```mlir
    rt.global @gain : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<AnyRankedTensor>:$type,
                       ArrayAttr:$values, OptionalAttr<AnyAttr>:$encoding, OptionalAttr<ArrayAttr>:$scales);
  let assemblyFormat = "$sym_name `:` $type `=` $values (`scales` $scales^)? attr-dict";
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::RankedTensorType":$type, "::mlir::ArrayAttr":$values),
      [{ build($_builder, $_state, name, type, values, ::mlir::Attribute(), ::mlir::ArrayAttr()); }]>];
}

def RT_GetGlobalOp : RT_Op<"get_global", [Pure, AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "read-only view of a global";
  let description = [{
    On tensors without `exec`; on memrefs with it. `layer` chooses the value
    and is absent for globals that have one.

    - (C1) `global` names an `rt.global`.
    - (C2) The result has the shape and element type of the global; unsigned
      element types become signless in the memref form.

    ```mlir
    %w = rt.get_global @gain[%layer] : tensor<4xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$global, Optional<Index>:$layer,
                       Optional<RT_ExecType>:$exec);
  let results = (outs AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$result);
  let assemblyFormat = [{
    $global (`[` $layer^ `]`)? (`exec` $exec^)? attr-dict `:` type($result)
  }];
}

def RT_KVCacheOp : RT_Op<"kv_cache", [Symbol]> {
  let summary = "session state that holds the past keys or values of attention";
  let description = [{
    State of shape [batch, heads, length, head_dim], appended in place along
    `length`. There is one state for each layer; `inputs` and `outputs` hold,
    for each, the position of the ONNX graph input (past) and graph output
    (present) that it stands for. With `length_first` these are of shape [batch,
    length, heads, head_dim]. An input or output may hold several states, one
    behind the other along axes in front of these: `input_parts` and
    `output_parts` say which one each is (absent: the only one). With `new_only`
    an output holds the step's new entries alone.
    The element type is that of the session's memory: f32, f16, bf16, or i8,
    where each entry of head_dim numbers is followed by its f32 scale, so that a
    number is its i8 times the scale.

    - (C1) `inputs` and `outputs` have the same length, at least 1, and so have
      `input_parts` and `output_parts` where they are given.
    - (C2) `type` has rank 4 with static heads and head_dim.

    ```mlir
    rt.kv_cache @keys : tensor<?x2x?x32xf32> inputs [3, 5] outputs [1, 3]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<AnyRankedTensor>:$type,
                       DenseI64ArrayAttr:$inputs, DenseI64ArrayAttr:$outputs,
                       OptionalAttr<ArrayAttr>:$input_names, OptionalAttr<ArrayAttr>:$output_names,
                       UnitAttr:$length_first, OptionalAttr<DenseI64ArrayAttr>:$input_parts,
                       OptionalAttr<DenseI64ArrayAttr>:$output_parts, UnitAttr:$new_only);
  let assemblyFormat = "$sym_name `:` $type `inputs` $inputs `outputs` $outputs attr-dict";
  let hasVerifier = 1;
}

def RT_KVOp : RT_Op<"kv", [Pure]> {
  let summary = "view of a key/value cache, with room for the step's new entries";
  let description = [{
    The first `past_length` entries along axis 2 are valid; the kernel appends
    behind them. Axis 2 has the session's capacity; strides are those of
    [batch, heads, capacity, head_dim].

    ```mlir
    %k = rt.kv %exec, @keys[%layer] : memref<?x2x?x32xf32>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, FlatSymbolRefAttr:$cache, Optional<Index>:$layer);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$exec `,` $cache (`[` $layer^ `]`)? attr-dict `:` type($result)";
}

def RT_PastLengthOp : RT_Op<"past_length", [Pure]> {
  let summary = "number of tokens in the caches before this step";
  let description = [{
    As `index` with `exec`, or as a one-element or scalar i64 tensor before
    bufferize.

    ```mlir
    %p = rt.past_length : tensor<1xi64>
    ```
  }];
  let arguments = (ins Optional<RT_ExecType>:$exec);
  let results = (outs AnyTypeOf<[Index, AnyRankedTensor]>:$result);
  let assemblyFormat = "($exec^)? attr-dict `:` type($result)";
}

def RT_LogitRowsOp : RT_Op<"logit_rows", [Pure]> {
  let summary = "how many of the last positions of a step need logits";
  let description = [{
    0 asks for all of them, as ONNX would give; a negative number for none.

    ```mlir
    %n = rt.logit_rows %exec
    ```
  }];
  let arguments = (ins RT_ExecType:$exec);
  let results = (outs Index:$result);
  let assemblyFormat = "$exec attr-dict";
}

def RT_TopOp : RT_Op<"top", [Pure]> {
  let summary = "how many of the largest logits of each row are wanted";
  let description = [{
    0 asks for the logits themselves. Otherwise code that can tell the largest
    ones without making all may hand them over by `rt.offer` instead; the
    runtime looks at the graph's output where nothing was offered.

    ```mlir
    %k = rt.top %exec
    ```
  }];
  let arguments = (ins RT_ExecType:$exec);
  let results = (outs Index:$result);
  let assemblyFormat = "$exec attr-dict";
}

def RT_ScreenOp : RT_Op<"screen"> {
  let summary = "the places that can be among the largest";
  let description = [{
    Place n holds a number between lower[n] and upper[n]. Writes the places
    that may hold one of the `rt.top` largest numbers to `ids`, in order, and
    gives their count: all n but those whose upper bound lies below that many
    lower bounds. A bound that is NaN bounds nothing. Negative when `ids` is
    too short. Not allowed in a parallel region.

    ```mlir
    %count = rt.screen %exec, %lower, %upper, %ids : memref<64xf32>, memref<64xf32>, memref<8xi32>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, MemRefRankOf<[F32], [1]>:$lower, MemRefRankOf<[F32], [1]>:$upper,
                       MemRefRankOf<[I32], [1]>:$ids);
  let results = (outs Index:$count);
  let assemblyFormat = "$exec `,` $lower `,` $upper `,` $ids attr-dict `:` type($lower) `,` type($upper) `,` type($ids)";
}

def RT_OfferOp : RT_Op<"offer"> {
  let summary = "hands over the logits of a row among which the largest are";
  let description = [{
    The first `count` of `logits`, for the tokens `ids`, or for 0, 1, 2, ...
    without them. Called once for each row, in order. Not allowed in a parallel
    region.

    ```mlir
    rt.offer %exec, %count of %logits ids(%ids : memref<8xi32>) : memref<8xf32>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, Index:$count, StridedMemRefRankOf<[F32], [1]>:$logits,
                       Optional<MemRefRankOf<[I32], [1]>>:$ids);
  let assemblyFormat = [{
    $exec `,` $count `of` $logits (`ids` `(` $ids^ `:` type($ids) `)`)? attr-dict `:` type($logits)
  }];
}

def RT_InputOp : RT_Op<"input", [Pure]> {
  let summary = "graph input as a memref";
  let description = [{
    ```mlir
    %ids = rt.input %exec[0] : memref<?x?xi64>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, ConfinedAttr<I64Attr, [IntNonNegative]>:$index);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$exec `[` $index `]` attr-dict `:` type($result)";
}

def RT_OutputOp : RT_Op<"output", []> {
  let summary = "hands a contiguous memref out as a graph output";
  let description = [{
    Its memory stays valid until the next execution.

    ```mlir
    rt.output %exec[0], %logits : memref<?x?x2048xf32>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, ConfinedAttr<I64Attr, [IntNonNegative]>:$index,
                       AnyMemRef:$value);
  let assemblyFormat = "$exec `[` $index `]` `,` $value attr-dict `:` type($value)";
}

def RT_YieldOp : RT_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["ParallelOp"]>]> {
  let summary = "end of a parallel region";
  let description = [{
    ```mlir
    rt.yield
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def RT_ParallelOp : RT_Op<"parallel", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "loop whose iterations may run on any threads";
  let description = [{
    The region runs once for each [begin, end) part of [0, count); its two
    arguments are begin and end. Parts are multiples of `grain` iterations,
    but for the last. The results do not depend on the partition: iterations
    write disjoint memory. Runs serially when count * work is small is the
    runtime's choice, not visible here.

    ```mlir
    rt.parallel %exec (%begin to %end) in %count grain 4 {
      rt.yield
    }
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, Index:$count,
                       DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$grain,
                       OptionalAttr<StrAttr>:$kernel);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$exec, "::mlir::Value":$count,
      CArg<"int64_t", "1">:$grain, CArg<"::llvm::StringRef", "{}">:$kernel,
      CArg<"::llvm::function_ref<void(::mlir::OpBuilder &, ::mlir::Location, ::mlir::Value, ::mlir::Value)>", "nullptr">:$body)>];
  let extraClassDeclaration = [{
    ::mlir::Value getBegin() { return getBody().getArgument(0); }
    ::mlir::Value getEnd() { return getBody().getArgument(1); }
  }];
}

def RT_FailIfOp : RT_Op<"fail_if"> {
  let summary = "ends the execution with a status when a condition holds";
  let description = [{
    `status` is one of `bitnet_run_status`. Not allowed in a parallel region:
    check before it.

    ```mlir
    rt.fail_if %bad status 2
    ```
  }];
  let arguments = (ins I1:$condition, ConfinedAttr<I32Attr, [IntPositive]>:$status);
  let assemblyFormat = "$condition `status` $status attr-dict";
}

//===- What codegen's own passes make --------------------------------------===//

def RT_ArenaOp : RT_Op<"arena", [Pure]> {
  let summary = "the execution's planned memory";
  let description = [{
    64-byte aligned, at least as many bytes as the module's `arena_bytes` says.

    ```mlir
    %arena = rt.arena %exec : memref<?xi8>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec);
  let results = (outs MemRefRankOf<[I8], [1]>:$result);
  let assemblyFormat = "$exec attr-dict `:` type($result)";
}

def RT_AllocateOp : RT_Op<"allocate", [MemoryEffects<[MemAlloc]>]> {
  let summary = "memory whose size depends on data";
  let description = [{
    Freed by the runtime after the outputs were read. Without memory the
    execution ends with the status `BITNET_RUN_OUT_OF_MEMORY`.

    ```mlir
    %m = rt.allocate %exec, %bytes : memref<?xi8>
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, Index:$bytes);
  let results = (outs MemRefRankOf<[I8], [1]>:$result);
  let assemblyFormat = "$exec `,` $bytes attr-dict `:` type($result)";
}

def RT_ForkOp : RT_Op<"fork", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "outlined rt.parallel";
  let description = [{
    Runs `callee(captures, begin, end)` for parts of [0, count). The callee has
    the arguments (!llvm.ptr, index, index) and reads the captures with
    `rt.captures`.

    - (C1) `callee` names a function with those arguments and no results.

    ```mlir
    rt.fork %exec, @body(%x, %y : memref<?xf32>, index) in %count grain 4
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, Index:$count, FlatSymbolRefAttr:$callee,
                       Variadic<AnyType>:$captures, I64Attr:$grain);
  let assemblyFormat = [{
    $exec `,` $callee `(` ($captures^ `:` type($captures))? `)` `in` $count `grain` $grain attr-dict
  }];
}

def RT_CapturesOp : RT_Op<"captures", [Pure]> {
  let summary = "values that an rt.fork passes to its callee";
  let description = [{
    ```mlir
    %x, %y = rt.captures %args : !llvm.ptr -> memref<?xf32>, index
    ```
  }];
  let arguments = (ins AnyType:$args);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$args attr-dict `:` type($args) `->` type($results)";
}

#endif // DIALECTS_RT_IR_RTOPS_TD
