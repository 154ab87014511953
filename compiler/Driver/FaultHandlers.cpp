#include "compiler/Driver/FaultHandlers.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <unistd.h>

/// Whether LLVM's own state is there: not while libraries are initialised.
static std::atomic<bool> inMain = false;

/// Ends the process; `message` is written as it is, for nothing can be
/// allocated any more.
[[noreturn]] static void stop(const char *message) {
  [[maybe_unused]] ssize_t written =
      ::write(STDERR_FILENO, message, std::strlen(message));
  // Removes temporary files.
  if (inMain)
    llvm::sys::RunInterruptHandlers();
  ::_exit(1);
}

static void onOutOfMemory() { stop("error: out of memory\n"); }

static void onBadAlloc(void *, const char *, bool) { onOutOfMemory(); }

/// LLVM's handlers, which remove temporary files, or what was there before.
static struct sigaction whatElseFaults, whatElseAborts;

/// MLIR does not look at what malloc gives it while dialects are registered. A
/// null pointer that is written to, malloc having failed last, is that; what
/// else faults goes its own way when it does so again.
static void onFault(int, siginfo_t *info, void *) {
  constexpr uintptr_t firstPages = 1 << 16;
  if (errno == ENOMEM &&
      reinterpret_cast<uintptr_t>(info->si_addr) < firstPages)
    onOutOfMemory();
  ::sigaction(SIGSEGV, &whatElseFaults, nullptr);
}

/// The C library says that it has no memory itself, and aborts. What else
/// aborts goes its own way as soon as this returns.
static void onAbort(int, siginfo_t *, void *) {
  if (errno == ENOMEM)
    stop("");
  ::sigaction(SIGABRT, &whatElseAborts, nullptr);
  ::raise(SIGABRT);
}

static void catchFaults() {
  struct sigaction action = {};
  action.sa_sigaction = onFault;
  // A stack that is full has no room for a handler.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, &whatElseFaults);
  action.sa_sigaction = onAbort;
  ::sigaction(SIGABRT, &action, &whatElseAborts);
}

/// Runs before the libraries' constructors, which allocate, too.
static void installEarly(int, char **, char **) {
  std::set_new_handler(onOutOfMemory);
  llvm::install_bad_alloc_error_handler(onBadAlloc);
  catchFaults();
}
__attribute__((section(".preinit_array"),
               used)) static void (*const early)(int, char **,
                                                 char **) = installEarly;

static void onBusError(int) {
  stop("error: a file was cut off while it was read\n");
}

/// LLVM ends the process when code generation meets what it cannot do.
static void onFatalError(void *, const char *reason, bool) {
  llvm::errs() << "error: code generation failed: " << reason << '\n';
  stop("");
}

void bitnet::installFaultHandlers() {
  inMain = true;
  llvm::install_fatal_error_handler(onFatalError);
  // LLVM's handlers first: they are installed with the first temporary file,
  // and would take the place of ours.
  llvm::sys::AddSignalHandler([](void *) {}, nullptr);
  catchFaults();
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
