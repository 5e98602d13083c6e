// daemon/config/each.h - One table for several alike tags: name = "tf-a/{tank}/level" with
// each = { tank = ["t101", "t102"] } is two tags. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/settings.h"

namespace parkwatch::config {

// The words in place of the placeholders: ("tank", "t101").
using Variant = std::vector<std::pair<std::string, std::string>>;

// The placeholders that a tag's name fills.
[[nodiscard]] const std::vector<std::string>& tag_placeholders();

// Of faults at one key: a pattern of 200 tags would say the same 200 times.
inline constexpr std::size_t same_key_max = 3;

// Every combination that `each` gives, the last placeholder changing fastest; without `each`, one
// empty variant. Never more than tags_max.
[[nodiscard]] std::vector<Variant> read_each(SettingsReader& reader);

// "{value:.1f}" is value and .1f.
struct Placeholder {
  std::string name;
  std::string format;
};

// The placeholders of a text; "{{" and "}}" are braces. Empty: a brace without its partner.
[[nodiscard]] std::optional<std::vector<Placeholder>> placeholders_of(std::string_view text);

// `text` with the placeholders of `variant` replaced; others stay.
[[nodiscard]] std::string filled(std::string_view text, const Variant& variant);

}  // namespace parkwatch::config
