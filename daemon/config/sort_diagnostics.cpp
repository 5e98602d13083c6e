// daemon/config/sort_diagnostics.cpp - Puts what was found into the order in which people mend it.
#include "config/sort_diagnostics.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "config/config.h"

namespace parkwatch::config {
namespace {

// Systems of one package, and the copies of for_each, say the same of the same place.
void drop_repeated(Diagnostics& out) {
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string, std::string>> told;
  std::erase_if(out, [&](const Diagnostic& d) {
    if (d.where.instance.empty()) return false;
    return !told.emplace(d.where.file, d.where.line, d.where.column, d.key, d.message).second;
  });
}

}  // namespace

void sort_diagnostics(const std::vector<std::string>& files, Diagnostics& out) {
  std::map<std::string, std::size_t> order;
  for (const std::string& file : files) order.emplace(file, order.size());
  const auto place = [&](const Diagnostic& d) {
    const auto found = order.find(d.where.file);
    return std::tuple{found == order.end() ? order.size() : found->second, d.where.line,
                      d.where.column};
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  drop_repeated(out);
  if (out.size() <= diagnostics_max) return;
  const std::size_t more = out.size() - diagnostics_max;
  out.resize(diagnostics_max);
  out.push_back({Diagnostic::Severity::error,
                 {files.empty() ? std::string{} : files.front(), 0, 0, ""},
                 "",
                 "and " + std::to_string(more) + " more errors and warnings"});
}

}  // namespace parkwatch::config
