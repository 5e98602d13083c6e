// daemon/pipeline/convert.h - A raw value to the tag's type and unit. Pure.
#pragma once
#include <optional>

#include "model/decoder.h"
#include "model/tag.h"
#include "model/value.h"

namespace parkwatch::pipeline {

// raw * factor + offset, clamped; words of an enumeration to their number; 0, 1, true, false for a
// boolean; to an int64 tag rounded to the nearest whole number (half to even). Whole numbers pass
// an identity unchanged. Sets `out`, or gives the reason why there is no such value: wrong_type,
// not_a_number, not_utf8.
[[nodiscard]] std::optional<RefusalReason> convert(const Tag& tag, const Value& raw, Value& out);

// What a value that is of the wrong type should have been, for people.
[[nodiscard]] std::string what_fits(const Tag& tag);

// False for a number of an enumerated tag that is none of its states, and for one outside the
// range.
[[nodiscard]] bool is_in_range(const Tag& tag, const Value& value);

}  // namespace parkwatch::pipeline
