#ifndef DIALECTS_TERNARY_IR_ROWTABLES_H
#define DIALECTS_TERNARY_IR_ROWTABLES_H

#include <cstdint>

namespace bitnet::ternary {

/// Bytes of the tables of one group of a token's codes, as `code_tables`,
/// `quint_tables` and `quad_tables` write them.
inline constexpr int64_t codeTableBytes = 64, quintTableBytes = 256,
                         quadTableBytes = 192;

/// Groups whose entries fit in sums of 16 bits: of `code_tables`, 2 entries a
/// group, of at most 31 and carries of 8 bits; of `quint_tables`, 6 groups a
/// byte sum, 240 byte sums a word; of `quad_tables`, 8 groups a byte sum, 256
/// byte sums a word.
inline constexpr int64_t codeWordGroups = 1024, quintWordGroups = 1440,
                         quadWordGroups = 2048;

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_IR_ROWTABLES_H
