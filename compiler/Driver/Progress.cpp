#include "compiler/Driver/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace llvm;
using namespace bitnet;

std::string bitnet::formatBytes(uint64_t bytes) {
  std::string text;
  raw_string_ostream out(text);
  if (bytes < 1000)
    out << bytes << " B";
  else if (bytes < 1000 * 1000)
    out << format("%.1f kB", bytes / 1e3);
  else if (bytes < 1000 * 1000 * 1000)
    out << format("%.1f MB", bytes / 1e6);
  else
    out << format("%.2f GB", bytes / 1e9);
  return text;
}

static double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

Progress::Progress(bool verbose)
    : terminal(::isatty(STDERR_FILENO)), verbose(verbose), start(Clock::now()),
      phaseStart(start) {}

Progress::~Progress() { finish(); }

double Progress::seconds() const { return secondsSince(start); }

void Progress::show(StringRef text) {
  // Back to the line's start, and clear the rest of it.
  errs() << '\r' << text << "\033[K";
  errs().flush();
  shown = true;
  lastShown = Clock::now();
}

void Progress::phase(StringRef name) {
  finish();
  current = name.str();
  phaseStart = Clock::now();
  if (terminal && !verbose && !name.empty())
    show(current + " ...");
}

void Progress::bytes(uint64_t done, uint64_t total) {
  if (!terminal || verbose || (shown && secondsSince(lastShown) < 0.1))
    return;
  show(current + " ... " + formatBytes(done) + " of " + formatBytes(total));
}

void Progress::finish() {
  if (shown)
    errs() << "\r\033[K";
  shown = false;
  if (verbose && !current.empty())
    errs() << format("%-10s %6.3f s\n", current.c_str(),
                     secondsSince(phaseStart));
  current.clear();
}
