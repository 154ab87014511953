#ifndef COMPILER_DRIVER_FAULTHANDLERS_H
#define COMPILER_DRIVER_FAULTHANDLERS_H

namespace bitnet {

/// What a program cannot recover from ends it with one line of error, exit code
/// 1 and no temporary files: no memory, a file that shrinks while it is mapped,
/// and what LLVM calls fatal. A file that grows beyond the limit of its size is
/// an error of the write. For the whole process, called first in main.
void installFaultHandlers();

/// Writes what is buffered for the standard output. Returns `code`, or 1 with
/// an error where that fails.
int flushOutput(int code);

} // namespace bitnet

#endif // COMPILER_DRIVER_FAULTHANDLERS_H
