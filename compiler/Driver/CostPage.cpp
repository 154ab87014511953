// --report=FILE.html: the costs of linear layers as a page.

#include "compiler/Driver/Costs.h"
#include "dialects/Ternary/Transforms/CostModel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace bitnet;
using llvm::formatv;

namespace {

class CostPage {
public:
  CostPage(llvm::raw_ostream &out, const TargetFacts *facts,
           llvm::ArrayRef<LinearCost> costs)
      : out(out), facts(facts), costs(costs) {}

  void write(llvm::StringRef model, llvm::StringRef target);

private:
  /// The sum of `value` over all layers.
  template <typename Fn>
  double total(Fn value) const {
    double sum = 0;
    for (const LinearCost &cost : costs)
      sum += double(cost.count) * value(cost);
    return sum;
  }
  /// 8-bit multiply-adds a second of all cores' vectors.
  double peak() const {
    return double(facts->vectorBits / 8) * double(facts->clockMHz) * 1e6 *
           double(facts->threads);
  }
  double bandwidth() const { return double(facts->readMBs) * 1e6; }

  void totals();
  void energy();
  void roofline();
  void layers();

  // Of the roofline: logarithmic axes.
  static constexpr double width = 640, height = 320, margin = 48;
  static constexpr double leastX = 1, mostX = 2000, leastY = 1e9, mostY = 1e12;
  static double placeX(double intensity);
  static double placeY(double rate);
  void roofs();
  void points();

  llvm::raw_ostream &out;
  const TargetFacts *facts; ///< null: no cost model
  llvm::ArrayRef<LinearCost> costs;
};

std::string escaped(llvm::StringRef text) {
  std::string result;
  llvm::raw_string_ostream stream(result);
  llvm::printHTMLEscaped(text, stream);
  return result;
}

double part(double value, double low, double high) {
  double place = std::log(value / low) / std::log(high / low);
  return std::clamp(place, 0.0, 1.0);
}

} // namespace

double CostPage::placeX(double intensity) {
  return margin + (width - 2 * margin) * part(intensity, leastX, mostX);
}

double CostPage::placeY(double rate) {
  return height - margin - (height - 2 * margin) * part(rate, leastY, mostY);
}

void CostPage::totals() {
  double macs = total([](const LinearCost &c) { return c.macs(); });
  double ternary =
      total([](const LinearCost &c) { return c.isTernary() ? c.macs() : 0; });
  double bytes = total([](const LinearCost &c) { return c.weightBytes; });
  out << formatv("<p>A token takes {0:F1} million multiply-adds in linear "
                 "layers, {1:F1} % of them on ternary weights, and reads "
                 "{2:F1} MB of weights",
                 macs / 1e6, macs ? 100 * ternary / macs : 0, bytes / 1e6);
  if (facts)
    out << formatv(": at least {0:F2} ms at {1:F1} GB/s",
                   1e3 * bytes / bandwidth(), bandwidth() / 1e9);
  out << ".</p>\n";
}

void CostPage::energy() {
  out << "<h2>Energy of arithmetic for a token</h2>\n<table>\n"
         "<tr><th>process</th><th>matrices, &micro;J</th><th>quantising and "
         "scaling, &micro;J</th><th>the same in f16, &micro;J</th><th>ratio of "
         "ternary matrices</th><th>ratio of all</th></tr>\n";
  for (const EnergyTable &table : getEnergyTables()) {
    double matrices =
        total([&](const LinearCost &c) { return c.matrixEnergy(table); });
    double scales =
        total([&](const LinearCost &c) { return c.scaleEnergy(table); });
    double dense =
        total([&](const LinearCost &c) { return c.denseEnergy(table); });
    auto ofTernary = [&](auto energy) {
      return total(
          [&](const LinearCost &c) { return c.isTernary() ? energy(c) : 0; });
    };
    double before =
        ofTernary([&](const LinearCost &c) { return c.denseEnergy(table); });
    double after =
        ofTernary([&](const LinearCost &c) { return c.matrixEnergy(table); });
    out << formatv("<tr><td>{0} nm</td><td>{1:F3}</td><td>{2:F3}</td><td>{3:F3}"
                   "</td><td>{4:F1}</td><td>{5:F1}</td></tr>\n",
                   table.nanometres, matrices / 1e6, scales / 1e6, dense / 1e6,
                   after ? before / after : 1,
                   matrices + scales ? dense / (matrices + scales) : 1);
  }
  const EnergyTable &old = getEnergyTables().front();
  const EnergyTable &now = getEnergyTables().back();
  out << formatv("</table>\n<p>pJ an operation, {0} / {1} nm: ", old.nanometres,
                 now.nanometres);
  for (auto [name, number] :
       {std::pair("INT8 addition ", &EnergyTable::int8Add),
        std::pair(", INT8 product ", &EnergyTable::int8Mul),
        std::pair(", FP16 addition ", &EnergyTable::fp16Add),
        std::pair(", FP16 product ", &EnergyTable::fp16Mul),
        std::pair(", FP32 addition ", &EnergyTable::fp32Add),
        std::pair(", FP32 product ", &EnergyTable::fp32Mul)})
    out << name << llvm::format("%g / %g", old.*number, now.*number);
  out << " (the table of arXiv 2310.11453; INT8 products: Jouppi et al., ISCA "
         "2021). Dense layers count as FP16. What memory takes is not in "
         "it.</p>\n";
}

void CostPage::roofs() {
  double ridge = peak() / bandwidth();
  out << formatv("<polyline points='{0:F1},{1:F1} {2:F1},{3:F1} {4:F1},{5:F1}' "
                 "class='roof'/>\n",
                 placeX(leastX), placeY(bandwidth() * leastX), placeX(ridge),
                 placeY(peak()), placeX(mostX), placeY(peak()));
  for (double x : {1.0, 10.0, 100.0, 1000.0})
    out << formatv("<text x='{0:F1}' y='{1:F1}'>{2:F0}</text>\n", placeX(x),
                   height - margin + 16, x);
  for (double y : {1e9, 1e10, 1e11, 1e12})
    out << formatv("<text x='4' y='{0:F1}'>{1:F0}</text>\n", placeY(y) + 4,
                   y / 1e9);
  out << formatv("<text x='{0:F1}' y='{1:F1}'>multiply-adds a byte</text>\n",
                 width / 2 - 60, height - 8)
      << "<text x='4' y='20'>G multiply-adds a second</text>\n";
}

void CostPage::points() {
  auto classes = ternary::getTokenClasses();
  for (const LinearCost &cost : costs)
    for (auto [i, seconds] : llvm::enumerate(cost.seconds)) {
      int64_t tokens = classes[i].tokens;
      double rate = cost.macs() * double(tokens) / seconds;
      out << formatv("<circle cx='{0:F1}' cy='{1:F1}' r='4' class='t{2}'>"
                     "<title>{3}: {4} token{5}, {6:F1} G/s</title></circle>\n",
                     placeX(cost.intensity(tokens)), placeY(rate), i,
                     escaped(cost.name), tokens, tokens == 1 ? "" : "s",
                     rate / 1e9);
    }
}

void CostPage::roofline() {
  std::string tokens;
  llvm::raw_string_ostream names(tokens);
  llvm::interleaveComma(ternary::getTokenClasses(), names,
                        [&](const auto &entry) { names << entry.tokens; });
  out << formatv(
             "<h2>Roofline</h2>\n<p>Predicted rates of the ternary layers "
             "with {0} tokens (red, blue, green) on {1} threads; "
             "the roof is {2:F1} GB/s read and {3:F1} G 8-bit multiply-adds "
             "a second.</p>\n",
             tokens, facts->threads, bandwidth() / 1e9, peak() / 1e9)
      << formatv("<svg viewBox='0 0 {0:F0} {1:F0}' width='{0:F0}' "
                 "height='{1:F0}'>\n",
                 width, height);
  roofs();
  points();
  out << "</svg>\n";
}

void CostPage::layers() {
  out << "<h2>Layers</h2>\n<table>\n<tr><th>layer</th><th>times</th><th>N</th>"
         "<th>K</th><th>kernel</th><th>bits a weight</th><th>multiply-adds a "
         "byte</th>";
  for (const ternary::TokenClass &tokens : ternary::getTokenClasses())
    out << formatv("<th>&micro;s, {0} token{1}</th>", tokens.tokens,
                   tokens.tokens == 1 ? "" : "s");
  out << "<th>nJ at 7 nm</th></tr>\n";
  const EnergyTable &table = getEnergyTables().back();
  for (const LinearCost &cost : costs) {
    out << formatv("<tr><td>{0}</td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}"
                   "</td><td>{5:F2}</td><td>{6:F2}</td>",
                   escaped(cost.name), cost.count, cost.n, cost.k,
                   escaped(cost.kernel), 8 * cost.weightBytes / cost.macs(),
                   cost.intensity(1));
    for (size_t i = 0; i < ternary::getTokenClasses().size(); ++i) {
      out << "<td>";
      if (i < cost.seconds.size())
        out << formatv("{0:F1}", cost.seconds[i] * 1e6);
      out << "</td>";
    }
    out << formatv("<td>{0:F1}</td></tr>\n",
                   (cost.matrixEnergy(table) + cost.scaleEnergy(table)) / 1e3);
  }
  out << "</table>\n";
}

void CostPage::write(llvm::StringRef model, llvm::StringRef target) {
  out << "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>"
      << escaped(model)
      << "</title>\n<style>body{font-family:sans-serif;margin:2em;max-width:"
         "70em}table{border-collapse:collapse}td,th{border:1px solid #ccc;"
         "padding:2px 8px;text-align:right;font-size:14px}td:first-child,"
         "th:first-child{text-align:left}text{font-size:12px}.roof{fill:none;"
         "stroke:#333;stroke-width:2}.t0{fill:#c33}.t1{fill:#36c}.t2{fill:#393}"
         "</style></head><body>\n<h1>"
      << escaped(model) << "</h1>\n<p>Linear layers as compiled for "
      << escaped(target) << ".</p>\n";
  totals();
  energy();
  if (facts)
    roofline();
  layers();
  out << "</body></html>\n";
}

std::string bitnet::makeCostPage(llvm::StringRef model, llvm::StringRef target,
                                 const TargetFacts *facts,
                                 llvm::ArrayRef<LinearCost> costs) {
  std::string page;
  llvm::raw_string_ostream out(page);
  CostPage(out, facts, costs).write(model, target);
  return page;
}
