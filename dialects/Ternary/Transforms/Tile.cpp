#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYTILEPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Rows of a block: every kernel's lanes, and the rows of the layout.
constexpr int64_t blockRows = 64;
/// Tokens whose byte tables are made at once, between two passes over the
/// weights.
constexpr int64_t tableSlots = 8;
/// Tokens that one pass of masked_rows takes.
constexpr int64_t maskedTokens = 4;
/// Prefill tiles whose panels are in memory at once.
constexpr int64_t panelTiles = 8;
/// Groups after which 16-bit sums are widened: 63 * 512 < 2^15.
constexpr int64_t widenGroups = 63;
/// Slots of one group's table, see `token_tables`.
constexpr int64_t tableEntries = 137;

/// Tiles one linear. Blocks of all siblings are numbered one after another.
struct Tiler {
  Tiler(LinearOp op) : op(op), builder(op), loc(op.getLoc()) {}

  LogicalResult run();

private:
  /// The blocks [begin, end) of one sibling.
  struct Sibling {
    int64_t begin, end, rows;
    Value weights, weightScale, bias, out;
  };
  using BlockBody = llvm::function_ref<void(Sibling &, Value block)>;

  Value index(int64_t value) { return emitIndex(builder, loc, value); }
  Value add(Value a, Value b) {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  Value add(Value a, int64_t b) { return b ? add(a, index(b)) : a; }
  Value sub(Value a, Value b) {
    return arith::SubIOp::create(builder, loc, a, b);
  }
  Value times(Value a, int64_t b) {
    return arith::MulIOp::create(builder, loc, a, index(b));
  }
  Value min(Value a, Value b) {
    return arith::MinSIOp::create(builder, loc, a, b);
  }
  Value max(Value a, Value b) {
    return arith::MaxSIOp::create(builder, loc, a, b);
  }
  Value divide(Value a, int64_t b) {
    return arith::DivUIOp::create(builder, loc, a, index(b));
  }
  Value alloc(ArrayRef<int64_t> shape, unsigned bits, bool stack) {
    auto type = MemRefType::get(shape, builder.getIntegerType(bits));
    auto alignment = builder.getI64IntegerAttr(64);
    if (stack)
      return memref::AllocaOp::create(builder, loc, type, alignment);
    return memref::AllocOp::create(builder, loc, type, alignment);
  }
  /// scf.for whose body is built with `builder` inside of it.
  void loop(Value begin, Value end, int64_t step,
            llvm::function_ref<void(Value)> body) {
    OpBuilder outer = builder;
    emitFor(builder, loc, begin, end, step,
            [&](OpBuilder &inner, Location, Value i) {
              builder = inner;
              body(i);
            });
    builder = outer;
  }
  void parallel(Value count, int64_t grain, const Twine &kernel,
                llvm::function_ref<void(Value, Value)> body) {
    OpBuilder outer = builder;
    emitParallel(builder, loc, op.getExec(), count, grain, kernel.str(),
                 [&](OpBuilder &inner, Location, Value begin, Value end) {
                   builder = inner;
                   body(begin, end);
                 });
    builder = outer;
  }
  void emitIf(Value condition, llvm::function_ref<void()> body) {
    OpBuilder outer = builder;
    auto branch = scf::IfOp::create(builder, loc, condition, false);
    builder.setInsertionPointToStart(branch.thenBlock());
    body();
    builder = outer;
  }
  Value compare(arith::CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, predicate, a, b);
  }

  void collect();
  int64_t getTile(StringRef name, int64_t otherwise);
  std::pair<Value, Value> clip(Sibling &sibling, Value begin, Value end);
  void forBlocks(Value begin, Value end, BlockBody body);
  void rescale(Sibling &sibling, Value block, Value sums, Value slot,
               Value token);
  int64_t grainOf(int64_t tokens);

  void masked();
  void maskedBlocks(Value token, int64_t tokens);
  void lookup();
  void lookupByRows(Value begin);
  void lookupBlocks(Value begin, Value end, Value token, Value count,
                    Value tables);
  void lookupByTokens(Value tiles);
  void panels(Value firstTile, Value count, Value panel);
  void tokenTile(Value tile, Value slot, Value begin, Value end, Value panel,
                 Value tables, Value partial, Value sums, Value byToken);
  void tokenGroups(Value slot, Value begin, Value end, Value panel,
                   Value tables, Value partial, Value sums);
  void tokenChunk(Value slot, Value group, int64_t groups, Value begin,
                  Value end, Value panel, Value tables, Value partial);

  LinearOp op;
  OpBuilder builder;
  Location loc;
  Value codes, scale, tokens;
  /// Number of tokens where it is static, else -1.
  int64_t staticTokens = -1;
  int64_t blocks = 0;
  SmallVector<Sibling> siblings;
  std::string prefix;
};

} // namespace

int64_t Tiler::getTile(StringRef name, int64_t otherwise) {
  auto tile = op.getTileAttr();
  auto attr = tile ? tile.getAs<IntegerAttr>(name) : IntegerAttr();
  return attr ? attr.getInt() : otherwise;
}

void Tiler::collect() {
  codes = asRows(builder, loc, op.getCodes());
  scale = asFlat(builder, loc, op.getScale());
  tokens = memref::DimOp::create(builder, loc, codes, 0);
  auto type = cast<MemRefType>(codes.getType());
  if (!type.isDynamicDim(0))
    staticTokens = type.getDimSize(0);
  for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i) {
    int64_t count = llvm::divideCeil(op.getN(i), blockRows);
    Sibling sibling{blocks, blocks + count, op.getN(i), op.getWeights()[i]};
    sibling.weightScale = asFlat(builder, loc, op.getWeightScales()[i]);
    if (!op.getBiases().empty())
      sibling.bias = asFlat(builder, loc, op.getBiases()[i]);
    sibling.out = asRows(builder, loc, op.getOuts()[i]);
    siblings.push_back(sibling);
    blocks += count;
  }
}

/// The part of `sibling` in [begin, end), counted from its first block; the end
/// lies before the begin where there is none.
std::pair<Value, Value> Tiler::clip(Sibling &sibling, Value begin, Value end) {
  if (siblings.size() == 1)
    return {begin, end};
  Value base = index(sibling.begin);
  return {sub(max(begin, base), base), sub(min(end, index(sibling.end)), base)};
}

/// Calls `body` in a loop over the part of each sibling in [begin, end); its
/// block counts from the sibling's first.
void Tiler::forBlocks(Value begin, Value end, BlockBody body) {
  for (Sibling &sibling : siblings) {
    auto [first, last] = clip(sibling, begin, end);
    loop(first, last, 1, [&](Value block) { body(sibling, block); });
  }
}

/// Outputs of one block; the last one of a sibling may have fewer rows.
void Tiler::rescale(Sibling &sibling, Value block, Value sums, Value slot,
                    Value token) {
  Value row = times(block, blockRows);
  auto emit = [&](int64_t rows) {
    RescaleOp::create(builder, loc, sums, slot, scale, sibling.weightScale,
                      sibling.bias, sibling.out, token, row,
                      op.getRescaleAttr(), builder.getI64IntegerAttr(rows));
  };
  int64_t full = sibling.rows / blockRows, rest = sibling.rows % blockRows;
  if (!rest)
    return emit(blockRows);
  if (!full)
    return emit(rest);
  OpBuilder outer = builder;
  auto branch = scf::IfOp::create(
      builder, loc, compare(arith::CmpIPredicate::ult, block, index(full)),
      true);
  builder.setInsertionPointToStart(branch.thenBlock());
  emit(blockRows);
  builder.setInsertionPointToStart(branch.elseBlock());
  emit(rest);
  builder = outer;
}

/// Blocks that are worth a thread: about 2^16 additions of `tokens` tokens.
int64_t Tiler::grainOf(int64_t tokens) {
  int64_t work = blockRows * op.getK() * tokens;
  return std::clamp<int64_t>((1 << 16) / work, 1, std::max<int64_t>(blocks, 1));
}

//===- Masked strategy --------------------------------------------------===//

void Tiler::maskedBlocks(Value token, int64_t count) {
  parallel(index(blocks), grainOf(count), prefix + "_rows",
           [&](Value begin, Value end) {
             Value sums = alloc({count, blockRows}, 32, /*stack=*/true);
             forBlocks(begin, end, [&](Sibling &sibling, Value block) {
               MaskedRowsOp::create(builder, loc, codes, token, sibling.weights,
                                    block, sums);
               for (int64_t t = 0; t < count; ++t)
                 rescale(sibling, block, sums, index(t), add(token, t));
             });
           });
}

void Tiler::masked() {
  Value full = sub(tokens, arith::RemUIOp::create(builder, loc, tokens,
                                                  index(maskedTokens)));
  if (staticTokens < 0 || staticTokens >= maskedTokens)
    loop(index(0), full, maskedTokens,
         [&](Value token) { maskedBlocks(token, maskedTokens); });
  if (staticTokens < 0 || staticTokens % maskedTokens)
    loop(full, tokens, 1, [&](Value token) { maskedBlocks(token, 1); });
}

//===- Look-ups, a token at a time --------------------------------------===//

/// Blocks [begin, end) for `count` tokens from `token` on, `row_blocks` blocks
/// at a time while there are as many.
void Tiler::lookupBlocks(Value begin, Value end, Value token, Value count,
                         Value tables) {
  int64_t together = std::min(getTile("row_blocks", 1), blocks);
  Value sums = alloc({together, blockRows}, 32, /*stack=*/true);
  Value single = together == 1 ? sums : alloc({1, blockRows}, 32, true);
  auto emit = [&](Sibling &sibling, Value block, Value sums) {
    int64_t n = cast<MemRefType>(sums.getType()).getDimSize(0);
    Value flat = asFlat(builder, loc, sums);
    loop(index(0), count, 1, [&](Value slot) {
      LookupRowsOp::create(builder, loc, tables, slot, sibling.weights, block,
                           flat);
      for (int64_t i = 0; i < n; ++i)
        rescale(sibling, add(block, i), sums, index(i), add(token, slot));
    });
  };
  for (Sibling &sibling : siblings) {
    auto [first, last] = clip(sibling, begin, end);
    if (together > 1) {
      Value number = max(sub(last, first), index(0));
      Value middle = add(first, times(divide(number, together), together));
      loop(first, middle, together,
           [&](Value block) { emit(sibling, block, sums); });
      first = middle;
    }
    loop(first, last, 1, [&](Value block) { emit(sibling, block, single); });
  }
}

void Tiler::lookupByRows(Value first) {
  int64_t groups = llvm::divideCeil(op.getK(), 4);
  int64_t slots =
      staticTokens < 0
          ? tableSlots
          : std::max<int64_t>(1, std::min(tableSlots, staticTokens));
  Value tables = alloc({slots, groups * 64}, 8, /*stack=*/false);
  loop(first, tokens, slots, [&](Value token) {
    Value count = min(sub(tokens, token), index(slots));
    parallel(count, std::max<int64_t>(1, 4096 / op.getK()), prefix + "_tables",
             [&](Value begin, Value end) {
               loop(begin, end, 1, [&](Value slot) {
                 CodeTablesOp::create(builder, loc, codes, add(token, slot),
                                      tables, slot);
               });
             });
    parallel(index(blocks), grainOf(1), prefix + "_rows",
             [&](Value begin, Value end) {
               lookupBlocks(begin, end, token, count, tables);
             });
  });
}

//===- Look-ups, a tile of tokens at a time -----------------------------===//

void Tiler::panels(Value firstTile, Value count, Value panel) {
  int64_t lanes = getTile("tokens", 32);
  parallel(count, 1, prefix + "_panels", [&](Value begin, Value end) {
    loop(begin, end, 1, [&](Value slot) {
      Value token = times(add(firstTile, slot), lanes);
      Value valid = min(sub(tokens, token), index(lanes));
      TokenPanelOp::create(builder, loc, codes, token, valid, panel, slot);
    });
  });
}

/// Adds `groups` groups from `group` on for the blocks [begin, end).
void Tiler::tokenChunk(Value slot, Value group, int64_t groups, Value begin,
                       Value end, Value panel, Value tables, Value partial) {
  auto attr = builder.getI64IntegerAttr(groups);
  auto terms = builder.getI64IntegerAttr(op.getK());
  TokenTablesOp::create(builder, loc, panel, slot, group, tables, attr);
  forBlocks(begin, end, [&](Sibling &sibling, Value block) {
    Value row = times(sub(add(block, sibling.begin), begin), blockRows);
    LookupTokensOp::create(builder, loc, tables, sibling.weights, block, group,
                           partial, row, attr, terms);
  });
}

/// All groups for the blocks [begin, end), whose sums start at row 0.
void Tiler::tokenGroups(Value slot, Value begin, Value end, Value panel,
                        Value tables, Value partial, Value sums) {
  int64_t groups = llvm::divideCeil(op.getK(), 4);
  int64_t chunk = std::min(getTile("groups", 6), groups);
  int64_t whole = groups / chunk * chunk;
  int64_t stretch = widenGroups / chunk * chunk;
  Value rows = times(sub(end, begin), blockRows);
  auto widen = [&] {
    loop(index(0), rows, blockRows,
         [&](Value row) { WidenOp::create(builder, loc, partial, sums, row); });
  };
  loop(index(0), rows, blockRows,
       [&](Value row) { ClearOp::create(builder, loc, partial, sums, row); });
  loop(index(0), index(whole), stretch, [&](Value first) {
    Value last = min(add(first, stretch), index(whole));
    loop(first, last, chunk, [&](Value group) {
      tokenChunk(slot, group, chunk, begin, end, panel, tables, partial);
    });
    widen();
  });
  if (whole == groups)
    return;
  tokenChunk(slot, index(whole), groups - whole, begin, end, panel, tables,
             partial);
  widen();
}

/// Blocks [begin, end) of one tile, a pass of them at a time.
void Tiler::tokenTile(Value tile, Value slot, Value begin, Value end,
                      Value panel, Value tables, Value partial, Value sums,
                      Value byToken) {
  int64_t lanes = getTile("tokens", 32);
  int64_t pass = cast<MemRefType>(sums.getType()).getDimSize(0) / blockRows;
  loop(begin, end, pass, [&](Value first) {
    Value last = min(add(first, pass), end);
    tokenGroups(slot, first, last, panel, tables, partial, sums);
    Value token = times(tile, lanes);
    Value valid = min(sub(tokens, token), index(lanes));
    forBlocks(first, last, [&](Sibling &sibling, Value block) {
      Value row = times(sub(add(block, sibling.begin), first), blockRows);
      TransposeSumsOp::create(builder, loc, sums, row, byToken);
      loop(index(0), valid, 1, [&](Value t) {
        rescale(sibling, block, byToken, t, add(token, t));
      });
    });
  });
}

void Tiler::lookupByTokens(Value tiles) {
  int64_t lanes = getTile("tokens", 32);
  int64_t groups = llvm::divideCeil(op.getK(), 4);
  int64_t chunk = std::min(getTile("groups", 6), groups);
  int64_t pass =
      std::min(getTile("pass_rows", 1024) / blockRows, blocks) * blockRows;
  int64_t slots = panelTiles;
  if (staticTokens >= 0)
    slots = std::max<int64_t>(
        1, std::min(slots, int64_t(llvm::divideCeil(staticTokens, lanes))));
  Value panel = alloc({slots, groups * 4, lanes}, 8, /*stack=*/false);
  // Tables are worth making for many rows: two parts of a tile at least.
  int64_t grain = std::clamp<int64_t>(llvm::divideCeil(blocks, 2), 1, 16);
  loop(index(0), tiles, slots, [&](Value firstTile) {
    Value count = min(sub(tiles, firstTile), index(slots));
    panels(firstTile, count, panel);
    // Unit i is block i mod blocks of tile i / blocks.
    parallel(times(count, blocks), grain, prefix + "_tokens",
             [&](Value begin, Value end) {
               Value tables = alloc({chunk * tableEntries, lanes}, 16, true);
               Value partial = alloc({pass, lanes}, 16, true);
               Value sums = alloc({pass, lanes}, 32, true);
               Value byToken = alloc({lanes, blockRows}, 32, true);
               Value lastTile = divide(add(end, blocks - 1), blocks);
               loop(divide(begin, blocks), lastTile, 1, [&](Value slot) {
                 Value base = times(slot, blocks);
                 Value first = max(sub(begin, base), index(0));
                 Value last = min(sub(end, base), index(blocks));
                 tokenTile(add(firstTile, slot), slot, first, last, panel,
                           tables, partial, sums, byToken);
               });
             });
  });
}

void Tiler::lookup() {
  int64_t lanes = getTile("tokens", 32);
  int64_t least = lanes ? getTile("min_tokens", lanes) : 0;
  if (!lanes || (staticTokens >= 0 && staticTokens < least))
    return lookupByRows(index(0));
  // Full tiles, and one padded with zero tokens if that is cheaper than a pass
  // over the weights for each token that is left.
  Value tiles = divide(add(tokens, lanes - least), lanes);
  lookupByTokens(tiles);
  if (staticTokens >= 0 && staticTokens % lanes == 0)
    return;
  lookupByRows(min(times(tiles, lanes), tokens));
}

LogicalResult Tiler::run() {
  if (!op.getLayout() || !op.getStrategy())
    return op.emitOpError("has no plan, expected the result of ternary-plan "
                          "and ternary-pack");
  bool isMasked = *op.getStrategy() == Strategy::Masked;
  LayoutKind kind = isMasked ? LayoutKind::Planes : LayoutKind::Pairs;
  if (op.getLayout()->getKind() != kind ||
      op.getLayout()->getRows() != blockRows)
    return op.emitOpError("has ")
           << op.getLayoutAttr() << ", expected "
           << LayoutAttr::get(op.getContext(), kind, blockRows)
           << " for strategy " << stringifyStrategy(*op.getStrategy());
  prefix = ("bitlinear_" + stringifyStrategy(*op.getStrategy()) + "_" +
            stringifyLayoutKind(kind))
               .str();
  collect();
  if (isMasked)
    masked();
  else
    lookup();
  op.erase();
  return success();
}

namespace {

struct TernaryTile : ternary::impl::TernaryTilePassBase<TernaryTile> {
  void runOnOperation() override {
    SmallVector<LinearOp> linears;
    getOperation()->walk([&](LinearOp op) {
      if (op.isBufferForm())
        linears.push_back(op);
    });
    for (LinearOp op : linears)
      if (failed(Tiler(op).run()))
        return signalPassFailure();
  }
};

} // namespace
