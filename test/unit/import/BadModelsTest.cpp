// test/models/bad/: each file gives the one error that its INDEX.md asks for,
// or imports, where a later phase is to judge it.
#include "ImportFixture.h"

#include <unistd.h>

using namespace mlir;

namespace {

struct BadModel {
  const char *file;
  /// Part of the error; empty where the file imports.
  const char *error;
};

const BadModel badModels[] = {
    {"00_ok_control", ""},
    {"01_truncated", "not a complete ONNX model (5712 bytes read): field 7 "
                     "needs 8548 bytes, but 5698 are left at byte 11"},
    {"02_empty", "the file is empty"},
    {"03_garbage", "not a complete ONNX model"},
    {"05_dims_vs_rawdata", "initializer 'w': shape [71, 32] needs 9088 bytes, "
                           "raw_data has 8192"},
    {"06_huge_dims", "initializer 'w': shape [1099511627776, 1099511627776] "
                     "has more elements than a tensor can have"},
    {"08_cycle", "the graph is cyclic: 'a' -> "},
    {"09_missing_initializer", "node MatMul: input 'w' is neither"},
    {"10_duplicate_value_name", "value 'xs' is defined twice, by node #4 Mul "
                                "and node #5 Round"},
    {"12_external_path_traversal", "leads out of the model's directory"},
    {"13_external_absolute", "absolute paths are refused"},
    {"14_external_out_of_range", "needs 8192 bytes at offset 4096 of 'w.bin', "
                                 "which has 8192"},
    {"15_external_missing", "'nope.bin' is not read: no such file"},
    {"19_not_ternary", ""},
    {"21_nan_weight", ""},
    {"23_zero_scale", ""},
    {"25_all_zero_weight", ""},
    {"26_unsupported_op", "unsupported operator ai.onnx::"},
    {"27_unknown_domain", "unsupported operator my.custom::Mul"},
    {"29_shape_mismatch", "inner dimensions differ, 64 vs 60"},
    {"30_opset_missing", "no opset_import for ai.onnx"},
    {"31_opset_future", "opset 99 is newer than supported"},
    {"32_ir_future", "IR version 99 is newer than supported"},
    {"38_hf_packed_code3", ""},
    {"43_deep_nesting", "nested deeper than 100"},
    {"44_exporter_op26_mislabelled",
     "ai.onnx::Attention does not exist in opset 18, it came with opset 23"},
};

class BadModels : public ImportFixture {
protected:
  void check(llvm::StringRef path, llvm::StringRef error) {
    errors.clear();
    OwningOpRef<ModuleOp> imported = bitnet::importOnnx(path, context);
    EXPECT_EQ(static_cast<bool>(imported), error.empty());
    if (!error.empty())
      expectOneError(error);
  }
};

TEST_F(BadModels, GiveOneErrorOrImport) {
  for (const BadModel &bad : badModels) {
    SCOPED_TRACE(bad.file);
    check(std::string(BITNET_TEST_DIR "/models/bad/") + bad.file + ".onnx",
          bad.error);
  }
}

// Its external data is a link that the test makes, to a file outside.
TEST_F(BadModels, LinkOutOfTheDirectory) {
  std::string copy = pathOf("model.onnx");
  ASSERT_FALSE(llvm::sys::fs::copy_file(
      BITNET_TEST_DIR "/models/bad/18_external_symlink.onnx", copy));
  ASSERT_EQ(::symlink("/etc/hostname", pathOf("link.bin").c_str()), 0);
  check(copy, "'link.bin' is not read: symbolic links are not followed");
}

} // namespace
