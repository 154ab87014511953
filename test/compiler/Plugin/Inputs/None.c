/* A shared library that is no plug-in. */
int bitnet_test_none(void) { return 0; }
