// daemon/http/journal_look.cpp - Reads the journal in pages.
#include "http/journal_look.h"

#include <algorithm>

namespace parkwatch::http {
namespace {

constexpr std::size_t rows_a_page = 1000;

}  // namespace

Result<Done> each_transition(store::Reader& reader, Timestamp from, Timestamp to,
                             const std::function<Result<Done>(const AlarmEvent&)>& take) {
  const auto before = reader.journal_before(from);
  if (!before) return before.error();
  for (std::uint64_t after = *before;;) {
    store::JournalNumbers damaged;  // told as an alarm (store-fault)
    const auto page = reader.events(after, rows_a_page, &damaged);
    if (!page) return page.error();
    if (!damaged.empty()) after = damaged.back();
    for (const AlarmEvent& event : *page) {
      after = std::max(after, event.journal);
      if (event.at < from || event.at >= to) continue;
      if (auto taken = take(event); !taken) return taken;
    }
    if (page->size() + damaged.size() < rows_a_page) return Done{};
  }
}

Result<History> history_between(store::Reader& reader, Timestamp from, Timestamp to) {
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  alarms::ActivationLog log;
  const Timestamp first = from - std::min(activations_before, from.time_since_epoch());
  for (const AlarmEvent& event : *standing) {
    if (event.at >= first || event.level == Level::none) continue;
    AlarmEvent raise = event;  // its raise may be far back: what stands says when it was
    raise.kind = TransitionKind::raised;
    raise.at = event.raised_at;
    raise.journal = event.occurrence;
    raise.reading_sequence = 0;  // which reading caused it is not known any more
    log.take(raise);
  }
  const auto take = [&](const AlarmEvent& event) -> Result<Done> {
    if (event.kind == TransitionKind::raised && event.at >= to) return Done{};
    log.take(event);
    if (log.size() > activations_max) {
      return Error{ErrorKind::refused, "more than " + std::to_string(activations_max) +
                                           " alarms in that time: ask for a shorter one"};
    }
    return Done{};
  };
  if (auto done = each_transition(reader, first, timestamp_max, take); !done) return done.error();
  History history{log.done(), log.unauthorised()};
  std::erase_if(history.activations, [&](const alarms::Activation& a) { return a.raised >= to; });
  return history;
}

}  // namespace parkwatch::http
