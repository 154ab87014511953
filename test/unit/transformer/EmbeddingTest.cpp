//===- EmbeddingTest.cpp - rows of tables ---------------------------------===//

#include "transformer/Kernels.h"
#include "transformer/Packing.h"

using namespace bitnet::test;

namespace {
struct EmbeddingCase {
  std::string element;
  int64_t rows, depth, blockRows; ///< blockRows 0: row-major
};

/// Status of the run; `out` gets the rows of `ids`.
int32_t embed(const EmbeddingCase &c, std::vector<uint8_t> &table,
              std::vector<int64_t> ids, std::vector<float> &out) {
  std::string n = std::to_string(c.rows), k = std::to_string(c.depth);
  std::string t = c.blockRows
                      ? packedMemRef(c.element, c.rows, c.depth, c.blockRows)
                      : "memref<" + n + "x" + k + "x" + c.element + ">";
  std::string i = "memref<?xi64>", o = "memref<?x" + k + "xf32>";
  JitModule *module = compileKernels(kernelModule(
      {i, t, o},
      "  transformer.embedding %a0, %a1 outs(%a2) exec %exec {rows = " + n +
          " : i64} : (" + i + ", " + t + " outs(" + o + "))"));
  if (!module)
    return -1;
  int64_t count = ids.size();
  out.assign(count * c.depth, 77);
  return module->run({{ids.data(), {count}},
                      {table.data(), {c.rows, c.depth}},
                      {out.data(), {count, c.depth}}},
                     {});
}

TEST(Embedding, RowsOfEveryLayout) {
  for (const char *element : {"f32", "f16", "bf16"})
    for (int64_t blockRows : {0, 4, 16})
      for (int64_t depth : {1, 33, 64}) {
        EmbeddingCase c = {element, 37, depth, blockRows};
        std::vector<float> values = randomFloats(c.rows * depth, 5), want, got;
        std::vector<uint8_t> table = narrowTo(element, values);
        if (blockRows)
          table = packRows(element, table, c.rows, depth, blockRows);
        std::vector<int64_t> ids = {0, 36, -1, -37, 16, 16};
        for (int64_t id : ids) {
          auto row = values.begin() + (id < 0 ? id + c.rows : id) * depth;
          want.insert(want.end(), row, row + depth);
        }
        ASSERT_EQ(embed(c, table, ids, got), BITNET_RUN_OK);
        expectSameBits(got, want, element);
      }
}

TEST(Embedding, IdsOutsideTheTable) {
  EmbeddingCase c = {"bf16", 37, 32, 16};
  std::vector<float> values = randomFloats(37 * 32, 5), got;
  std::vector<uint8_t> table = narrowTo("bf16", values);
  table = packRows("bf16", table, 37, 32, 16);
  for (int64_t id : {int64_t(37), int64_t(-38), INT64_MAX, INT64_MIN})
    EXPECT_EQ(embed(c, table, {0, id}, got), BITNET_RUN_BAD_INDEX);
}
} // namespace
