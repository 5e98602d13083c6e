// daemon/pipeline/tag_table.h - Every tag this store ever had: its number, definition and newest
// reading. Pure; pipeline thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/alarm_event.h"
#include "model/facts.h"
#include "model/plant.h"
#include "model/reading.h"

namespace parkwatch::pipeline {

inline constexpr SourceId source_id_none = UINT16_MAX;

// Names to numbers: open addressing, names in one string.
class NameIndex {
 public:
  [[nodiscard]] TagId find(std::string_view name) const;  // tag_id_none: unknown
  // REQUIRES: unknown so far. Gives the next number.
  TagId add(std::string_view name);
  [[nodiscard]] std::string_view name(TagId id) const {
    return std::string_view{names_}.substr(ends_[id], ends_[id + 1] - ends_[id]);
  }
  [[nodiscard]] std::size_t size() const { return ends_.size() - 1; }

 private:
  struct Place {
    std::uint32_t hash = 0;
    TagId id = tag_id_none;
  };
  void insert(Place place);

  std::string names_;
  std::vector<std::uint32_t> ends_{0};
  std::vector<Place> places_;
};

// Whether a device's clock was set back (design: Time).
struct ClockWatch {
  std::uint8_t count = 0;  // readings in a row that were older than the newest, each newer than the
                           // last (or told twice)
  Timestamp last;          // of these
  bool set_back =
      false;        // evaluated at receive time until a reading is newer than `floor` or plausible
  Timestamp floor;  // source time of the newest reading before
  bool operator==(const ClockWatch&) const = default;
};

struct TagSlot {
  Tag tag;
  std::uint32_t version = 0;
  std::uint64_t defined_by = 0;  // sequence of the input
  bool active = false;           // in the configuration, or auto-registered
  ClockWatch clock;
};

// What every reading needs, apart from the rest so that it stays in the cache.
struct TagHot {
  double range_low = 0;
  double range_high = 0;
  double factor = 1;
  double offset = 0;
  bool active = false;
  bool derived = false;
  bool linear = false;    // float64, without clamp or enumeration: raw * factor + offset
  bool set_back = false;  // = ClockWatch::set_back
  bool watched = false;   // ClockWatch::count is not 0
  bool has_newest = false;
  bool first_value = false;          // the newest is one of unknown age
  bool bad = false;                  // the newest counts among the bad ones of its source
  bool forced = false;               // a loop check is on: its readings are stored, not evaluated
  SourceId source = source_id_none;  // that brought the newest
};

// Whether values under the one definition mean the same under the other: texts for people, digits
// the way in which the tag came to be known and its commissioning do not count.
[[nodiscard]] bool means_the_same(const Tag& a, const Tag& b);

class TagTable {
 public:
  [[nodiscard]] TagId find(std::string_view name) const { return names_.find(name); }
  // The same, for names that tend to come in the same order: looks first at what came after
  // `before` the last time. tag_id_none for `before`: no such hint.
  [[nodiscard]] TagId find_after(TagId before, std::string_view name);
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] const TagSlot& slot(TagId id) const { return slots_[id]; }
  [[nodiscard]] TagSlot& slot(TagId id) { return slots_[id]; }
  [[nodiscard]] const TagHot& hot(TagId id) const { return hot_[id]; }
  [[nodiscard]] TagHot& hot(TagId id) { return hot_[id]; }
  // Meaningless unless hot(id).has_newest.
  [[nodiscard]] const Reading& newest(TagId id) const { return newest_[id]; }
  void set_newest(TagId id, const Reading& reading);
  // While the newest reading is bad: the last good one before it. Null otherwise.
  [[nodiscard]] const Frozen* frozen(TagId id) const {
    const auto found = frozen_.find(id);
    return found == frozen_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool any_frozen() const { return !frozen_.empty(); }
  void freeze(TagId id, const Frozen& frozen) { frozen_.insert_or_assign(id, frozen); }

  // A configuration takes effect: its tags are active, those that left it are not; auto-registered
  // ones stay. New and changed definitions go to `defined`. Tags beyond tags_max are left out.
  void configure(const Plant& plant, std::uint64_t sequence, std::vector<TagDefined>& defined);
  // An unknown name that a message brought. REQUIRES: find(tag.name) is unknown or not active.
  // Empty: tags_max is reached.
  std::optional<TagId> register_tag(const Tag& tag, std::uint64_t sequence,
                                    std::vector<TagDefined>& defined);
  // How many of the active ones this source brought.
  [[nodiscard]] std::size_t auto_registered(std::string_view source) const;
  // REQUIRES: in rising order from 0.
  void restore(TagSlot slot);

 private:
  std::optional<TagId> define(const Tag& tag, std::uint64_t sequence,
                              std::vector<TagDefined>& defined);
  void refresh(TagId id);

  NameIndex names_;
  std::vector<TagSlot> slots_;
  std::vector<TagHot> hot_;
  std::vector<Reading> newest_;
  std::vector<TagId> successor_;  // only a hint, so no part of the state
  std::unordered_map<TagId, Frozen> frozen_;
  std::map<std::string, std::size_t, std::less<>> auto_registered_;  // by source
};

}  // namespace parkwatch::pipeline
