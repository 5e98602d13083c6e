// daemon/pipeline/tag_table.cpp - Numbers once given stay.
#include "pipeline/tag_table.h"

#include <limits>
#include <utility>

#include "pipeline/duplicates.h"

namespace parkwatch::pipeline {
namespace {

constexpr Range any_value{-std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::infinity()};

std::uint32_t hash_of_name(std::string_view name) {
  const std::uint64_t hash = hash_of({}, name);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

bool means_the_same(const Tag& a, const Tag& b) {
  Tag c = b;
  c.description = a.description;
  c.decimals = a.decimals;
  c.auto_registered = a.auto_registered;
  c.registered_by = a.registered_by;
  c.commissioned = a.commissioned;
  return a == c;
}

namespace {

bool is_linear(const Tag& tag) {
  return tag.type == ValueType::float64 && !tag.scaling.clamp && tag.enumeration.empty();
}

// Nearly every value is a double, which a variant's own assignment does not make use of.
void assign(const Reading& from, Reading& to) {
  const auto* number = std::get_if<double>(&from.value);
  auto* place = std::get_if<double>(&to.value);
  if (number == nullptr || place == nullptr) {
    to = from;
    return;
  }
  *place = *number;
  to.tag = from.tag;
  to.index = from.index;
  to.sequence = from.sequence;
  to.source_time = from.source_time;
  to.receive_time = from.receive_time;
  to.quality = from.quality;
  to.reason = from.reason;
  to.flags = from.flags;
}

}  // namespace

TagId NameIndex::find(std::string_view name) const {
  if (places_.empty()) return tag_id_none;
  const std::uint32_t hash = hash_of_name(name);
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = hash & mask; places_[at].id != tag_id_none; at = (at + 1) & mask) {
    if (places_[at].hash == hash && this->name(places_[at].id) == name) return places_[at].id;
  }
  return tag_id_none;
}

TagId NameIndex::add(std::string_view name) {
  const auto id = static_cast<TagId>(size());
  names_.append(name);
  ends_.push_back(static_cast<std::uint32_t>(names_.size()));
  if (ends_.size() * 2 <= places_.size()) {
    insert({hash_of_name(name), id});
    return id;
  }
  places_.assign(places_.empty() ? 64 : places_.size() * 2, Place{});
  for (TagId known = 0; known <= id; ++known) insert({hash_of_name(this->name(known)), known});
  return id;
}

void NameIndex::insert(Place place) {
  const std::size_t mask = places_.size() - 1;
  std::size_t at = place.hash & mask;
  while (places_[at].id != tag_id_none) at = (at + 1) & mask;
  places_[at] = place;
}

TagId TagTable::find_after(TagId before, std::string_view name) {
  if (before >= successor_.size()) return names_.find(name);
  const TagId guess = successor_[before];
  if (guess != tag_id_none && names_.name(guess) == name) return guess;
  const TagId found = names_.find(name);
  successor_[before] = found;
  return found;
}

void TagTable::set_newest(TagId id, const Reading& reading) {
  const bool was_bad = hot_[id].has_newest && newest_[id].quality == Quality::bad;
  if (reading.quality == Quality::bad && !was_bad) {
    Frozen frozen;
    if (hot_[id].has_newest) {
      frozen.value = as_number(newest_[id].value);
      frozen.value_at = newest_[id].source_time;
    }
    frozen.since = reading.evaluated_at();
    freeze(id, frozen);
  } else if (was_bad && reading.quality != Quality::bad) {
    frozen_.erase(id);
  }
  assign(reading, newest_[id]);
  hot_[id].has_newest = true;
  hot_[id].first_value =
      (reading.flags & (reading_retained | reading_has_source_time)) == reading_retained;
}

std::size_t TagTable::auto_registered(std::string_view source) const {
  const auto found = auto_registered_.find(source);
  return found == auto_registered_.end() ? 0 : found->second;
}

void TagTable::configure(const Plant& plant, std::uint64_t sequence,
                         std::vector<TagDefined>& defined) {
  for (TagSlot& slot : slots_) slot.active = slot.active && slot.tag.auto_registered;
  for (const Tag& tag : plant.tags) {
    if (const auto id = define(tag, sequence, defined)) slots_[*id].active = true;
  }
  auto_registered_.clear();
  for (TagId id = 0; id < slots_.size(); ++id) refresh(id);
}

std::optional<TagId> TagTable::register_tag(const Tag& tag, std::uint64_t sequence,
                                            std::vector<TagDefined>& defined) {
  const auto id = define(tag, sequence, defined);
  if (!id) return std::nullopt;
  slots_[*id].active = true;
  refresh(*id);
  return id;
}

std::optional<TagId> TagTable::define(const Tag& tag, std::uint64_t sequence,
                                      std::vector<TagDefined>& defined) {
  TagId id = names_.find(tag.name);
  if (id == tag_id_none) {
    if (slots_.size() >= tags_max) return std::nullopt;
    id = names_.add(tag.name);
    slots_.emplace_back();
    hot_.emplace_back();
    newest_.emplace_back();
    successor_.push_back(tag_id_none);
  } else if (slots_[id].tag == tag) {
    return id;
  }
  TagSlot& slot = slots_[id];
  if (slot.version > 0 && !means_the_same(slot.tag, tag)) {
    hot_[id].has_newest = false;
    newest_[id] = Reading{};
    frozen_.erase(id);
  }
  slot.tag = tag;
  ++slot.version;
  slot.defined_by = sequence;
  defined.push_back({id, slot.version, sequence, tag});
  return id;
}

void TagTable::restore(TagSlot slot) {
  (void)names_.add(slot.tag.name);
  slots_.push_back(std::move(slot));
  hot_.emplace_back();
  newest_.emplace_back();
  successor_.push_back(tag_id_none);
  refresh(static_cast<TagId>(slots_.size() - 1));
}

void TagTable::refresh(TagId id) {
  const TagSlot& slot = slots_[id];
  TagHot& hot = hot_[id];
  const Range range = slot.tag.range.value_or(any_value);
  hot.range_low = range.low;
  hot.range_high = range.high;
  hot.active = slot.active;
  hot.derived = !slot.tag.expression.empty();
  hot.linear = is_linear(slot.tag);
  hot.factor = slot.tag.scaling.factor;
  hot.offset = slot.tag.scaling.offset;
  hot.set_back = slot.clock.set_back;
  hot.watched = slot.clock.count != 0;
  if (slot.active && slot.tag.auto_registered) ++auto_registered_[slot.tag.registered_by];
}

}  // namespace parkwatch::pipeline
