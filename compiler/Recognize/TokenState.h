#ifndef COMPILER_RECOGNIZE_TOKENSTATE_H
#define COMPILER_RECOGNIZE_TOKENSTATE_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <limits>
#include <optional>

/// What is known of a value of a decoder's step, a call: it runs S tokens of
/// each of B texts behind P ones. Token i of the call (0 <= i < S) has the
/// position P + i. There are keys for all positions j of [0, T), T = P + S. An
/// element is local where it is the same however the text is cut into calls: a
/// function of its token, that token's position, the caches up to there, and,
/// for elements that belong to a key, of j.
namespace bitnet::recognize {

/// token * i + key * j + past * P + count * S + texts * B + constant.
struct Linear {
  int64_t token = 0, key = 0, past = 0, count = 0, texts = 0, constant = 0;

  static Linear number(int64_t constant) { return {0, 0, 0, 0, 0, constant}; }
  bool operator==(const Linear &other) const;
  bool isConstant() const { return *this == number(constant); }
  bool is(int64_t expected) const { return *this == number(expected); }
  bool isPast() const { return *this == Linear{0, 0, 1, 0, 0, 0}; }
  bool isCount() const { return *this == Linear{0, 0, 0, 1, 0, 0}; }
  bool isTotal() const { return *this == Linear{0, 0, 1, 1, 0, 0}; }
  /// P and i only as the position P + i.
  bool isLocal() const { return token == past && count == 0; }
};

/// a + factor * b and a * factor; nullopt where numbers become huge.
std::optional<Linear> add(const Linear &a, const Linear &b, int64_t factor);
std::optional<Linear> multiply(const Linear &a, int64_t factor);

/// Numbers, none of them NaN, or (both infinite) anything.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  static Interval exactly(double number) { return {number, number}; }
  bool isExact() const { return low == high; }
  bool is(double number) const { return low == number && high == number; }
  /// Whether anything is known.
  bool isBounded() const;
};

/// Where a key lies, seen from a token: before it, itself, behind it. Elements
/// of tensors that lack an axis of tokens or of keys belong to all three.
constexpr unsigned numRegions = 3;
enum Region : unsigned { Before, Own, Behind };

Interval boundsOf(const Linear &linear, unsigned region);

/// The elements of one region.
struct Part {
  Interval bounds;
  bool local = true;
};

/// known * B^texts * S^count * T^total * P^past.
struct Size {
  int64_t known = 1;
  unsigned texts = 0, count = 0, total = 0, past = 0;

  bool operator==(const Size &other) const;
  bool operator!=(const Size &other) const { return !(*this == other); }
  bool isOne() const { return *this == Size(); }
  /// Whether it is the same in each call.
  bool isFixed() const { return count == 0 && total == 0 && past == 0; }
};
std::optional<Size> multiply(const Size &a, const Size &b);
/// The size that times `b` is `a`.
std::optional<Size> divide(const Size &a, const Size &b);
std::optional<Size> sizeOf(const Linear &linear);
std::optional<Linear> linearOf(const Size &size);

constexpr Size sizeOfTokens = {1, 0, 1, 0, 0};
constexpr Size sizeOfKeys = {1, 0, 0, 1, 0};

/// What the index along an axis stands for.
enum class Role {
  Same,  ///< nothing: all elements along the axis are the same
  Plain, ///< features, heads, texts: the same things, as many, in each call
  Token, ///< i; of a size of several factors, B * S, the last of them
  Key,   ///< j
  Fresh  ///< j - P: keys of the run alone
};

/// Whether the index along an axis means something else in each call.
inline bool isOfCall(Role role) { return role > Role::Plain; }

struct Axis {
  Role role = Role::Plain;
  std::optional<Size> size;
};

/// One element of a small tensor, of shapes for instance.
struct Number {
  std::optional<Linear> linear;
  bool local = false;
};

struct TokenState {
  /// False: of tokens in a way that is not understood.
  bool known = true;
  /// Of the call's last token. What it meets must be the same for all tokens.
  bool isLast = false;
  llvm::SmallVector<Axis, 4> axes;
  std::array<Part, numRegions> parts;
  /// What each element is, by i and j.
  std::optional<Linear> linear;
  /// All elements, of tensors of static length and a rank of at most 1.
  llvm::SmallVector<Number, 4> elements;
  /// Where tokens met that this depends on.
  mlir::Operation *culprit = nullptr;

  /// The element's number, where i, j and sizes tell it.
  void setLinear(const Linear &number);
  void setElements(llvm::ArrayRef<Number> numbers);
  /// The axis of that role, -1: none.
  int64_t find(Role role) const;
  bool isLocal() const;
  /// Local, and the same for all tokens and keys.
  bool isFixed() const;
  /// The number that all elements are.
  std::optional<double> uniform() const;
};

/// The most elements of a tensor that are followed one by one.
constexpr int64_t maxElements = 16;

/// Of what is told by its index i along its last axis, the index taken for that
/// of the run's keys: masks of [S, S] are made of i twice.
std::optional<TokenState> asKeys(const TokenState &state);

/// Joins axes as numpy broadcasts them to `rank` axes. False where tokens would
/// meet other tokens, keys or plain elements, or where an axis may be stretched
/// to a size that is another in each call. Along axis `along`, operands are put
/// one behind the other: sizes differ there.
bool joinAxes(llvm::ArrayRef<const TokenState *> operands, int64_t rank,
              TokenState &out, int64_t along = -1);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_TOKENSTATE_H
