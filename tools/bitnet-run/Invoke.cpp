#include "Npy.h"
#include "Tool.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace bitnet::run;

/// Cuts "NAME=FILE" at its last "=": names of ONNX values may hold one.
static bool cut(const std::string &argument, std::string &name,
                std::string &file) {
  size_t equals = argument.rfind('=');
  if (equals == std::string::npos || equals == 0 ||
      equals + 1 == argument.size())
    return false;
  name = argument.substr(0, equals);
  file = argument.substr(equals + 1);
  return true;
}

/// Writes a whole file or none: to a temporary name first.
static bool writeFile(const std::string &path, const std::string &bytes,
                      std::string &error) {
  // A device or pipe is written as it is; of a link, what it names.
  struct stat status;
  bool isThere = stat(path.c_str(), &status) == 0;
  bool isPlain = !isThere || S_ISREG(status.st_mode);
  std::string target = path;
  if (char *real = isThere ? realpath(path.c_str(), nullptr) : nullptr) {
    target = real;
    free(real);
  }
  std::string temporary =
      isPlain ? target + ".tmp" + std::to_string(getpid()) : target;
  FILE *file = fopen(temporary.c_str(), "wb");
  if (!file) {
    error = path + ": cannot write: " + strerror(errno);
    return false;
  }
  bool good = fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  good = fclose(file) == 0 && good;
  if (good && (!isPlain || rename(temporary.c_str(), target.c_str()) == 0))
    return true;
  error = path + ": cannot write: " + strerror(errno);
  if (isPlain)
    remove(temporary.c_str());
  return false;
}

static const bitnet_value_info *
findValue(const std::vector<bitnet_value_info> &values,
          const std::string &name) {
  for (const bitnet_value_info &value : values)
    if (name == value.name)
      return &value;
  return nullptr;
}

/// "'x' is no output; the outputs are 'a', 'b'".
static std::string unknownName(const char *what, const std::string &name,
                               const std::vector<bitnet_value_info> &values) {
  std::string list;
  for (const bitnet_value_info &value : values)
    list += (list.empty() ? "'" : ", '") + std::string(value.name) + "'";
  return "the model has no " + std::string(what) + " '" + name + "'; its " +
         what + "s are " + list;
}

static std::vector<bitnet_value_info> valuesOf(const Model &model,
                                               bool outputs) {
  const Api &api = model.api();
  std::vector<bitnet_value_info> values(outputs ? model.info().num_outputs
                                                : model.info().num_inputs);
  for (size_t i = 0; i < values.size(); ++i) {
    auto get = outputs ? api.model_get_output : api.model_get_input;
    get(model.handle(), static_cast<int32_t>(i), &values[i], nullptr);
  }
  return values;
}

static void listValues(const Model &model) {
  printf("code for %s\n", model.info().target_name);
  for (bool outputs : {false, true})
    for (const bitnet_value_info &value : valuesOf(model, outputs)) {
      printf("%s %s: %s [", outputs ? "output" : "input", value.name,
             model.api().dtype_name(value.dtype));
      for (int32_t axis = 0; axis < value.rank; ++axis) {
        if (axis)
          fputs(", ", stdout);
        if (value.dims[axis] >= 0)
          printf("%lld", static_cast<long long>(value.dims[axis]));
        else
          fputs(value.symbols[axis] && *value.symbols[axis]
                    ? value.symbols[axis]
                    : "?",
                stdout);
      }
      puts("]");
    }
}

namespace {
/// The inputs of one run; `arrays` holds their data.
struct Inputs {
  std::map<std::string, Array> arrays;
  std::vector<bitnet_tensor> tensors;
};
} // namespace

static bool readInputs(const Model &model,
                       const std::vector<std::string> &arguments, Inputs &out,
                       std::string &error) {
  std::vector<bitnet_value_info> values = valuesOf(model, /*outputs=*/false);
  for (const std::string &argument : arguments) {
    std::string name, file, bytes;
    if (!cut(argument, name, file)) {
      error = "--input is '" + argument + "', expected NAME=FILE.npy";
      return false;
    }
    const bitnet_value_info *value = findValue(values, name);
    if (!value) {
      error = unknownName("input", name, values);
      return false;
    }
    if (out.arrays.count(name)) {
      error = "input '" + name + "' is given twice";
      return false;
    }
    if (!readFile(file, 0, 0, bytes, error))
      return false;
    Array &array = out.arrays[name];
    if (!parseNpy(bytes, array, error)) {
      error = file + ": " + error;
      return false;
    }
    // NumPy has no bfloat16.
    if (value->dtype == BITNET_BFLOAT16 && array.dtype == BITNET_FLOAT32)
      array = toBfloat16(array);
    // Nor types of less than a byte.
    if (npyType(value->dtype) != value->dtype &&
        array.dtype == npyType(value->dtype)) {
      if (!checkBytes(array, value->dtype, error)) {
        error = file + ": " + error;
        return false;
      }
      array.dtype = value->dtype;
    }
    if (array.shape.size() > BITNET_MAX_RANK) {
      error = file + ": rank " + std::to_string(array.shape.size()) +
              ", expected at most " + std::to_string(BITNET_MAX_RANK);
      return false;
    }
    bitnet_tensor tensor = {};
    tensor.name = value->name;
    tensor.data = array.data.data();
    tensor.dtype = array.dtype;
    tensor.rank = static_cast<int32_t>(array.shape.size());
    std::copy(array.shape.begin(), array.shape.end(), tensor.dims);
    out.tensors.push_back(tensor);
  }
  return true;
}

static bool writeOutput(const Model &model, const bitnet_results *results,
                        int32_t index, const std::string &path,
                        std::string &error) {
  bitnet_tensor tensor;
  bitnet_error why;
  if (model.api().results_get(results, index, &tensor, &why)) {
    error = why.message;
    return false;
  }
  Array array;
  array.dtype = tensor.dtype;
  array.shape.assign(tensor.dims, tensor.dims + tensor.rank);
  size_t bytes = model.api().dtype_size(tensor.dtype);
  for (int64_t dim : array.shape)
    bytes *= static_cast<size_t>(dim);
  if (bytes)
    array.data.assign(static_cast<const char *>(tensor.data), bytes);
  return writeFile(path, formatNpy(array), error);
}

/// A file name for an output: slashes and other oddities become "_".
static std::string fileNameOf(const std::string &name) {
  std::string out;
  for (char c : name)
    out += isalnum(static_cast<unsigned char>(c)) || strchr("._-", c) ? c : '_';
  return out + ".npy";
}

int bitnet::run::runInvoke(const Invocation &invocation) {
  std::vector<std::string> inputs, outputs;
  std::string folder, error;
  int64_t threads = 0;
  bool verify = false, list = false;
  CommandLine line(
      invocation.program +
          " invoke --input NAME=FILE.npy ... --output NAME=FILE.npy ...",
      "Runs the graph once, as ONNX would: every graph input by name, past "
      "caches included; "
      "every graph output by name. A float32 file serves a bfloat16 input, and "
      "bfloat16 outputs "
      "are written as float32.");
  line.texts({"-i", "--input"}, "NAME=FILE", "a graph input from a .npy file",
             inputs);
  line.texts({"-o", "--output"}, "NAME=FILE", "a graph output to a .npy file",
             outputs);
  line.text({"--all-outputs"}, "FOLDER",
            "every graph output to FOLDER/NAME.npy", folder);
  line.flag({"--list"},
            "print the code that was taken, inputs and outputs, and stop",
            list);
  line.integer({"-t", "--threads"}, "N", "threads; 0: as many as CPUs (0)",
               threads, 0, 1024);
  line.flag({"--verify"}, "check the hash of all weights first", verify);
  int code;
  if (invocation.parse(line, code))
    return code;
  auto model = invocation.open(verify, error);
  if (!model)
    return invocation.fail(error);
  if (list) {
    listValues(*model);
    return 0;
  }
  std::vector<bitnet_value_info> values = valuesOf(*model, /*outputs=*/true);
  std::vector<std::pair<int32_t, std::string>> wanted;
  for (const std::string &argument : outputs) {
    std::string name, file;
    if (!cut(argument, name, file))
      return invocation.fail("--output is '" + argument +
                             "', expected NAME=FILE.npy");
    const bitnet_value_info *value = findValue(values, name);
    if (!value)
      return invocation.fail(unknownName("output", name, values));
    wanted.emplace_back(static_cast<int32_t>(value - values.data()), file);
  }
  if (!folder.empty()) {
    if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
      return invocation.fail(folder +
                             ": cannot make the folder: " + strerror(errno));
    for (size_t i = 0; i < values.size(); ++i)
      wanted.emplace_back(static_cast<int32_t>(i),
                          folder + "/" + fileNameOf(values[i].name));
  }
  if (wanted.empty())
    return invocation.fail("no output is asked for, expected --output "
                           "NAME=FILE.npy or --all-outputs DIR");
  for (size_t i = 0; i < wanted.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (wanted[i].second == wanted[j].second)
        return invocation.fail("two outputs go to " + wanted[i].second);
  Inputs given;
  if (!readInputs(*model, inputs, given, error))
    return invocation.fail(error);
  bitnet_invoke_options options = {sizeof(options),
                                   static_cast<int32_t>(threads)};
  bitnet_results *results = nullptr;
  bitnet_error why;
  if (model->api().invoke(model->handle(), &options, given.tensors.data(),
                          static_cast<int32_t>(given.tensors.size()), &results,
                          &why))
    return invocation.fail(why.message);
  for (auto &[index, path] : wanted) {
    if (!writeOutput(*model, results, index, path, error)) {
      code = invocation.fail(error);
      break;
    }
  }
  model->api().results_destroy(results);
  return code;
}
