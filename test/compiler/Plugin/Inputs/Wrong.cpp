// A plug-in that does what BITNET_TEST_WRONG says, each time another thing that
// a plug-in must not.

#include "compiler/Plugin/TargetPlugin.h"
#include "dialects/Ternary/IR/LayoutMath.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"
#include "dialects/Ternary/Transforms/Tiler.h"

#include <cstdlib>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// A byte for each trit.
struct Bytes {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    Number block = m.div(row, shape.rows), r = m.rem(row, shape.rows);
    Number term = m.add(m.times(block, shape.k), column);
    return m.byte(m.add(m.times(term, shape.rows), r));
  }
};

void packBytes(ArrayRef<uint8_t> codes, PackedShape shape,
               MutableArrayRef<uint8_t> packed) {
  llvm::fill(packed, 1);
  for (int64_t i = 0; i < shape.n * shape.k; ++i) {
    int64_t row = i / shape.k, column = i % shape.k;
    packed[(row / shape.rows * shape.k + column) * shape.rows +
           row % shape.rows] = (codes[i / 4] >> (2 * (i % 4))) & 3;
  }
}

/// Forgets the last row.
void packFewer(ArrayRef<uint8_t> codes, PackedShape shape,
               MutableArrayRef<uint8_t> packed) {
  packBytes(codes, {shape.n - 1, shape.k, shape.rows}, packed);
}

LayoutInfo makeLayout(llvm::StringLiteral name, int64_t rows = 8,
                      int64_t perByte = 1,
                      decltype(LayoutInfo::pack) pack = packBytes) {
  return {name,
          "a byte for each trit",
          1,
          rows,
          perByte,
          pack,
          readTrit<Bytes>,
          emitReadTrit<Bytes>};
}

struct Named : KernelStrategy {
  Named(StringRef name, LayoutKind kind, int64_t rows)
      : name(name), layout{kind, rows} {}
  StringRef getName() const override { return name; }
  StringRef getSummary() const override { return "wrong"; }
  ArrayRef<BlockLayout> getLayouts() const override { return layout; }
  void tile(LinearOp op) const override {}

  StringRef name;
  BlockLayout layout;
};

/// Says that it only adds. Multiplies in a region that the certificate sees, or
/// hides it in one that it does not.
struct Multiplies : Named {
  Multiplies(StringRef region)
      : Named("wrong", LayoutKind::Planes, 64), region(region) {}
  void tile(LinearOp op) const override {
    OpBuilder builder(op);
    emitParallel(builder, op.getLoc(), op.getExec(),
                 emitIndex(builder, op.getLoc(), 1), 1, region,
                 [&](OpBuilder &b, Location loc, Value begin, Value) {
                   Value codes = asFlat(b, loc, op.getCodes());
                   Value x = memref::LoadOp::create(b, loc, codes, begin);
                   Value y = arith::MulIOp::create(b, loc, x, x);
                   memref::StoreOp::create(b, loc, y, codes, begin);
                 });
  }
  StringRef region;
};

struct Family : DerivedFamily {
  Family(llvm::StringLiteral name, llvm::StringLiteral features = "")
      : DerivedFamily(getX86Family()), named{name, "x86-64", features} {}
  ArrayRef<NamedTarget> getNames() const override { return named; }
  NamedTarget named;
};

/// The same name twice.
struct Twice : DerivedFamily {
  Twice() : DerivedFamily(getX86Family()) {}
  ArrayRef<NamedTarget> getNames() const override { return names; }
  NamedTarget names[2] = {{"x86-two", "x86-64", ""}, {"x86-two", "x86-64", ""}};
};

/// Adds a fact that the compiler has.
struct AddsFact : Family {
  using Family::Family;
  void setFacts(HasFeature has, TargetFacts &facts) const override {
    Family::setFacts(has, facts);
    facts.more["avx2"] = 1;
  }
};

/// Ends the compiler while its kernels are made, by a call of abort or by a
/// stack that is full. As one of several targets it comes last, when there are
/// temporary files.
struct Ends : Family {
  Ends(llvm::StringLiteral name) : Family(name, "+ssse3,+sse4.1") {}
  Value shuffleBytes(OpBuilder &, Location, const TargetFacts &, Value table,
                     Value) const override {
    if (named.name == "x86-abort")
      std::abort();
    return recurse(table, 0) ? table : Value();
  }
  static uintptr_t recurse(Value table, uintptr_t above) {
    volatile char frame[4096] = {};
    auto place = reinterpret_cast<uintptr_t>(&frame);
    return place == above ? 0 : recurse(table, place) + frame[0];
  }
};

} // namespace

static StringRef getWish() {
  const char *wish = std::getenv("BITNET_TEST_WRONG");
  return wish ? wish : "";
}

static void add(TargetRegistry &registry) {
  static const LayoutInfo layouts[] = {
      makeLayout("bytes"),       makeLayout("pairs"),
      makeLayout("No name"),     makeLayout("rows", 2048),
      makeLayout("sizes", 8, 3), makeLayout("fewer", 8, 1, packFewer)};
  static const Named taken("lookup", LayoutKind::Planes, 64),
      blocks("blocks", LayoutKind::Planes, 12);
  static const Multiplies multiplies("bitlinear_wrong_rows"),
      hides("other_rows");
  static const Family generic("generic"), builtin("x86-avx2"), fine("x86-new"),
      spaces("x86 2");
  static const AddsFact fact("x86-fact");
  static const Ends aborts("x86-abort"), recurses("x86-recurse");
  static const Twice twice;
  StringRef wish = getWish();
  for (const LayoutInfo &layout : layouts)
    if (wish == "layout " + layout.name.str())
      registry.addLayout(layout);
  for (const Family *family : std::initializer_list<const Family *>{
           &generic, &builtin, &spaces, &fine, &fact, &aborts, &recurses})
    if (wish == "target " + family->named.name.str())
      registry.addTarget(*family);
  if (wish == "target twice")
    registry.addTarget(twice);
  if (wish == "strategy lookup")
    registry.addStrategy(taken);
  if (wish == "strategy blocks")
    registry.addStrategy(blocks);
  if (wish == "multiplies")
    registry.addStrategy(multiplies);
  if (wish == "hides")
    registry.addStrategy(hides);
}

extern "C" const TargetPluginInfo *bitnetTargetPlugin() {
  static TargetPluginInfo info = {targetPluginVersion, LLVM_VERSION_STRING,
                                  "wrong", add};
  if (getWish() == "null")
    return nullptr;
  if (getWish() == "version")
    info.version = targetPluginVersion + 1;
  if (getWish() == "llvm")
    info.llvm = "1.0.0";
  if (getWish() == "name")
    info.name = nullptr;
  return &info;
}
