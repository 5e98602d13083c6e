// daemon/model/decoder.cpp - Words of refusals.
#include "model/decoder.h"

#include "model/words.h"

namespace parkwatch {

std::string_view to_text(RefusalReason r) {
  static constexpr Words<RefusalReason, refusal_reasons> words{
      {"malformed", "not_utf8", "not_a_number", "unknown_tag", "unmapped_topic", "oversized",
       "wrong_type", "time_out_of_range", "too_many", "poison"}};
  return words.text(r);
}

}  // namespace parkwatch
