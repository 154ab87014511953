#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_QUANTIZEDROWS_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_QUANTIZEDROWS_H

#include "compiler/Conversion/TransformerToVector/PackedRowsReader.h"
#include "compiler/Target/TargetFacts.h"

namespace bitnet::transformer {

/// Emits products of packed i8 rows with quantised positions, as
/// transformer.quantized_linear defines them.
class QuantizedRows {
public:
  using Value = mlir::Value;

  /// `codes` are the packed rows of [n, k].
  QuantizedRows(LaneBuilder &b, const TargetFacts &facts, Value codes,
                int64_t n, int64_t k)
      : b(b), facts(facts), codes(codes), reader(b, codes, n, k) {}

  const PackedRows &getLayout() const { return reader.getLayout(); }
  /// Q: the largest magnitude of a quantised element.
  int64_t limit() const;

  /// Quantised positions: i16 [M, K with padding of zeros] and f32 [M].
  struct Input {
    Value values, scales;
  };
  /// Makes buffers for the positions of x [M, K] and fills them.
  Input quantize(Value exec, Value x);

  /// The exact sums of rows [first, first + rows) of a block, as lanes of one
  /// i32 vector for each of `tokens` positions.
  LaneBuilder::Values sums(const Input &input, Value token, int64_t tokens,
                           Value block, int64_t first, int64_t rows);
  /// sum * (scale of the row * scale of the position), in f64.
  Value scaled(Value sums, Value scales, const Input &input, Value token,
               Value row);

private:
  void quantizeRow(Value x, const Input &input, Value token);
  Value multiplyAdd(Value accumulator, Value codes, Value inputs);

  LaneBuilder &b;
  const TargetFacts &facts;
  Value codes;
  PackedRowsReader reader;
};

/// `count` lanes of f64.
mlir::VectorType doubles(mlir::OpBuilder &builder, int64_t count = kLanes);
/// f32 lanes or a scalar as f64.
mlir::Value toDouble(LaneBuilder &b, mlir::Value value);

} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_QUANTIZEDROWS_H
