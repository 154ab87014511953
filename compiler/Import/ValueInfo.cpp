#include "compiler/Import/ValueInfo.h"

#include "compiler/Import/TensorReader.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::TensorShapeProto;
using ::onnx::ValueInfoProto;

FailureOr<Port> bitnet::readPort(const ValueInfoProto &info, StringRef what,
                                 Location loc) {
  std::string name = (what + " '" + info.name() + "'").str();
  if (!info.type().has_tensor_type())
    return emitError(loc) << name << ": is not a tensor";
  const auto &tensor = info.type().tensor_type();
  Type element = importElementType(tensor.elem_type(), name, loc);
  if (!element)
    return failure();
  if (!tensor.has_shape())
    return emitError(loc) << name << ": has no shape";
  Port port;
  SmallVector<int64_t> shape, sizes;
  for (const TensorShapeProto::Dimension &dim : tensor.shape().dim()) {
    bool isStatic = dim.has_dim_value();
    if (isStatic && dim.dim_value() < 0)
      return emitError(loc) << name << ": axis " << shape.size()
                            << " has the negative size " << dim.dim_value();
    shape.push_back(isStatic ? dim.dim_value() : ShapedType::kDynamic);
    port.dims.push_back(isStatic ? std::string() : dim.dim_param());
    if (isStatic)
      sizes.push_back(dim.dim_value());
  }
  if (bitnet::onnx::checkedElementCount(sizes) < 0)
    return emitError(loc) << name
                          << ": has more elements than a tensor can have";
  port.type = RankedTensorType::get(shape, element);
  return port;
}

LogicalResult bitnet::checkOutputType(const ValueInfoProto &info,
                                      StringRef what, RankedTensorType inferred,
                                      Location loc,
                                      SmallVectorImpl<std::string> &dims) {
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape())
    return success();
  FailureOr<Port> port = readPort(info, what, loc);
  if (failed(port))
    return failure();
  bool fits = port->type.getElementType() == inferred.getElementType() &&
              succeeded(verifyCompatibleShape(port->type, inferred));
  if (!fits)
    return emitError(loc) << what << " '" << info.name() << "' is " << inferred
                          << ", but is declared as " << port->type;
  dims.assign(port->dims.begin(), port->dims.end());
  return success();
}
