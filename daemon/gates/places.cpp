// daemon/gates/places.cpp - How many are where, and whether counters say the same.
#include <cstdlib>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {

std::uint32_t Ledger::inside(std::string_view zone, Subject subject) const {
  if (zone.empty()) return inside(subject);
  const auto found = zones_.find(zone);
  return found == zones_.end() ? 0 : found->second[index_of(subject)];
}

void Ledger::count(const Stay& stay, int by) {
  inside_[index_of(stay.subject)] += static_cast<std::uint32_t>(by);
  if (plan_.zone(stay.zone) == nullptr) return;
  zones_[stay.zone][index_of(stay.subject)] += static_cast<std::uint32_t>(by);
}

void Ledger::check_counts(const Stay& stay, const Moment& m, Output& out) {
  const std::string word{to_text(stay.subject)};
  check_most("inside/" + word, inside(stay.subject), plan_.most[index_of(stay.subject)], m, out);
  check_counter({}, stay.subject, m, out);
  const GateZone* zone = plan_.zone(stay.zone);
  if (zone == nullptr) return;
  check_most("zone/" + zone->name + "/" + word, inside(zone->name, stay.subject),
             zone->most[index_of(stay.subject)], m, out);
  check_counter(zone->name, stay.subject, m, out);
}

void Ledger::check_most(const std::string& place, std::uint32_t inside,
                        const std::optional<std::uint32_t>& most, const Moment& m, Output& out) {
  if (!most || inside <= *most) return absolve(GateRule::too_many, place, {}, m, out);
  if (stands(GateRule::too_many, place, {})) return;
  Finding cause = finding_of(GateRule::too_many, place, m);
  cause.value = inside;
  cause.limit = *most;
  offend(GateRule::too_many, place, {}, {m.sequence, m.index, never}, cause, out);
}

std::uint32_t Ledger::distance(const CounterKey& key, const Counter& counter) const {
  const auto ours = static_cast<std::int64_t>(inside(key.first, key.second));
  return static_cast<std::uint32_t>(std::abs(ours - counter.count));
}

void Ledger::on_count(const Passage& p, const Moment& m, Output& out) {
  // Only what is configured is compared, so that no device can fill the memory.
  if (!p.zone.empty() && plan_.zone(p.zone) == nullptr) return;
  constexpr std::int64_t most = 1'000'000'000;
  state_.counters[{p.zone, p.subject}].count = std::min(p.count, most);
  check_counter(p.zone, p.subject, m, out);
}

void Ledger::check_counter(const std::string& zone, Subject subject, const Moment& m, Output& out) {
  const CounterKey key{zone, subject};
  const auto found = state_.counters.find(key);
  if (found == state_.counters.end()) return;
  Counter& counter = found->second;
  if (distance(key, counter) <= plan_.count_differs) {
    counter.differs = never;
    absolve(GateRule::count, place_of(key), {}, m, out);
  } else if (counter.differs == never) {
    counter.differs = m.at;
  }
  rearm_counter(key, counter);
}

void Ledger::rearm_counter(const CounterKey& key, const Counter& counter) {
  const bool looked_for = plan_.rule(GateRule::count).on && counter.differs != never &&
                          !stands(GateRule::count, place_of(key), {});
  arm({Wake::Kind::count, {}, key.first, std::string{to_text(key.second)}},
      looked_for ? counter.differs + plan_.count_for : never);
}

void Ledger::fire_count(const CounterKey& key, const Moment& m, Output& out) {
  const auto found = state_.counters.find(key);
  if (found == state_.counters.end()) return;
  Finding cause = finding_of(GateRule::count, place_of(key), m);
  cause.value = distance(key, found->second);
  cause.limit = plan_.count_differs;
  offend(GateRule::count, place_of(key), {}, {m.sequence, 0, never}, cause, out);
}

}  // namespace parkwatch::gates
