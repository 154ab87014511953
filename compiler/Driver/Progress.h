#ifndef COMPILER_DRIVER_PROGRESS_H
#define COMPILER_DRIVER_PROGRESS_H

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>

namespace bitnet {

/// One line on stderr that says what is being done, when stderr is a terminal.
/// With `verbose` one line for each phase with its time, terminal or not.
class Progress {
public:
  explicit Progress(bool verbose);
  ~Progress();

  void phase(llvm::StringRef name);
  /// Bytes of weights written so far, of `total`.
  void bytes(uint64_t done, uint64_t total);
  /// Takes the line away.
  void finish();
  /// Seconds since construction.
  double seconds() const;

private:
  void show(llvm::StringRef text);

  using Clock = std::chrono::steady_clock;
  bool terminal, verbose, shown = false;
  std::string current;
  Clock::time_point start, phaseStart, lastShown;
};

/// "1.2 MB"
std::string formatBytes(uint64_t bytes);

} // namespace bitnet

#endif // COMPILER_DRIVER_PROGRESS_H
