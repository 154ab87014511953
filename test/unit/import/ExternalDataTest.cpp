#include "compiler/Import/MappedFile.h"

#include "ImportFixture.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace mlir;
using bitnet::MappedFile;

namespace {

class ExternalData : public ImportFixture {
protected:
  /// addModel with w in a file.
  static ::onnx::ModelProto model(llvm::StringRef location,
                                  const char *offset = nullptr,
                                  const char *length = nullptr) {
    ::onnx::ModelProto model = addModel();
    auto *tensor = model.mutable_graph()->mutable_initializer(0);
    tensor->clear_raw_data();
    tensor->set_data_location(::onnx::TensorProto::EXTERNAL);
    auto add = [&](const char *key, llvm::StringRef value) {
      auto *entry = tensor->add_external_data();
      entry->set_key(key);
      entry->set_value(value.str());
    };
    add("location", location);
    if (offset)
      add("offset", offset);
    if (length)
      add("length", length);
    return model;
  }
  /// 24 bytes: six times the byte after 'a'.
  static std::string bytes() { return "aaaabbbbccccddddeeeeffff"; }

  void expectBytes(const ::onnx::ModelProto &model, llvm::StringRef expected) {
    func::FuncOp main = expectMain(model);
    ASSERT_TRUE(main);
    auto value = main.front().front().getAttrOfType<DenseElementsAttr>("value");
    EXPECT_EQ(value.getRawData(),
              ArrayRef<char>(expected.data(), expected.size()));
  }
};

TEST_F(ExternalData, ReadsRanges) {
  write("w.bin", bytes());
  expectBytes(model("w.bin"), bytes().substr(0, 16));
  expectBytes(model("w.bin", "4"), bytes().substr(4, 16));
  expectBytes(model("./w.bin", "8", "16"), bytes().substr(8, 16));
  ASSERT_FALSE(llvm::sys::fs::create_directory(pathOf("sub")));
  write("sub/w.bin", bytes());
  expectBytes(model("sub/w.bin", "0", "16"), bytes().substr(0, 16));
}

TEST_F(ExternalData, RefusesBadRanges) {
  write("w.bin", bytes());
  expectError(model("w.bin", "9"), "needs 16 bytes at offset 9 of 'w.bin', "
                                   "which has 24");
  expectError(model("w.bin", "18446744073709551615"),
              "needs 16 bytes at offset "
              "18446744073709551615");
  expectError(model("w.bin", "0", "15"),
              "needs 16 bytes, external data has 15");
  expectError(model("w.bin", "-1"), "has offset '-1', expected a number");
  expectError(model("w.bin", "0", "16x"),
              "has length '16x', expected a number");
  expectError(model("w.bin", "99999999999999999999"), "expected a number");
}

TEST_F(ExternalData, StaysBelowTheModel) {
  // A file outside that could be read.
  llvm::SmallString<128> other;
  int fd;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("outside", "bin", fd, other));
  ::close(fd);
  llvm::StringRef name = llvm::sys::path::filename(other);
  expectError(model(("../" + name).str()),
              "leads out of the model's directory");
  expectError(model("sub/../w.bin"), "leads out of the model's directory");
  expectError(model(other), "absolute paths are refused");
  ASSERT_FALSE(llvm::sys::fs::create_link(other, pathOf("link.bin")));
  expectError(model("link.bin"), "symbolic links are not followed");
  // Even a link that stays inside.
  write("w.bin", bytes());
  ASSERT_EQ(::symlink("w.bin", pathOf("inner.bin").c_str()), 0);
  expectError(model("inner.bin"), "symbolic links are not followed");
  ASSERT_EQ(::symlink(".", pathOf("here").c_str()), 0);
  expectError(model("here/w.bin"), "symbolic links are not followed");
  llvm::sys::fs::remove(other);
}

TEST_F(ExternalData, RefusesWhatIsNoFile) {
  expectError(model("none.bin"), "external data file 'none.bin' is not read: "
                                 "no such file");
  expectError(model(""), "has no location");
  expectError(model("/"), "absolute paths are refused");
  expectError(model("."), "not a regular file");
  expectError(model(llvm::StringRef("w.bin\0x", 7)), "NUL");
  ASSERT_FALSE(llvm::sys::fs::create_directory(pathOf("folder")));
  expectError(model("folder"), "not a regular file");
  // Opening a pipe without a writer must not wait.
  ASSERT_EQ(::mkfifo(pathOf("pipe").c_str(), 0600), 0);
  expectError(model("pipe"), "not a regular file");
  write("empty.bin", "");
  expectError(model("empty.bin"), "which has 0");
}

// The way for kernels without openat2 says the same.
TEST_F(ExternalData, WalksComponentsLikeOpenat2) {
  write("w.bin", bytes());
  ASSERT_FALSE(llvm::sys::fs::create_directory(pathOf("sub")));
  write("sub/w.bin", bytes());
  ASSERT_EQ(::symlink("sub", pathOf("link").c_str()), 0);
  ASSERT_EQ(::symlink("w.bin", pathOf("w.link").c_str()), 0);
  auto open = [&](llvm::StringRef location, bool useOpenat2) {
    auto file = MappedFile::openBeneath(folder, location, useOpenat2);
    return file ? "" : llvm::toString(file.takeError());
  };
  for (const char *location :
       {"w.bin", "sub/w.bin", "./sub//w.bin", "link", "link/w.bin", "w.link",
        "none/w.bin", "sub/none", "../x", "sub", "w.bin/x"})
    EXPECT_EQ(open(location, true), open(location, false)) << location;
  EXPECT_EQ(open("sub/w.bin", false), "");
  EXPECT_EQ(open("link/w.bin", false), "symbolic links are not followed");
}

TEST_F(ExternalData, ModelItselfMayBeALink) {
  write("real.onnx", addModel().SerializeAsString());
  ASSERT_EQ(::symlink("real.onnx", pathOf("m.onnx").c_str()), 0);
  EXPECT_TRUE(bitnet::importOnnx(pathOf("m.onnx"), context));
  EXPECT_FALSE(bitnet::importOnnx(pathOf("none.onnx"), context));
  expectOneError("cannot read the model: no such file");
}

} // namespace
