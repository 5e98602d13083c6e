// daemon/report/words.h - The API's words for priorities and states, and numbers, as people read
// them. Pure.
#pragma once
#include <string>

#include "report/members.h"

namespace parkwatch::report {

// In Chinese as in GB/T 41261-2022, else the API's own word; so too a word that is not known.
[[nodiscard]] std::string priority_word(const std::string& word, const ViewStyle& style);
[[nodiscard]] std::string state_word(const std::string& word, const ViewStyle& style);
// "2.50", with so many decimal places.
[[nodiscard]] std::string fixed_text(double number, int places);
// "1.3 %" of 0.013.
[[nodiscard]] std::string percent_text(double share);

}  // namespace parkwatch::report
