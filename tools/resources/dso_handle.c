/// What crtbegin.o would define: atexit handlers are registered under its
/// address. That file is left out because its partner crtend.o ends the unwind
/// table, which nothing inside bitnet-main.o may do.
__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;
