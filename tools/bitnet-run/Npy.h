/// NumPy's .npy files, versions 1 to 3.
#ifndef TOOLS_BITNET_RUN_NPY_H
#define TOOLS_BITNET_RUN_NPY_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bitnet::run {

/// A contiguous row-major array.
struct Array {
  int32_t dtype = 0; ///< enum bitnet_dtype
  std::vector<int64_t> shape;
  std::string data; ///< little-endian
};

/// Reads the bytes of a .npy file. Column-major arrays are transposed;
/// big-endian and structured ones are errors. Two raw bytes ('<V2') are a
/// bfloat16.
bool parseNpy(std::string_view bytes, Array &out, std::string &error);

/// The bytes of a .npy file, version 1. A bfloat16 becomes the float32 of the
/// same value, integers of 2 and 4 bits int8 or uint8, and floats of 8 and 4
/// bits the uint8 of their codes: NumPy has no such types.
std::string formatNpy(const Array &array);

/// The type of the .npy arrays that stand for elements of `dtype`: another one
/// where those have no type in NumPy, but a byte each.
int32_t npyType(int32_t dtype);

/// Whether the bytes of `array` are elements of `dtype`, of npyType(dtype):
/// those of 2 and 4 bits are in range. Otherwise `error` says which is not.
bool checkBytes(const Array &array, int32_t dtype, std::string &error);

/// float32 to bfloat16, to nearest, ties to even; NaN stays NaN.
Array toBfloat16(const Array &array);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_NPY_H
