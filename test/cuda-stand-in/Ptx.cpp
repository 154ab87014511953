#include "Ptx.h"

#include <cctype>
#include <cstring>
#include <set>

using namespace standin;

namespace {
struct Token {
  std::string text; ///< empty: the end
  int line = 0;
  bool string = false;
};

bool isWord(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '%' ||
         c == '.';
}

std::vector<Token> tokenize(const std::string &s) {
  std::vector<Token> tokens;
  int line = 1;
  for (size_t i = 0; i < s.size();) {
    if (s[i] == '\n') {
      ++line, ++i;
    } else if (isspace((unsigned char)s[i])) {
      ++i;
    } else if (!s.compare(i, 2, "//")) {
      while (i < s.size() && s[i] != '\n')
        ++i;
    } else if (!s.compare(i, 2, "/*")) {
      size_t end = s.find("*/", i);
      if (end == std::string::npos)
        throw PtxError(line, "a comment does not end");
      for (; i < end + 2; ++i)
        line += s[i] == '\n';
    } else if (s[i] == '"') {
      size_t end = s.find('"', i + 1);
      if (end == std::string::npos)
        throw PtxError(line, "a string does not end");
      tokens.push_back({s.substr(i + 1, end - i - 1), line, true});
      i = end + 1;
    } else if (isWord(s[i])) {
      size_t begin = i;
      // "::" belongs to words such as ld.global.L1::evict_last.
      while (i < s.size() && (isWord(s[i]) || !s.compare(i, 2, "::")))
        i += s[i] == ':' ? 2 : 1;
      tokens.push_back({s.substr(begin, i - begin), line, false});
    } else {
      tokens.push_back({std::string(1, s[i++]), line, false});
    }
  }
  tokens.push_back({"", line, false});
  return tokens;
}

class Parser {
public:
  explicit Parser(const std::string &text) : tokens(tokenize(text)) {}

  Ptx parse() {
    while (!peek().text.empty())
      topLevel();
    if (!ptx.version)
      fail("found no .version");
    if (!ptx.target)
      fail("found no .target");
    return std::move(ptx);
  }

private:
  const Token &peek(size_t ahead = 0) const {
    return tokens[std::min(at + ahead, tokens.size() - 1)];
  }
  [[noreturn]] void fail(const std::string &text) const {
    throw PtxError(peek().line, text);
  }
  std::string next() {
    if (peek().text.empty() && !peek().string)
      fail("the text ends too early");
    return tokens[at++].text;
  }
  bool take(const std::string &text) {
    if (peek().text != text || peek().string)
      return false;
    ++at;
    return true;
  }
  void expect(const std::string &text) {
    if (!take(text))
      fail("found '" + peek().text + "', expected '" + text + "'");
  }
  void skipLine() {
    for (int line = peek().line; peek().line == line && !peek().text.empty();)
      ++at;
  }

  void topLevel();
  void version();
  void target();
  Variable variable(const std::string &space);
  std::vector<Variable> variables();
  void initializer(Variable &variable);
  std::vector<Variable> parameters();
  void function(bool entry);
  bool performance(Function &function);
  void body(Function &function);
  void statement(Function &function, int &depth);
  void targets(Function &function, const std::string &label);
  Instruction instruction();
  Operand operand();
  Operand primary();
  std::vector<Operand> list(const std::string &close);
  Operand number();
  int64_t integer();

  std::vector<Token> tokens;
  size_t at = 0;
  Ptx ptx;
};

void Parser::version() {
  std::string text = next();
  size_t dot = text.find('.');
  if (dot == std::string::npos)
    fail("found version '" + text + "', expected such as 8.0");
  ptx.version = atoi(text.c_str()) * 10 + atoi(text.c_str() + dot + 1);
  if (ptx.version < 60)
    fail("version " + text + " is older than 6.0, the first with .sync");
}

void Parser::target() {
  static const std::set<int> known = {50, 52,  53,  60,  61,  62,  70,
                                      72, 75,  80,  86,  87,  88,  89,
                                      90, 100, 101, 103, 110, 120, 121};
  std::string text = next();
  char *end = nullptr;
  int number =
      text.compare(0, 3, "sm_") ? 0 : (int)strtol(text.c_str() + 3, &end, 10);
  if (!known.count(number) || (*end && strcmp(end, "a") && strcmp(end, "f")))
    fail("unknown target '" + text + "'");
  ptx.target = number;
  ptx.targetSuffix = *end;
  while (take(","))
    next();
}

void Parser::topLevel() {
  static const std::set<std::string> linkage = {".visible", ".extern", ".weak",
                                                ".common"};
  int line = peek().line;
  std::string word = next();
  if (word == ".version")
    return version();
  if (word == ".target")
    return target();
  if (word == ".address_size") {
    if (next() != "64")
      throw PtxError(line, "expected .address_size 64");
    return;
  }
  if (linkage.count(word))
    return;
  if (word == ".entry" || word == ".func")
    return function(word == ".entry");
  if (word == ".global" || word == ".const" || word == ".shared") {
    for (Variable &v : (--at, variables()))
      ptx.variables.push_back(std::move(v));
    return;
  }
  if (word == ".file" || word == ".loc") {
    --at;
    return skipLine();
  }
  if (word == ".pragma") {
    while (next() != ";")
      ;
    return;
  }
  throw PtxError(line, "unknown directive '" + word + "'");
}

int64_t Parser::integer() {
  Operand value = number();
  if (value.floatBits)
    fail("found a float, expected an integer");
  return value.number;
}

Operand Parser::number() {
  Operand result;
  result.kind = Operand::Number;
  bool minus = take("-");
  std::string text = next();
  if (text.empty() || !isdigit((unsigned char)text[0]))
    throw PtxError(peek().line, "found '" + text + "', expected a number");
  char *end = nullptr;
  char second = text.size() > 1 ? (char)tolower(text[1]) : 0;
  if (text[0] == '0' && (second == 'f' || second == 'd') &&
      text.size() == (second == 'f' ? 10u : 18u)) {
    result.floatBits = second == 'f' ? 32 : 64;
    uint64_t bits = strtoull(text.c_str() + 2, &end, 16);
    if (minus)
      bits ^= 1ull << (result.floatBits - 1);
    result.number = (int64_t)bits;
  } else if (second == 'b') {
    result.number = (int64_t)strtoull(text.c_str() + 2, &end, 2);
  } else {
    uint64_t bits = strtoull(text.c_str(), &end, 0);
    result.number = (int64_t)(minus ? 0 - bits : bits);
  }
  if (end && *end == 'U')
    ++end;
  if (!end || *end)
    throw PtxError(peek().line, "'" + text + "' is no number");
  return result;
}

void Parser::initializer(Variable &v) {
  uint64_t element = (uint64_t)bitsOfType(v.type) / 8;
  v.init.assign(v.bytes, 0);
  bool braces = take("{");
  uint64_t place = 0;
  do {
    if (!isdigit((unsigned char)peek().text[0]) && peek().text != "-")
      fail("initialiser '" + peek().text + "' is no number");
    uint64_t bits = (uint64_t)number().number;
    if (place + element > v.bytes)
      fail("'" + v.name + "' has more initialisers than elements");
    memcpy(v.init.data() + place, &bits, element);
    place += element;
  } while (braces && take(","));
  if (braces)
    expect("}");
}

/// Behind the space: attributes, type, name, size.
Variable Parser::variable(const std::string &space) {
  Variable v;
  v.space = space;
  v.line = peek().line;
  int vector = 1;
  while (peek().text[0] == '.') {
    std::string word = next().substr(1);
    if (word == "align")
      v.align = (uint64_t)integer();
    else if (word == "v2" || word == "v4")
      vector = word[1] - '0';
    else if (word == "ptr" || word == "global" || word == "noalias")
      continue; // of a parameter that is a pointer
    else if (!bitsOfType(word))
      throw PtxError(v.line, "unknown type '." + word + "'");
    else
      v.type = word;
  }
  if (v.type.empty())
    fail("found no type of a variable");
  v.name = next();
  v.bytes = (uint64_t)(bitsOfType(v.type) + 7) / 8 * vector;
  if (!v.align)
    v.align = v.bytes;
  if (v.align & (v.align - 1))
    fail("alignment of '" + v.name + "' is no power of two");
  if (take("<")) {
    v.count = integer();
    expect(">");
  }
  while (take("[")) {
    if (take("]"))
      throw PtxError(v.line, "'" + v.name + "' has no size");
    v.bytes *= (uint64_t)integer();
    expect("]");
  }
  if (v.bytes > (1u << 30))
    throw PtxError(v.line, "'" + v.name + "' is larger than a gigabyte");
  return v;
}

/// A declaration from its space to its semicolon.
std::vector<Variable> Parser::variables() {
  std::string space = next().substr(1);
  std::vector<Variable> result = {variable(space)};
  for (;;) {
    if (take("="))
      initializer(result.back());
    if (!take(","))
      break;
    Variable more = result[0];
    more.name = next();
    more.count = 0;
    more.init.clear();
    if (take("<")) {
      more.count = integer();
      expect(">");
    }
    result.push_back(more);
  }
  expect(";");
  return result;
}

std::vector<Variable> Parser::parameters() {
  std::vector<Variable> result;
  if (take(")"))
    return result;
  do {
    std::string space = next();
    if (space != ".param" && space != ".reg")
      fail("found '" + space + "', expected .param");
    result.push_back(variable(space.substr(1)));
  } while (take(","));
  expect(")");
  return result;
}

/// A directive between the parameters and the body.
bool Parser::performance(Function &f) {
  if (peek().text[0] != '.')
    return false;
  int line = peek().line;
  std::string word = next();
  if (word == ".noreturn")
    return true;
  if (word != ".maxntid" && word != ".reqntid" && word != ".minnctapersm" &&
      word != ".maxnreg")
    throw PtxError(line, "unknown directive '" + word + "'");
  int64_t first = integer(), rest = 1;
  while (take(","))
    rest *= integer();
  if (rest != 1)
    throw PtxError(line, word + " of more than one dimension");
  if (word == ".maxntid")
    f.maxntid = first;
  if (word == ".reqntid")
    f.reqntid = first;
  return true;
}

void Parser::function(bool entry) {
  Function f;
  f.entry = entry;
  f.line = peek().line;
  if (!entry && take("("))
    f.results = parameters();
  f.name = next();
  if (take("("))
    f.parameters = parameters();
  while (performance(f))
    ;
  if (!take(";")) {
    expect("{");
    f.defined = true;
    body(f);
  }
  Function &known = ptx.functions[f.name];
  if (known.defined && f.defined)
    throw PtxError(f.line, "'" + f.name + "' is defined twice");
  if (!known.defined)
    known = std::move(f);
}

void Parser::body(Function &f) {
  for (int depth = 1; depth;)
    statement(f, depth);
}

void Parser::targets(Function &f, const std::string &label) {
  Statement s;
  s.kind = Statement::Targets;
  s.label = label;
  do
    s.targets.push_back(next());
  while (take(","));
  expect(";");
  f.body.push_back(std::move(s));
}

void Parser::statement(Function &f, int &depth) {
  static const std::set<std::string> spaces = {".reg", ".local", ".shared",
                                               ".param"};
  Statement s;
  if (take("{")) {
    ++depth;
    s.kind = Statement::Open;
    f.body.push_back(s);
  } else if (take("}")) {
    --depth;
    s.kind = Statement::Close;
    f.body.push_back(s);
  } else if (spaces.count(peek().text)) {
    s.kind = Statement::Declaration;
    for (Variable &v : variables()) {
      s.variable = std::move(v);
      f.body.push_back(s);
    }
  } else if (peek().text == ".pragma") {
    while (next() != ";")
      ;
  } else if (peek().text == ".loc") {
    skipLine();
  } else if (peek(1).text == ":" && !peek(1).string) {
    s.kind = Statement::Label;
    s.label = next();
    next();
    if (take(".branchtargets"))
      return targets(f, s.label);
    f.body.push_back(s);
  } else {
    s.code = instruction();
    f.body.push_back(s);
  }
}

Instruction Parser::instruction() {
  Instruction result;
  result.line = peek().line;
  if (take("@")) {
    result.guardNegated = take("!");
    result.guard = next();
  }
  result.name = next();
  if (!isalpha((unsigned char)result.name[0]))
    throw PtxError(result.line, "unknown statement '" + result.name + "'");
  if (take(";"))
    return result;
  do
    result.operands.push_back(operand());
  while (take(","));
  expect(";");
  return result;
}

std::vector<Operand> Parser::list(const std::string &close) {
  std::vector<Operand> result;
  if (take(close))
    return result;
  do
    result.push_back(operand());
  while (take(","));
  expect(close);
  return result;
}

Operand Parser::operand() {
  Operand first = primary();
  if (!take("|"))
    return first;
  Operand pair;
  pair.kind = Operand::Pair;
  pair.parts = {first, primary()};
  return pair;
}

Operand Parser::primary() {
  Operand result;
  if (take("{")) {
    result.kind = Operand::Vector;
    result.parts = list("}");
  } else if (take("(")) {
    result.kind = Operand::List;
    result.parts = list(")");
  } else if (take("[")) {
    result.kind = Operand::Address;
    if (isdigit((unsigned char)peek().text[0])) {
      result.number = integer();
    } else {
      result.text = next();
      if (take("+"))
        result.number = integer();
      else if (peek().text == "-")
        result.number = integer();
    }
    expect("]");
  } else if (take("!")) {
    result = primary();
    result.negated = true;
  } else if (peek().text == "-" || isdigit((unsigned char)peek().text[0])) {
    return number();
  } else {
    result.text = next();
    if (!isWord(result.text[0]))
      fail("found '" + result.text + "', expected an operand");
  }
  return result;
}
} // namespace

int standin::bitsOfType(const std::string &type) {
  static const std::map<std::string, int> bits = {
      {"pred", 1},   {"b8", 8},     {"u8", 8},   {"s8", 8},     {"b16", 16},
      {"u16", 16},   {"s16", 16},   {"f16", 16}, {"bf16", 16},  {"b32", 32},
      {"u32", 32},   {"s32", 32},   {"f32", 32}, {"f16x2", 32}, {"bf16x2", 32},
      {"u16x2", 32}, {"s16x2", 32}, {"b64", 64}, {"u64", 64},   {"s64", 64},
      {"f64", 64},   {"b128", 128}};
  auto found = bits.find(type);
  return found == bits.end() ? 0 : found->second;
}

Ptx standin::parsePtx(const std::string &text) { return Parser(text).parse(); }
