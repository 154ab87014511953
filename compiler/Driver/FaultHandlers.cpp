#include "compiler/Driver/FaultHandlers.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstring>
#include <new>
#include <unistd.h>

/// Ends the process; `message` is written as it is, for nothing can be
/// allocated any more.
[[noreturn]] static void stop(const char *message) {
  [[maybe_unused]] ssize_t written =
      ::write(STDERR_FILENO, message, std::strlen(message));
  // Removes temporary files.
  llvm::sys::RunInterruptHandlers();
  ::_exit(1);
}

static void onOutOfMemory() { stop("error: out of memory\n"); }

static void onBadAlloc(void *, const char *, bool) { onOutOfMemory(); }

static void onBusError(int) {
  stop("error: a file was cut off while it was read\n");
}

/// LLVM ends the process when code generation meets what it cannot do.
static void onFatalError(void *, const char *reason, bool) {
  llvm::errs() << "error: code generation failed: " << reason << '\n';
  stop("");
}

void bitnet::installFaultHandlers() {
  std::set_new_handler(onOutOfMemory);
  llvm::install_bad_alloc_error_handler(onBadAlloc);
  llvm::install_fatal_error_handler(onFatalError);
  // LLVM's handlers first: they are installed with the first temporary file,
  // and would take the place of ours.
  llvm::sys::AddSignalHandler([](void *) {}, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGBUS, onBusError);
}

int bitnet::flushOutput(int code) {
  llvm::raw_fd_ostream &out = llvm::outs();
  out.flush();
  if (!out.has_error())
    return code;
  std::string reason = out.error().message();
  out.clear_error();
  llvm::errs() << "error: cannot write to the standard output: " << reason
               << '\n';
  return 1;
}
