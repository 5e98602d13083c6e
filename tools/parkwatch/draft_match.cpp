// tools/parkwatch/draft_match.cpp - Pairs tags with rows of a draft.
#include "tools/parkwatch/draft_match.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "config/csv.h"
#include "config/fields.h"

namespace parkwatch::cli {
namespace {

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string plain_unit(std::string_view unit) {
  static const std::map<std::string, std::string> same{
      {"℃", "degc"},      {"°c", "degc"},     {"c", "degc"},      {"m³/h", "m3/h"}, {"m³", "m3"},
      {"μg/m3", "ug/m3"}, {"µg/m3", "ug/m3"}, {"μg/m³", "ug/m3"}, {"%lel", "%lel"}};
  const std::string out = plain_name(unit);
  const auto found = same.find(out);
  return found == same.end() ? out : found->second;
}

struct Names {
  std::string site;
  std::string device;
  std::string quantity;
};

Names names_of(std::string_view tag) {
  const TagNameParts parts = parts_of_tag_name(tag);
  return {plain_name(parts.site), plain_name(parts.device), plain_name(parts.quantity)};
}

// What a row says of itself: its quantity, and every other word.
struct RowWords {
  std::string quantity;
  std::set<std::string> others;
};

RowWords words_of(const DraftRow& row) {
  std::vector<std::string> levels = levels_of(row.tag);
  RowWords words;
  if (!levels.empty()) {
    words.quantity = plain_name(levels.back());
    levels.pop_back();
  }
  for (const std::string& level : levels) words.others.insert(plain_name(level));
  for (const std::string& level : levels_of(row.topic)) words.others.insert(plain_name(level));
  for (const std::string& level : levels_of(row.field)) words.others.insert(plain_name(level));
  return words;
}

bool is_boolean(const DraftRow& row) { return row.type == "bool"; }

// 0: no pair; more is surer.
int score_of(const Tag& tag, const DraftRow& row, const RowWords& words, bool with_device) {
  const Names names = names_of(tag.name);
  int score = 0;
  if (words.quantity == names.quantity) {
    score = 60;
  } else if (did_you_mean(names.quantity, {words.quantity})) {
    score = 35;
  }
  // A state may be sent as its word or as its number.
  const bool states = !tag.enumeration.empty();
  if (score == 0 || (!states && (tag.type == ValueType::text) != (row.type == "text"))) return 0;
  if (!states && (tag.type == ValueType::boolean) != is_boolean(row)) score -= 20;
  if (with_device) {
    if (!words.others.contains(names.device)) return 0;
    score += 30;
  }
  if (words.others.contains(names.site)) score += 10;
  if (!tag.unit.empty() && !row.unit.empty()) {
    if (plain_unit(tag.unit) != plain_unit(row.unit)) return 0;
    score += 15;
  }
  if (tag.range && row.seen) {
    if (row.seen->low < tag.range->low || row.seen->high > tag.range->high) return 0;
    score += 10;
  }
  return score;
}

class Matcher {
 public:
  Matcher(const std::vector<Tag>& tags, const std::vector<DraftRow>& rows)
      : tags_(tags), rows_(rows), tag_taken_(tags.size()), row_taken_(rows.size()) {
    for (const DraftRow& row : rows) words_.push_back(words_of(row));
  }

  std::vector<DraftMatch> run() {
    take_best();
    take_lonely();
    return std::move(matches_);
  }

 private:
  void take(std::size_t tag, std::size_t row) {
    tag_taken_[tag] = row_taken_[row] = true;
    matches_.push_back({tag, row});
  }

  [[nodiscard]] bool is_free(std::size_t tag, std::size_t row) const {
    return !tag_taken_[tag] && !row_taken_[row];
  }

  void take_best() {
    struct Pair {
      int score;
      DraftMatch match;
    };
    std::map<std::string, std::vector<std::size_t>> by_word;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (const std::string& word : words_[row].others) by_word[word].push_back(row);
    }
    std::vector<Pair> pairs;
    for (std::size_t tag = 0; tag < tags_.size(); ++tag) {
      for (const std::size_t row : by_word[names_of(tags_[tag].name).device]) {
        const int score = score_of(tags_[tag], rows_[row], words_[row], true);
        if (score > 0) pairs.push_back({score, {tag, row}});
      }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& a, const Pair& b) { return a.score > b.score; });
    for (const Pair& pair : pairs) {
      if (is_free(pair.match.tag, pair.match.row)) take(pair.match.tag, pair.match.row);
    }
  }

  // The only tag and the only row of a quantity, whatever the device is called.
  void take_lonely() {
    std::map<std::string, std::vector<std::size_t>> tags;
    std::map<std::string, std::vector<std::size_t>> rows;
    for (std::size_t tag = 0; tag < tags_.size(); ++tag) {
      if (!tag_taken_[tag]) tags[names_of(tags_[tag].name).quantity].push_back(tag);
    }
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (!row_taken_[row]) rows[words_[row].quantity].push_back(row);
    }
    for (const auto& [quantity, own] : tags) {
      const auto others = rows.find(quantity);
      if (own.size() != 1 || others == rows.end() || others->second.size() != 1) continue;
      const std::size_t row = others->second.front();
      if (score_of(tags_[own.front()], rows_[row], words_[row], false) >= 60) {
        take(own.front(), row);
      }
    }
  }

  const std::vector<Tag>& tags_;
  const std::vector<DraftRow>& rows_;
  std::vector<RowWords> words_;
  std::vector<bool> tag_taken_;
  std::vector<bool> row_taken_;
  std::vector<DraftMatch> matches_;
};

}  // namespace

std::string plain_name(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '-' || c == '_' || c == '.' || c == ' ') continue;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    out += c;
  }
  return out;
}

std::vector<std::string> levels_of(std::string_view name) {
  std::vector<std::string> levels;
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    if (slash > 0) levels.emplace_back(name.substr(0, slash));
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return levels;
}

Result<std::vector<DraftRow>> parse_draft(std::string_view bytes) {
  const auto text = config::decoded_text(bytes);
  if (!text) return text.error();
  const auto table = config::parse_csv(text->utf8);
  if (!table) return table.error();
  std::map<std::string, std::size_t> columns;
  if (!table->empty()) {
    const auto& head = table->front().cells;
    for (std::size_t i = 0; i < head.size(); ++i) columns.emplace(head[i].text, i);
  }
  if (!columns.contains("tag") || !columns.contains("topic")) {
    return Error{ErrorKind::bad_input,
                 "is no draft of `parkwatch listen`: it has no columns tag and topic"};
  }
  std::vector<DraftRow> rows;
  for (std::size_t at = 1; at < table->size(); ++at) {
    const auto cell = [&](const char* key) {
      const auto found = columns.find(key);
      const auto& cells = (*table)[at].cells;
      return found == columns.end() || found->second >= cells.size() ? std::string{}
                                                                     : cells[found->second].text;
    };
    DraftRow row{cell("tag"),  cell("topic"), cell("field"), cell("time"),
                 cell("type"), cell("unit"),  std::nullopt};
    const auto low = number_in(cell("seen_low"));
    const auto high = number_in(cell("seen_high"));
    if (low && high) row.seen = Range{*low, *high};
    if (!row.tag.empty() && !row.topic.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<DraftMatch> match_draft(const std::vector<Tag>& tags,
                                    const std::vector<DraftRow>& rows) {
  return Matcher{tags, rows}.run();
}

}  // namespace parkwatch::cli
