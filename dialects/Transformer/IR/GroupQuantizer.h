/// The 4-bit codes of a group of weights, and their scale.
#ifndef DIALECTS_TRANSFORMER_IR_GROUPQUANTIZER_H
#define DIALECTS_TRANSFORMER_IR_GROUPQUANTIZER_H

#include "dialects/Transformer/IR/PackedGroups.h"

#include <array>
#include <cstdint>

namespace bitnet::transformer {

/// Weights of a group in order, zeros behind K.
using GroupWeights = std::array<float, PackedGroups::group>;

struct GroupCodes {
  uint16_t scale; ///< bits of a bf16, of either sign
  std::array<int8_t, PackedGroups::group> codes; ///< in [-8, 7]
};

/// Codes and scale with the least squared error of the candidates: scales that
/// map the largest weight to codes from -9 to -6 and 6.5 to 8, and the best
/// one's codes' own least-squares scale.
GroupCodes quantizeGroup4(const GroupWeights &weights);

/// Stores 16 rows of two groups each as a chunk of packed groups.
void packChunk4(
    const std::array<GroupCodes, PackedGroups::groups> rows[PackedGroups::rows],
    char *to);

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_GROUPQUANTIZER_H
