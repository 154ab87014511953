/// Weights as files store them, for kernels that read them.
#ifndef TEST_UNIT_TRANSFORMER_PACKING_H
#define TEST_UNIT_TRANSFORMER_PACKING_H

#include <cstdint>
#include <string>
#include <vector>

namespace bitnet::test {

/// `values` as `element` (f32, f16 or bf16), rounded in place to what is
/// stored; row-major.
std::vector<uint8_t> narrowTo(const std::string &element,
                              std::vector<float> &values);

/// Packed rows of a row-major matrix [n, k], by #transformer.encoding.
std::vector<uint8_t> packRows(const std::string &element,
                              const std::vector<uint8_t> &matrix, int64_t n,
                              int64_t k, int64_t blockRows);

/// A vector or the packed rows that an encoding of #transformer.encoding, e.g.
/// "codes8", makes of an f32 matrix [n, k].
std::vector<uint8_t> encodeAs(const std::string &kind,
                              const std::vector<float> &matrix, int64_t n,
                              int64_t k, int64_t blockRows);

/// The memref of those.
std::string packedMemRef(const std::string &element, int64_t n, int64_t k,
                         int64_t blockRows);

} // namespace bitnet::test

#endif // TEST_UNIT_TRANSFORMER_PACKING_H
