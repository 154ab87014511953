#ifndef COMPILER_TARGET_FAMILY_H
#define COMPILER_TARGET_FAMILY_H

#include "compiler/Target/Certificate/InstructionClasses.h"
#include "compiler/Target/TargetFacts.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"

namespace bitnet {

/// A feature of LLVM that code may use because the runtime checks it when it
/// loads the code: other features would end in an illegal instruction.
struct CheckedFeature {
  llvm::StringLiteral name;
  uint32_t bit; ///< of bitnet_module::required_cpu
};

/// A name that `--target` and passes take, e.g. "x86-avx2".
struct NamedTarget {
  llvm::StringLiteral name;
  /// Whose features code may use, and whose schedule is assumed.
  llvm::StringLiteral cpu;
  /// "+a,+b": features beyond those of `cpu`, and all that facts depend on.
  llvm::StringLiteral features;
};

using HasFeature = llvm::function_ref<bool(llvm::StringRef feature)>;

/// What the compiler knows of one architecture of CPUs. `getFamilies` is the
/// only list of them. A folder of compiler/Target holds each; plug-ins bring
/// others, or names of their own for CPUs of an architecture that is there
/// (`DerivedFamily`). docs/targets.md says who calls what.
class TargetFamily {
public:
  virtual ~TargetFamily() = default;

  virtual llvm::Triple::ArchType getArch() const = 0;
  /// The triple that names stand for.
  virtual llvm::StringRef getTriple() const = 0;
  /// Names, each with what the ones before it have, or more.
  virtual llvm::ArrayRef<NamedTarget> getNames() const = 0;

  /// The CPU of LLVM whose features all code may use; tuning is apart.
  virtual llvm::StringRef getBaseCpu() const { return ""; }
  /// Features of every such CPU that LLVM does not take from `getBaseCpu`.
  virtual llvm::StringRef getBaseFeatures() const { return ""; }
  virtual llvm::ArrayRef<CheckedFeature> getCheckedFeatures() const = 0;
  /// LLVM's name of the calling convention; empty: that of the triple.
  virtual llvm::StringRef getAbi() const { return ""; }
  /// Sets what cost models and kernels ask, for a CPU with these features.
  virtual void setFacts(HasFeature has, TargetFacts &facts) const = 0;

  /// Where Linux distributions install the program that loads others.
  virtual llvm::StringRef getLoader() const = 0;

  /// A program with arguments that runs executables for CPUs with `facts` on
  /// other machines, for tests of kernels; empty: none is known.
  virtual llvm::SmallVector<std::string>
  getEmulator(const TargetFacts &facts) const {
    return {};
  }
  /// The CPU whose schedule llvm-mca shows where no CPU is named; empty: LLVM's
  /// choice.
  virtual llvm::StringRef getScheduledCpu() const { return ""; }

  /// Class of a mnemonic as the disassembler prints it (Intel's spelling on
  /// x86), see `classify`.
  virtual std::optional<InstructionClass>
  classify(llvm::StringRef mnemonic) const = 0;
  /// Whether an operand, as it is printed, is a general register of 64 bits.
  virtual bool isGeneral64(llvm::StringRef operand) const = 0;
  /// Features with which the disassembler knows every instruction.
  virtual llvm::StringRef getDisassemblerFeatures() const { return ""; }
  /// LLVM's number of the spelling that `classify` knows.
  virtual unsigned getAssemblySyntax() const { return 0; }
  /// Whether `call` is one of the micro-ops below and multiplies nothing.
  virtual bool isProductFree(mlir::LLVM::CallIntrinsicOp call) const {
    return false;
  }

  /// Whether LLVM interleaves vectors by a product: kernels without products
  /// then do it by shifts.
  virtual bool interleavesByProducts() const { return false; }

  // Micro-ops: one instruction each, asked for only where the facts say so.

  /// Byte i of the result: byte (indices[i] & 15) of table's 16 bytes around i;
  /// no index is above 15. Vectors of facts.shuffleBytes() bytes.
  virtual mlir::Value shuffleBytes(mlir::OpBuilder &builder, mlir::Location loc,
                                   const TargetFacts &facts, mlir::Value table,
                                   mlir::Value indices) const {
    return {};
  }
  /// Lanes shifted by a constant, where LLVM would make products of shifts of
  /// widened lanes; null where it does not.
  virtual mlir::Value shiftLeft(mlir::OpBuilder &builder, mlir::Location loc,
                                const TargetFacts &facts, mlir::Value vector,
                                int64_t bits) const {
    return {};
  }
  /// Lane i of the result: sum's (i32) + the products of the bytes 4 i to
  /// 4 i + 3 of `codes` (unsigned, at most 127 unless `wide`) and `elements`
  /// (signed), exactly. Vectors of facts.dotBytes(wide) bytes.
  virtual mlir::Value addDots(mlir::OpBuilder &builder, mlir::Location loc,
                              const TargetFacts &facts, mlir::Value sum,
                              mlir::Value codes, mlir::Value elements,
                              bool wide) const {
    return {};
  }
  /// Lane 2 i + j of the result, i and j below 2: sum's (i32) + the products of
  /// the bytes 8 i to 8 i + 7 of `codes` (unsigned) and 8 j to 8 j + 7 of
  /// `elements` (signed), exactly. Where facts.i8mm is set.
  virtual mlir::Value addMatrixDots(mlir::OpBuilder &builder,
                                    mlir::Location loc, mlir::Value sum,
                                    mlir::Value codes,
                                    mlir::Value elements) const {
    return {};
  }
};

/// A family that is `base` but for what a class derived from it says: named
/// targets of an architecture that is there, with facts and micro-ops of their
/// own.
class DerivedFamily : public TargetFamily {
public:
  explicit DerivedFamily(const TargetFamily &base) : base(base) {}

  llvm::Triple::ArchType getArch() const override { return base.getArch(); }
  llvm::StringRef getTriple() const override { return base.getTriple(); }
  llvm::StringRef getBaseCpu() const override { return base.getBaseCpu(); }
  llvm::StringRef getBaseFeatures() const override {
    return base.getBaseFeatures();
  }
  llvm::ArrayRef<CheckedFeature> getCheckedFeatures() const override {
    return base.getCheckedFeatures();
  }
  llvm::StringRef getAbi() const override { return base.getAbi(); }
  void setFacts(HasFeature has, TargetFacts &facts) const override {
    base.setFacts(has, facts);
  }
  llvm::StringRef getLoader() const override { return base.getLoader(); }
  llvm::SmallVector<std::string>
  getEmulator(const TargetFacts &facts) const override {
    return base.getEmulator(facts);
  }
  llvm::StringRef getScheduledCpu() const override {
    return base.getScheduledCpu();
  }
  std::optional<InstructionClass>
  classify(llvm::StringRef mnemonic) const override {
    return base.classify(mnemonic);
  }
  bool isGeneral64(llvm::StringRef operand) const override {
    return base.isGeneral64(operand);
  }
  llvm::StringRef getDisassemblerFeatures() const override {
    return base.getDisassemblerFeatures();
  }
  unsigned getAssemblySyntax() const override {
    return base.getAssemblySyntax();
  }
  bool isProductFree(mlir::LLVM::CallIntrinsicOp call) const override {
    return base.isProductFree(call);
  }
  bool interleavesByProducts() const override {
    return base.interleavesByProducts();
  }
  mlir::Value shuffleBytes(mlir::OpBuilder &builder, mlir::Location loc,
                           const TargetFacts &facts, mlir::Value table,
                           mlir::Value indices) const override {
    return base.shuffleBytes(builder, loc, facts, table, indices);
  }
  mlir::Value shiftLeft(mlir::OpBuilder &builder, mlir::Location loc,
                        const TargetFacts &facts, mlir::Value vector,
                        int64_t bits) const override {
    return base.shiftLeft(builder, loc, facts, vector, bits);
  }
  mlir::Value addDots(mlir::OpBuilder &builder, mlir::Location loc,
                      const TargetFacts &facts, mlir::Value sum,
                      mlir::Value codes, mlir::Value elements,
                      bool wide) const override {
    return base.addDots(builder, loc, facts, sum, codes, elements, wide);
  }
  mlir::Value addMatrixDots(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value sum, mlir::Value codes,
                            mlir::Value elements) const override {
    return base.addMatrixDots(builder, loc, sum, codes, elements);
  }

private:
  const TargetFamily &base;
};

/// Every family: those of the compiler, then those of plug-ins.
llvm::ArrayRef<const TargetFamily *> getFamilies();
/// Adds a family, which must live as long as the process. An error says what is
/// wrong with it: no name, one that is none or taken, a triple that does not
/// fit.
llvm::Error addFamily(const TargetFamily &family);
/// That of an architecture, the compiler's own before those of plug-ins; null
/// for others: they have portable code, without checks at run time, and nothing
/// to link with.
const TargetFamily *findFamily(llvm::Triple::ArchType arch);
/// That whose instructions `facts` has; null for `generic`.
const TargetFamily *findFamily(const TargetFacts &facts);

/// A name with the family that has it; null for unknown ones.
struct FamilyName {
  const TargetFamily *family = nullptr;
  const NamedTarget *target = nullptr;
  /// A plug-in's: its facts and micro-ops are only for who asks for the name.
  bool isPlugin = false;
};
FamilyName findName(llvm::StringRef name);

const TargetFamily &getX86Family();
const TargetFamily &getAArch64Family();
const TargetFamily &getRISCVFamily();

} // namespace bitnet

#endif // COMPILER_TARGET_FAMILY_H
