#include "compiler/Import/GraphOrder.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::NodeProto;

StringRef bitnet::nodeName(const NodeProto &node) {
  return !node.name().empty()      ? StringRef(node.name())
         : node.output_size() != 0 ? StringRef(node.output(0))
                                   : StringRef(node.op_type());
}

Location bitnet::locateBelow(Location outer, const NodeProto &node) {
  auto named = cast<NameLoc>(outer);
  std::string name = (named.getName().strref() + "/" + nodeName(node)).str();
  return NameLoc::get(StringAttr::get(outer.getContext(), name),
                      named.getChildLoc());
}

std::string bitnet::nodeText(const NodeProto &node) {
  if (node.name().empty())
    return node.op_type();
  return node.op_type() + " '" + node.name() + "'";
}

namespace {

class OrderChecker {
public:
  OrderChecker(const NodeList &nodes, const llvm::StringSet<> &defined,
               function_ref<Location(int)> locate)
      : nodes(nodes), defined(defined), locate(locate) {}

  LogicalResult check();

private:
  LogicalResult collectProducers();
  LogicalResult emitUnordered(int node, StringRef input, int producer);
  std::string findCycle(int start);

  const NodeList &nodes;
  const llvm::StringSet<> &defined;
  function_ref<Location(int)> locate;
  llvm::StringMap<int> producers;
};

} // namespace

LogicalResult OrderChecker::collectProducers() {
  for (int i = 0; i < nodes.size(); ++i) {
    for (const std::string &output : nodes[i].output()) {
      if (output.empty())
        continue;
      if (defined.contains(output))
        return emitError(locate(i))
               << "value '" << output << "' is defined twice, by node "
               << nodeText(nodes[i]) << " and as an input or initializer";
      auto [at, isNew] = producers.try_emplace(output, i);
      if (!isNew)
        return emitError(locate(i))
               << "value '" << output << "' is defined twice, by node #"
               << at->second << " " << nodeText(nodes[at->second])
               << " and node #" << i << " " << nodeText(nodes[i]);
    }
  }
  return success();
}

/// The way from `start` through producers back to a node on it, as text; empty
/// if there is none. Iterative: a chain may be as long as the file allows.
std::string OrderChecker::findCycle(int start) {
  struct Step {
    int node;
    int nextInput;
  };
  enum State : char { OnPath = 1, Done = 2 };
  llvm::DenseMap<int, State> states;
  SmallVector<Step> path{{start, 0}};
  states[start] = OnPath;
  while (!path.empty()) {
    Step &step = path.back();
    if (step.nextInput == nodes[step.node].input_size()) {
      states[step.node] = Done;
      path.pop_back();
      continue;
    }
    auto producer = producers.find(nodes[step.node].input(step.nextInput++));
    if (producer == producers.end())
      continue;
    auto [state, isNew] = states.try_emplace(producer->second, OnPath);
    if (isNew) {
      path.push_back({producer->second, 0});
    } else if (state->second == OnPath) {
      auto *first = llvm::find_if(
          path, [&](const Step &s) { return s.node == producer->second; });
      // The path goes against the flow of data: print it from its end.
      std::string value = producer->getKey().str();
      std::string text = "'" + value + "'";
      ArrayRef<Step> cycle(first, path.end());
      for (const Step &s : llvm::reverse(cycle.take_back(4)))
        text += " -> " + nodes[s.node].op_type();
      if (cycle.size() > 4)
        text += " -> ...";
      return text + " -> '" + value + "'";
    }
  }
  return "";
}

LogicalResult OrderChecker::emitUnordered(int node, StringRef input,
                                          int producer) {
  std::string cycle = findCycle(node);
  if (!cycle.empty())
    return emitError(locate(node)) << "the graph is cyclic: " << cycle;
  return emitError(locate(node))
         << "node #" << node << " " << nodeText(nodes[node]) << " reads '"
         << input << "' before node #" << producer << " "
         << nodeText(nodes[producer])
         << " defines it, expected nodes in order of use";
}

LogicalResult OrderChecker::check() {
  if (failed(collectProducers()))
    return failure();
  for (int i = 0; i < nodes.size(); ++i) {
    for (const std::string &input : nodes[i].input()) {
      if (input.empty() || defined.contains(input))
        continue;
      auto producer = producers.find(input);
      if (producer == producers.end())
        return emitError(locate(i))
               << "node " << nodeText(nodes[i]) << ": input '" << input
               << "' is neither an initializer, a graph input nor the output "
                  "of a node";
      if (producer->second >= i)
        return emitUnordered(i, input, producer->second);
    }
  }
  return success();
}

LogicalResult bitnet::checkGraphOrder(const NodeList &nodes,
                                      const llvm::StringSet<> &defined,
                                      function_ref<Location(int)> locate) {
  return OrderChecker(nodes, defined, locate).check();
}
