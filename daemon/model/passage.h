// daemon/model/passage.h - What the gates report: somebody or something came in, left, was seen; a
// barrier moved, a counter counted. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace parkwatch {

// Who or what passes. `hazmat`: a vehicle with hazardous goods.
enum class Subject : std::uint8_t { person, vehicle, hazmat };
inline constexpr std::size_t subjects = 3;
// Its place in an array of all of them.
[[nodiscard]] constexpr std::size_t index_of(Subject s) { return static_cast<std::size_t>(s); }

enum class PassageKind : std::uint8_t {
  enter,
  leave,
  seen,            // inside, at a checkpoint: moves where it was last seen
  card_out,        // a locating card was given to `id`
  card_in,         // and is back
  cycle,           // a barrier let one vehicle through: it opened and closed
  barrier_open,    // from then on it is open; also a cycle
  barrier_closed,  // and shut again
  count,           // a counter of the zone says that `count` of the class are in it
  report,          // `id` reported at a muster point (`gate` names it)
};
inline constexpr std::size_t passage_kinds = 10;

[[nodiscard]] std::string_view to_text(Subject s);
[[nodiscard]] std::string_view to_text(PassageKind k);
[[nodiscard]] std::optional<Subject> parse_subject(std::string_view text);
[[nodiscard]] std::optional<PassageKind> parse_passage_kind(std::string_view text);

// Longer names, plates and numbers are refused.
inline constexpr std::size_t passage_text_bytes_max = 128;

struct Passage {
  PassageKind kind = PassageKind::enter;
  Subject subject = Subject::person;
  std::string id;    // whose: a badge's number, a plate, or the keyed hash of either
  std::string name;  // for people; empty when personal data is not kept
  std::string gate;  // a gate or a checkpoint
  std::string lane;
  std::string zone;
  std::string card;               // locating card that goes with it
  std::string permit;             // the number that it showed
  std::int64_t count = 0;         // kind count
  std::optional<Timestamp> time;  // source time, if the device gave one
  bool operator==(const Passage&) const = default;
};

// Whether a passage of this kind is of somebody: it needs an id.
[[nodiscard]] constexpr bool has_subject(PassageKind k) {
  return k == PassageKind::enter || k == PassageKind::leave || k == PassageKind::seen ||
         k == PassageKind::card_out || k == PassageKind::report;
}
// Why the passage cannot be taken: a missing or a bad text; null: it can.
[[nodiscard]] const char* fault_of(const Passage& passage);
// "~" and 32 hex digits: the keyed hash of an id, as GatePlan::pseudonymise makes it.
[[nodiscard]] bool is_pseudonym(std::string_view id);
// 1..passage_text_bytes_max bytes of UTF-8 without control characters.
[[nodiscard]] bool is_passage_text(std::string_view text);

}  // namespace parkwatch
