// daemon/http/journal_look.h - The journal as activations, page by page. A reader's thread.
#pragma once
#include <functional>
#include <vector>

#include "alarms/activations.h"
#include "store/reader.h"

namespace parkwatch::http {

// Of one answer: bounds its memory.
inline constexpr std::size_t activations_max = 200'000;
// How far before a span its alarms are looked for; older ones are known by their later rows and,
// while they stand, by their last one.
inline constexpr Duration activations_before = std::chrono::hours{48};

// Every transition with `at` in [from, to), in the order of the journal. Errors: as the reader's
// and `take`'s.
[[nodiscard]] Result<Done> each_transition(
    store::Reader& reader, Timestamp from, Timestamp to,
    const std::function<Result<Done>(const AlarmEvent&)>& take);

struct History {
  std::vector<alarms::Activation> activations;  // by their raises
  std::vector<alarms::Unauthorised> unauthorised;
};

// What was active at some time from activations_before before `from` up to `to`, by its raise; its
// end and its acknowledgement are those that are known now. Errors: refused - activations_max.
[[nodiscard]] Result<History> history_between(store::Reader& reader, Timestamp from, Timestamp to);

}  // namespace parkwatch::http
