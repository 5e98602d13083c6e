// daemon/http/readings_page.cpp - What the formats share: definitions in force, message ends,
// flags.
#include "http/readings_page.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace parkwatch::http {

Definitions::Definitions(const store::ReadingsPage& page, std::uint64_t after, bool all)
    : all_(all) {
  for (const store::TagRow& row : page.tags) {
    if (row.sequence > after) {
      in_page_.push_back(&row);
      continue;
    }
    Held& held = held_[row.id];
    if (held.row == nullptr || held.row->version < row.version) held.row = &row;
  }
  std::ranges::sort(in_page_, {}, [](const store::TagRow* row) {
    return std::make_tuple(row->sequence, row->id, row->version);
  });
}

std::vector<const store::TagRow*> Definitions::reached(std::uint64_t sequence) {
  std::vector<const store::TagRow*> rows;
  for (; next_ < in_page_.size() && in_page_[next_]->sequence <= sequence; ++next_) {
    rows.push_back(in_page_[next_]);
    held_[in_page_[next_]->id] = Held{in_page_[next_], true};
  }
  return rows;
}

Definitions::Use Definitions::use(TagId tag) {
  const auto found = held_.find(tag);
  if (found == held_.end()) return {};
  const bool announce = all_ && !found->second.announced;
  found->second.announced = true;
  return {found->second.row, announce};
}

std::size_t message_end(const std::vector<Reading>& readings, std::size_t at) {
  const std::uint64_t sequence = readings[at].sequence;
  while (at < readings.size() && readings[at].sequence == sequence) ++at;
  return at;
}

void append_flags(std::string& out, std::uint8_t flags, std::string_view separator,
                  std::string_view quote) {
  struct Word {
    std::uint8_t bit;
    std::string_view text;
  };
  constexpr std::array words{
      Word{reading_late, "late"},
      Word{reading_historical, "historical"},
      Word{reading_retained, "retained"},
      Word{reading_derived, "derived"},
      Word{reading_at_receive_time, "at_receive_time"},
  };
  bool first = true;
  for (const Word& word : words) {
    if ((flags & word.bit) == 0) continue;
    if (!first) out += separator;
    first = false;
    out.append(quote).append(word.text).append(quote);
  }
}

}  // namespace parkwatch::http
