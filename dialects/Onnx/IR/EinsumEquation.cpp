#include "dialects/Onnx/IR/EinsumEquation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace bitnet::onnx;

/// A term's letters before and behind its ellipsis.
namespace {
struct Term {
  llvm::SmallVector<int> before, behind;
  bool hasEllipsis = false;
};
} // namespace

static std::optional<Term> parseTerm(llvm::StringRef text, std::string &error) {
  Term term;
  while (!text.empty()) {
    char c = text.front();
    if (llvm::isAlpha(c)) {
      (term.hasEllipsis ? term.behind : term.before).push_back(c);
      text = text.drop_front();
    } else if (!term.hasEllipsis && text.consume_front("...")) {
      term.hasEllipsis = true;
    } else {
      error =
          "has '" + text.str() + "', expected letters and at most one '...'";
      return std::nullopt;
    }
  }
  return term;
}

/// The labels of a term whose ellipsis stands for `count` axes.
static llvm::SmallVector<int> spell(const Term &term, int64_t count) {
  llvm::SmallVector<int> labels = term.before;
  for (int64_t i = term.hasEllipsis ? count : 0; i-- > 0;)
    labels.push_back(EinsumEquation::kEllipsis + static_cast<int>(i));
  llvm::append_range(labels, term.behind);
  return labels;
}

/// The result where the equation does not say: the ellipsis, then the letters
/// that occur once.
static Term implicitResult(llvm::ArrayRef<Term> terms) {
  Term result;
  std::map<int, int> counts;
  for (const Term &term : terms) {
    result.hasEllipsis |= term.hasEllipsis;
    for (int label : llvm::concat<const int>(term.before, term.behind))
      ++counts[label];
  }
  for (auto [label, count] : counts)
    if (count == 1)
      result.behind.push_back(label);
  return result;
}

std::optional<EinsumEquation>
EinsumEquation::parse(llvm::StringRef text, llvm::ArrayRef<int64_t> ranks,
                      std::string &error) {
  std::string packed;
  llvm::copy_if(text, std::back_inserter(packed),
                [](char c) { return c != ' '; });
  auto [left, right] = llvm::StringRef(packed).split("->");
  bool isExplicit = llvm::StringRef(packed).contains("->");
  llvm::SmallVector<llvm::StringRef> texts;
  left.split(texts, ',');
  if (texts.size() != ranks.size()) {
    error = "has " + std::to_string(texts.size()) + " terms, expected " +
            std::to_string(ranks.size());
    return std::nullopt;
  }
  EinsumEquation equation;
  llvm::SmallVector<Term> terms;
  int64_t widest = 0;
  for (auto [part, rank] : llvm::zip(texts, ranks)) {
    std::optional<Term> term = parseTerm(part, error);
    if (!term)
      return std::nullopt;
    int64_t letters = term->before.size() + term->behind.size();
    if (letters > rank || (letters < rank && !term->hasEllipsis)) {
      error = "has " + std::to_string(letters) + " letters in term '" +
              part.str() + "' of an operand of rank " + std::to_string(rank);
      return std::nullopt;
    }
    widest = std::max(widest, rank - letters);
    equation.operands.push_back(spell(*term, rank - letters));
    terms.push_back(std::move(*term));
  }
  std::optional<Term> result =
      isExplicit ? parseTerm(right, error) : implicitResult(terms);
  if (!result)
    return std::nullopt;
  if (widest > 0 && !result->hasEllipsis) {
    error = "has no '...' in its result, expected one for the " +
            std::to_string(widest) + " axes that its terms' '...' stands for";
    return std::nullopt;
  }
  equation.result = spell(*result, widest);
  llvm::SmallVector<int> seen;
  for (int label : equation.result) {
    bool occurs = llvm::any_of(equation.operands, [&](const auto &labels) {
      return llvm::is_contained(labels, label);
    });
    if (!occurs || llvm::is_contained(seen, label)) {
      error = "has '" + std::string(1, static_cast<char>(label)) +
              "' in its result, expected each letter once and from a term";
      return std::nullopt;
    }
    seen.push_back(label);
  }
  return equation;
}
