// RUN: bitnet-opt %s --verify-diagnostics --split-input-file

func.func @negative_number(%exec: !rt.exec, %n: index) {
  // expected-error @+1 {{attribute 'number' failed to satisfy constraint: 32-bit signless integer attribute whose value is non-negative}}
  device.dispatch %exec, -1 "norm"() in %n
  return
}
