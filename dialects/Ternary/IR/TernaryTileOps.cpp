#include "dialects/Ternary/IR/RowTables.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet::ternary;

// Ranks and element types are what ODS says; here are the sizes that two
// operands share or that a kernel's lanes ask for. All but the tokens' axis of
// codes is static when ops are tiled, so a dynamic size fails like a wrong one.

/// Rows of a block.
static constexpr int64_t blockRows = 64;
/// Rows of one group's tables, see `token_tables`.
static constexpr int64_t tableEntries = 137;
/// Groups whose entries, up to 512 each, fit in a 16-bit sum.
static constexpr int64_t largestGroups = 63;

static int64_t sizeOf(Value memref, int64_t axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

/// Axis `axis` of `memref`, called `what`, has `expected` elements.
static LogicalResult verifySize(Operation *op, Value memref, int64_t axis,
                                StringRef what, int64_t expected) {
  if (sizeOf(memref, axis) == expected)
    return success();
  return op->emitOpError("has ")
         << what << ' ' << memref.getType() << ", expected " << expected
         << " on axis " << axis;
}

/// K of `codes`, which must be static.
static FailureOr<int64_t> verifyTerms(Operation *op, Value codes) {
  int64_t terms = sizeOf(codes, 1);
  if (ShapedType::isDynamic(terms))
    return op->emitOpError("has codes ")
           << codes.getType() << ", expected a static axis 1";
  return terms;
}

static LogicalResult verifySameShape(Operation *op, Value partial, Value high) {
  auto type = cast<MemRefType>(partial.getType());
  if (type.hasStaticShape() &&
      type.getShape() == cast<MemRefType>(high.getType()).getShape())
    return success();
  return op->emitOpError("has partial ")
         << type << " and high " << high.getType()
         << ", expected the same static shape";
}

/// `tables` holds `groups` groups of the tokens that `lanes` says.
static LogicalResult verifyTables(Operation *op, Value tables, int64_t groups,
                                  int64_t lanes) {
  if (groups < 1 || groups > largestGroups)
    return op->emitOpError("takes ")
           << groups << " groups, expected 1 to " << largestGroups;
  if (sizeOf(tables, 0) < tableEntries * groups || sizeOf(tables, 1) != lanes)
    return op->emitOpError("has tables ")
           << tables.getType() << ", expected at least "
           << tableEntries * groups << " rows of " << lanes << " tokens";
  return success();
}

/// Where a range of terms begins, and its length: both or none.
template <typename Op>
static LogicalResult verifyRange(Op op) {
  if (!op.getFirst() != !op.getTerms())
    return op.emitOpError("has a first term or a number of terms, expected "
                          "both or none");
  return success();
}

LogicalResult MaskedRowsOp::verify() {
  if (failed(verifyTerms(*this, getCodes())) || failed(verifyRange(*this)))
    return failure();
  return verifySize(*this, getSums(), 1, "sums", blockRows);
}

LogicalResult CodeTablesOp::verify() {
  FailureOr<int64_t> terms = verifyTerms(*this, getCodes());
  if (failed(terms))
    return failure();
  return verifySize(*this, getTables(), 1, "tables",
                    codeTableBytes * llvm::divideCeil(*terms, 4));
}

LogicalResult QuintTablesOp::verify() {
  FailureOr<int64_t> terms = verifyTerms(*this, getCodes());
  if (failed(terms))
    return failure();
  return verifySize(*this, getTables(), 1, "tables",
                    quintTableBytes * llvm::divideCeil(*terms, 5));
}

/// What look-ups of a token's rows share: of `groupTerms` terms a group, whose
/// tables have `groupBytes` bytes, and at most `mostGroups` groups; a block has
/// `blockRows` rows, and there are sums of `rows`.
template <typename Op>
static LogicalResult verifyRowLookup(Op op, Value written, int64_t groupTerms,
                                     int64_t groupBytes, int64_t mostGroups,
                                     int64_t blockRows, int64_t rows) {
  int64_t terms = op.getTerms();
  if (terms < 1)
    return op.emitOpError("reads ") << terms << " terms, expected at least 1";
  int64_t all = (terms - 1) / groupTerms + 1, groups = op.getGroups();
  mostGroups = std::min(mostGroups, all);
  if (groups < 1 || groups > mostGroups)
    return op.emitOpError("reads ")
           << groups << " groups, expected 1 to " << mostGroups;
  if (size_t count = op.getNext().size(); count != 0 && count != 2)
    return op.emitOpError("names what comes next by ")
           << count << " values, expected a block and a group";
  int64_t tableBytes, blockBytes;
  if (llvm::MulOverflow(groupBytes, all, tableBytes) ||
      llvm::MulOverflow(blockRows, all, blockBytes))
    return op.emitOpError("reads ")
           << terms << " terms of " << blockRows << " rows, expected fewer";
  int64_t bytes = sizeOf(op.getWeights(), 0), sums = sizeOf(written, 0);
  if (!ShapedType::isDynamic(bytes) && bytes % blockBytes)
    return op.emitOpError("has weights ")
           << op.getWeights().getType() << ", expected whole blocks of "
           << blockBytes << " bytes";
  if (!ShapedType::isDynamic(sums) && sums < rows)
    return op.emitOpError("has sums ")
           << written.getType() << ", expected room for " << rows << " rows";
  return verifySize(op, op.getTables(), 1, "tables", tableBytes);
}

template <typename Op>
static LogicalResult verifyBlocks(Op op) {
  constexpr int64_t mostBlocks = 1 << 20;
  if (op.getBlocks() >= 1 && op.getBlocks() <= mostBlocks)
    return success();
  return op.emitOpError("reads ")
         << op.getBlocks() << " blocks, expected 1 to " << mostBlocks;
}

LogicalResult LookupRowsOp::verify() {
  if (failed(verifyBlocks(*this)))
    return failure();
  return verifyRowLookup(*this, getSums(), 4, codeTableBytes, codeWordGroups,
                         blockRows, blockRows * getBlocks());
}

LogicalResult LookupRowGroupsOp::verify() {
  if (failed(verifyBlocks(*this)))
    return failure();
  int64_t group = getGroup();
  if (group < 16 || group > 240 || group % 16)
    return emitOpError("has groups of ")
           << group << " terms, expected a multiple of 16 up to 240";
  return verifyRowLookup(*this, getTotals(), 4, codeTableBytes, 1 << 20,
                         blockRows, blockRows * getBlocks());
}

LogicalResult AddRowGroupOp::verify() {
  auto sums = cast<MemRefType>(getSums().getType());
  auto totals = cast<MemRefType>(getTotals().getType());
  if (sums.hasStaticShape() && sums.getShape() == totals.getShape() &&
      blockRows % sums.getDimSize(1) == 0)
    return success();
  return emitOpError("has sums ")
         << sums << " and totals " << totals
         << ", expected the same static shape, whose columns divide "
         << blockRows;
}

/// Rows of a layout's block are a multiple of 64.
template <typename Op>
static LogicalResult verifyBlockRows(Op op) {
  int64_t rows = op.getRows();
  if (rows > 0 && rows % blockRows == 0)
    return success();
  return op.emitOpError("reads blocks of ")
         << rows << " rows, expected a multiple of " << blockRows;
}

LogicalResult LookupQuintsOp::verify() {
  if (failed(verifyBlockRows(*this)))
    return failure();
  return verifyRowLookup(*this, getSums(), 5, quintTableBytes, quintWordGroups,
                         getRows(), getRows());
}

LogicalResult QuadTablesOp::verify() {
  FailureOr<int64_t> terms = verifyTerms(*this, getCodes());
  if (failed(terms))
    return failure();
  return verifySize(*this, getTables(), 1, "tables",
                    quadTableBytes * llvm::divideCeil(*terms, 4));
}

LogicalResult LookupQuadsOp::verify() {
  if (failed(verifyBlockRows(*this)))
    return failure();
  return verifyRowLookup(*this, getSums(), 4, quadTableBytes, quadWordGroups,
                         getRows(), getRows());
}

LogicalResult QuintsToPairsOp::verify() {
  int64_t groups = getGroups();
  if (groups < 1 || groups > 5)
    return emitOpError("makes ") << groups << " groups, expected 1 to 5";
  int64_t bytes = sizeOf(getPairs(), 0);
  if (ShapedType::isDynamic(bytes) || bytes < groups * blockRows)
    return emitOpError("has pairs ")
           << getPairs().getType() << ", expected at least "
           << groups * blockRows << " bytes";
  return verifyBlockRows(*this);
}

LogicalResult TokenPanelOp::verify() {
  FailureOr<int64_t> terms = verifyTerms(*this, getCodes());
  if (failed(terms))
    return failure();
  return verifySize(*this, getPanel(), 1, "panel", llvm::alignTo(*terms, 4));
}

LogicalResult TokenTablesOp::verify() {
  return verifyTables(*this, getTables(), getGroups(), sizeOf(getPanel(), 2));
}

LogicalResult LookupTokensOp::verify() {
  if (failed(verifyBlockRows(*this)))
    return failure();
  return verifyTables(*this, getTables(), getGroups(), sizeOf(getPartial(), 1));
}

LogicalResult ClearOp::verify() {
  return verifySameShape(*this, getPartial(), getHigh());
}

LogicalResult CarryOp::verify() {
  return verifySameShape(*this, getPartial(), getHigh());
}

LogicalResult TransposeSumsOp::verify() {
  if (failed(verifySameShape(*this, getPartial(), getHigh())) ||
      failed(verifySize(*this, getResult(), 0, "result", sizeOf(getHigh(), 1))))
    return failure();
  return verifySize(*this, getResult(), 1, "result", blockRows);
}

LogicalResult TokenScalesOp::verify() {
  return verifySize(*this, getPanel(), 1, "panel", sizeOf(getScale(), 1));
}

LogicalResult AddTokenGroupOp::verify() {
  auto partial = cast<MemRefType>(getPartial().getType());
  auto totals = cast<MemRefType>(getTotals().getType());
  if (!partial.hasStaticShape() || partial.getShape() != totals.getShape())
    return emitOpError("has partial ") << partial << " and totals " << totals
                                       << ", expected the same static shape";
  return verifySize(*this, getScales(), 2, "scales", totals.getDimSize(1));
}

LogicalResult TransposeTotalsOp::verify() {
  if (failed(
          verifySize(*this, getResult(), 0, "result", sizeOf(getTotals(), 1))))
    return failure();
  return verifySize(*this, getResult(), 1, "result", blockRows);
}

LogicalResult CodeTotalsOp::verify() {
  return failed(verifyTerms(*this, getCodes())) ? failure() : success();
}

LogicalResult DotRowsOp::verify() {
  if (failed(verifyTerms(*this, getCodes())) || failed(verifyRange(*this)))
    return failure();
  LayoutAttr layout = getLayout();
  if (layout.getKind() != LayoutKind::Rows4 &&
      layout.getKind() != LayoutKind::Rows5)
    return emitOpError("has ") << layout << ", expected rows4 or rows5";
  if (ShapedType::isDynamic(sizeOf(getSums(), 0)))
    return emitOpError("has sums ")
           << getSums().getType() << ", expected a static axis 0";
  return verifySize(*this, getSums(), 1, "sums", layout.getRows());
}

/// `rows` are some of the columns of `sums`.
static LogicalResult verifyWritten(Operation *op, Value sums, StringRef what,
                                   int64_t rows) {
  int64_t columns = sizeOf(sums, 1);
  if (ShapedType::isDynamic(columns))
    return op->emitOpError("has ")
           << what << ' ' << sums.getType() << ", expected a static axis 1";
  if (rows < 1 || rows > columns)
    return op->emitOpError("writes ")
           << rows << " rows, expected 1 to " << columns;
  return success();
}

LogicalResult RescaleOp::verify() {
  return verifyWritten(*this, getSums(), "sums", getRows());
}

LogicalResult WriteTotalsOp::verify() {
  return verifyWritten(*this, getTotals(), "totals", getRows());
}
