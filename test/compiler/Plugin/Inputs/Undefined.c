/* A plug-in that calls what nobody has. */
void bitnet_test_nobody_has_this(void);
const void *bitnetTargetPlugin(void) {
  bitnet_test_nobody_has_this();
  return 0;
}
