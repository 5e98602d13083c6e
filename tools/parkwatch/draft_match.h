// tools/parkwatch/draft_match.h - Which of the topics that `listen` drafted is which point of a
// package: by quantity, device, site, unit, type and range. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/tag.h"

namespace parkwatch::cli {

// A row of the draft.
struct DraftRow {
  std::string tag;
  std::string topic;
  std::string field;  // JSON pointer; empty: the payload is the value
  std::string time;   // likewise; empty: none
  std::string type;
  std::string unit;
  std::optional<Range> seen;
};

// "T-101" and "t101" are one name.
[[nodiscard]] std::string plain_name(std::string_view text);
// What stands between the '/' of a topic, a tag or a pointer; empty levels are none.
[[nodiscard]] std::vector<std::string> levels_of(std::string_view name);

// Errors: bad_input - no table, or without the columns tag and topic.
[[nodiscard]] Result<std::vector<DraftRow>> parse_draft(std::string_view bytes);

struct DraftMatch {
  std::size_t tag = 0;  // positions
  std::size_t row = 0;
};

// Each tag and each row at most once, the surest pairs first. A pair needs the same quantity and
// device; without the device it must be the only one of its quantity on both sides. Units that
// differ, and values outside the tag's range, are no pair.
[[nodiscard]] std::vector<DraftMatch> match_draft(const std::vector<Tag>& tags,
                                                  const std::vector<DraftRow>& rows);

}  // namespace parkwatch::cli
