"""Runs Inputs/program.c as PTX on the stand-in and on the CPU.

usage: run_program.py STAND_IN PROGRAM.so PTX...

The results of 2000 threads must be those of the CPU's, for each file of PTX.
"""

import ctypes
import sys

import numpy as np

THREADS = 2000


class Driver:
    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.call("cuInit", 0)
        context = ctypes.c_void_p()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), 0)
        self.call("cuCtxPushCurrent_v2", context)
        self.stream = ctypes.c_void_p()
        self.call("cuStreamCreate", ctypes.byref(self.stream), 1)

    def call(self, name, *arguments):
        code = getattr(self.library, name)(*arguments)
        if code:
            text = ctypes.c_char_p()
            self.library.cuGetErrorString(code, ctypes.byref(text))
            sys.exit(f"{name}: {text.value.decode()}")

    def shared(self, values):
        address = ctypes.c_uint64()
        self.call("cuMemAllocManaged", ctypes.byref(address), ctypes.c_size_t(values.nbytes), 1)
        ctypes.memmove(address.value, values.ctypes.data, values.nbytes)
        view = (ctypes.c_char * values.nbytes).from_address(address.value)
        return address.value, np.frombuffer(view, dtype=values.dtype)

    def load(self, path):
        log = ctypes.create_string_buffer(1000)
        module, function = ctypes.c_void_p(), ctypes.c_void_p()
        options = (ctypes.c_int * 2)(5, 6)
        values = (ctypes.c_void_p * 2)(ctypes.addressof(log), 999)
        with open(path, "rb") as file:
            text = file.read()
        if self.library.cuModuleLoadDataEx(ctypes.byref(module), text, 2, options, values):
            sys.exit(f"{path}: {log.value.decode()}")
        self.call("cuModuleGetFunction", ctypes.byref(function), module, b"bitnet_kernel")
        return function

    def run(self, function, *words):
        values = [ctypes.c_uint64(word) for word in words]
        places = (ctypes.c_void_p * len(values))(*map(ctypes.addressof, values))
        blocks = (THREADS + 127) // 128
        self.call("cuLaunchKernel", function, blocks, 1, 1, 128, 1, 1, 0, self.stream, places, None)
        self.call("cuStreamSynchronize", self.stream)


def main():
    stand_in, program, *files = sys.argv[1:]
    random = np.random.default_rng(1)
    x = random.integers(-2**31, 2**31, 64).astype(np.int32)
    f = (random.standard_normal(64) * 100).astype(np.float32)
    cpu = ctypes.CDLL(program).program
    cpu.restype = ctypes.c_int64
    pointers = [ctypes.c_void_p(values.ctypes.data) for values in (x, f)]
    want = np.array([cpu(ctypes.c_int64(i), *pointers) for i in range(THREADS)])
    driver = Driver(stand_in)
    for path in files:
        out, results = driver.shared(np.zeros(THREADS, np.int64))
        words = np.array([out, driver.shared(x)[0], driver.shared(f)[0]], np.uint64)
        driver.run(driver.load(path), driver.shared(words)[0], 0, 0, THREADS)
        wrong = np.flatnonzero(results != want)
        if len(wrong):
            sys.exit(f"{path}: {len(wrong)} of {THREADS} differ, first that of thread {wrong[0]}: "
                     f"found {results[wrong[0]]}, expected {want[wrong[0]]}")
        print(f"{path}: {THREADS} results equal")


if __name__ == "__main__":
    main()
