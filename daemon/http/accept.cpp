// daemon/http/accept.cpp - Lists of ranges with weights.
#include "http/accept.h"

#include <algorithm>
#include <functional>
#include <string>

namespace parkwatch::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::string lowered(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "0.5" in thousandths; empty for what is no qvalue (RFC 9110, 12.4.2).
std::optional<int> thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight > 1000 ? std::nullopt : std::optional{weight};
}

// ";header=present;q=0.5" in thousandths; 1000 without a weight or with one that is none.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view part = trimmed(parameters.substr(0, parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.size(), parameters.find(';')));
    if (!parameters.empty()) parameters.remove_prefix(1);
    if (part.starts_with("q=")) return thousandths(part.substr(2)).value_or(1000);
  }
  return 1000;
}

// Calls `take` with each range (in lower case) and its weight.
void each_range(std::string_view list, const std::function<void(const std::string&, int)>& take) {
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(part.size() < list.size() ? part.size() + 1 : list.size());
    const std::string lower = lowered(part);
    const std::size_t semicolon = lower.find(';');
    const std::string range{trimmed(std::string_view{lower}.substr(0, semicolon))};
    if (range.empty()) continue;
    take(range, semicolon == std::string::npos ? 1000 : weight_of(lower.substr(semicolon)));
  }
}

// How exactly a range names a type: 3 as it is, 2 by its kind, 1 as anything, 0 not at all.
int exactness(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  const std::string_view kind = type.substr(0, type.find('/'));
  if (range.size() == kind.size() + 2 && range.starts_with(kind) && range.ends_with("/*")) return 2;
  return range == "*/*" ? 1 : 0;
}

}  // namespace

std::string_view media_type(Format format) {
  switch (format) {
    case Format::csv:
      return "text/csv; charset=utf-8; header=present";
    case Format::protobuf:
      return "application/x-protobuf";
    case Format::ndjson:
      break;
  }
  return "application/x-ndjson";
}

std::optional<Format> choose_format(std::string_view accept,
                                    std::initializer_list<Format> offered) {
  if (trimmed(accept).empty()) return *offered.begin();
  std::optional<Format> best;
  int best_weight = 0;
  for (const Format format : offered) {
    const std::string_view full = media_type(format);
    const std::string_view type = full.substr(0, full.find(';'));
    int exact = 0;
    int weight = 0;
    each_range(accept, [&](const std::string& range, int its_weight) {
      const int its_exactness = exactness(range, type);
      if (its_exactness <= exact) return;
      exact = its_exactness;
      weight = its_weight;
    });
    if (weight > best_weight) {
      best = format;
      best_weight = weight;
    }
  }
  return best;
}

bool accepts_zstd(std::string_view accept_encoding) {
  bool accepted = false;
  each_range(accept_encoding, [&accepted](const std::string& coding, int weight) {
    if (coding == "zstd") accepted = weight > 0;
  });
  return accepted;
}

}  // namespace parkwatch::http
