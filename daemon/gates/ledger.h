// daemon/gates/ledger.h - (passage | command | deadline, time) -> facts: who and what is inside,
// and what is wrong about it. Pure; lives on one thread; time is an argument.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gates/state.h"
#include "gates/wakes.h"
#include "model/gate_command.h"
#include "model/gates.h"
#include "model/result.h"

namespace parkwatch::gates {

// Who is told again at the same place within it has passed once.
inline constexpr Duration reread_within = std::chrono::seconds{10};
// A passage that comes late does not bring back who has left since; so long that is remembered.
inline constexpr Duration departed_for = std::chrono::hours{24};
// Nearer than this two clocks say the same: what is told first was first.
inline constexpr Duration clocks_agree = std::chrono::seconds{10};
// By more than clocks differ.
[[nodiscard]] constexpr bool is_older(Timestamp at, Timestamp than) {
  return at + clocks_agree < than;
}
// A lag that all passages of a reader have for so long is its clock's.
inline constexpr Duration lag_believed_after = std::chrono::minutes{1};
// Cycles, and vehicles without one, that are remembered of a lane.
inline constexpr std::size_t lane_memory_max = 64;

// Which input, and when the gateway had it.
struct Moment {
  Timestamp at;
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
};

// What tells one device's clock from another's; its gate first.
[[nodiscard]] std::string reader_of(const Passage& p);
[[nodiscard]] Told told_of(const Passage& p, const Moment& m);
[[nodiscard]] Departed departed_of(const Stay& stay, Timestamp at);

// The condition of a rule at a place as it is from now on. Texts name no person and no vehicle:
// `sequence` and `index` are those of the passage.
struct Finding {
  GateRule rule = GateRule::no_permit;
  std::string
      place;  // "gate/<gate>", "gate/<gate>/<lane>", "zone/<zone>/<class>", "inside/<class>"
  bool on = false;
  Timestamp at;
  double value = 0;  // how many are concerned, or how far it is off; s for times
  std::optional<double> limit;
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
  Text message;  // when on
  Text guidance;
};

// A row for the journal that is no alarm: a correction, a muster.
struct Note {
  enum class Kind : std::uint8_t { corrected, muster_started, muster_ended };
  Kind kind = Kind::corrected;
  Timestamp at;
  std::string author;
  std::string comment;  // the reason
  Text message;
};

struct Output {
  std::vector<Finding> findings;  // in order; one place may end and begin again
  std::vector<GateChange> changes;
  std::vector<Note> notes;
};

class Ledger {
 public:
  // A configuration takes effect. What stands by rules that changed is looked at again.
  void configure(const GatePlan& plan, const Moment& moment, Output& out);

  // REQUIRES: fault_of(passage) is null. False: the ledger is full and did not take it.
  bool on_passage(const Passage& passage, const Moment& moment, Output& out);

  // Errors: bad_input - a text is missing or too long; not_found - there is no such permit or stay;
  // conflict - it is otherwise by now; refused - the ledger is full.
  Result<Done> obey(const PermitCommand& command, const Moment& moment, Output& out);
  Result<Done> obey(const GateCorrection& command, const std::string& author, const Moment& moment,
                    Output& out);
  // `author` empty: an alarm began it.
  Result<Done> obey(const MusterCommand& command, const std::string& author, const Moment& moment,
                    Output& out);

  // An alarm during a muster: whoever came in since is on the list too; what is ticked off stays.
  void extend_muster(const std::string& reason, const Moment& moment, Output& out);

  // Whether the permits of the file are just these.
  [[nodiscard]] bool has_list(const std::vector<Permit>& permits) const;

  // `never`: nothing is pending.
  [[nodiscard]] Timestamp next_due() const { return wakes_.next(); }
  // REQUIRES: next_due() is not `never`. Acts on that one, at its due time. What it finds names the
  // passage that began it, if one did, and never the input that happens to be handled next.
  void fire_next(Output& out);
  // Downtime or a step of the clock: what waits for data moves.
  void shift(Duration by);
  // The clock was set back to `moment`: what lies ahead of it counts as now, for else nobody could
  // leave until then.
  void set_back(const Moment& moment, Output& out);

  [[nodiscard]] const GatePlan& plan() const { return plan_; }
  [[nodiscard]] const GateBook& book() const { return state_.book; }
  // The whole state; restore() with the same plan continues as if nothing had been.
  [[nodiscard]] const LedgerState& state() const { return state_; }
  void restore(const GatePlan& plan, LedgerState state);

  // Inside now, by class; in a configured zone.
  [[nodiscard]] std::uint32_t inside(Subject subject) const { return inside_[index_of(subject)]; }
  [[nodiscard]] std::uint32_t inside(std::string_view zone, Subject subject) const;

 private:
  using Counts = std::array<std::uint32_t, subjects>;
  using Judged = std::vector<std::pair<GateRule, std::string>>;

  // ledger.cpp. `at`: when it was, as far as clocks can be believed; never after `m.at`.
  bool take(const Passage& p, Timestamp at, const Moment& m, Output& out);
  bool enter(const Passage& p, Timestamp at, const Moment& m, Output& out);
  bool come_in(const Passage& p, Timestamp at, const Moment& m, Output& out);
  bool begin_stay(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void leave(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void go_out(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void see(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void move(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void tell_full(const Moment& m, Output& out);
  bool give_card(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void take_card(const std::string& card, const Moment& m, Output& out);
  [[nodiscard]] std::vector<std::string> cards_of(const std::string& id) const;
  void come_back(const std::string& card, const Moment& m, Output& out);
  void take_along(const Passage& p, Timestamp at, const Moment& m);
  void on_card_in(const Passage& p, const Moment& m, Output& out);
  void report(const std::string& id, const std::string& place, Timestamp at, Output& out);
  void miss(const std::string& id, Timestamp at, const Moment& m, Output& out);
  void put_stay(Stay stay, const Moment& m, Output& out);
  void drop_stay(const Stay& stay, const Moment& m, Output& out);
  void depart(const std::string& id, const Departed& departed);
  [[nodiscard]] const Stay* find(std::string_view id) const;
  void change(GateChange change, Output& out);

  // clocks.cpp: when a passage was.
  Timestamp heed_clock(const Passage& p, const Moment& m, Output& out);
  void judge_clock(const Reader& reader, bool is_news, const Passage& p, const Moment& m,
                   Output& out);
  [[nodiscard]] bool has_clock_off(const std::string& gate) const;

  // doubts.cpp: what came late, and what cannot be told apart yet.
  [[nodiscard]] bool is_told_again(const Passage& p, Timestamp at) const;
  [[nodiscard]] bool has_clock_that_stands(const Passage& p) const;
  void watch_time(const Passage& p, const Moment& m);
  [[nodiscard]] bool is_in_doubt_already(const Passage& p) const;
  [[nodiscard]] bool came_late(const Passage& p, Timestamp at) const;
  [[nodiscard]] bool is_unexplained(const std::string& id) const;
  [[nodiscard]] Timestamp latest(const Told& told) const;
  [[nodiscard]] bool brings_late_ones(const Told& told) const;
  bool come_in_doubt(const Told& told, const Moment& m, Output& out);
  void leave_in_doubt(const Told& told);
  Doubt* doubt_of(const std::string& id, Timestamp at);
  void wait_with(Doubt& doubt, const Passage& p, const Moment& m, Output& out);
  void doubt(const Told& told);
  void link(const std::string& id, const Doubt& doubt);
  void unlink(const std::string& id, const Doubt& doubt);
  void forget_doubt(const std::string& id);
  void give_up(const std::string& id, const Moment& m, Output& out);
  void give_up_all(const Passage& p, const std::string& reader, const Moment& m, Output& out);
  [[nodiscard]] std::vector<std::string> doubts_of(const std::string& reader) const;
  void settle(const std::string& reader, Duration lag, bool is_known, const Moment& m, Output& out);
  void settle_back(const std::string& id, Duration lag, bool is_known, const Moment& m,
                   Output& out);
  void settle_told(const std::string& id, Duration lag, bool is_known, const Moment& m,
                   Output& out);
  void take_up(const Told& told, Timestamp at, const Moment& m, Output& out);
  void withdraw(const Told& told, const Moment& m, Output& out);

  // places.cpp: how many are where, and what counters say.
  void count(const Stay& stay, int by);
  void check_counts(const Stay& stay, const Moment& m, Output& out);
  void check_most(const std::string& place, std::uint32_t inside,
                  const std::optional<std::uint32_t>& most, const Moment& m, Output& out);
  void check_counter(const std::string& zone, Subject subject, const Moment& m, Output& out);
  void rearm_counter(const CounterKey& key, const Counter& counter);
  void on_count(const Passage& p, const Moment& m, Output& out);
  [[nodiscard]] std::uint32_t distance(const CounterKey& key, const Counter& counter) const;

  // barriers.cpp
  void on_barrier(const Passage& p, Timestamp at, const Moment& m, Output& out);
  void on_vehicle(const Passage& p, Timestamp at, const Moment& m);
  void rearm_lane(const LaneKey& key);

  // devices.cpp: which say nothing.
  void hear_devices(const Passage& p, const Moment& m, Output& out);
  void set_devices(const Moment& m, Output& out);
  [[nodiscard]] DeviceStates devices_of_plan() const;
  void rearm_device(const DeviceKey& key, const DeviceState& state);
  void fire_device(const DeviceKey& key, const Moment& m, Output& out);

  // judge.cpp: what is wrong with a stay, and what stands.
  void judge(const Stay& stay, const Moment& m, Output& out);
  [[nodiscard]] Judged faults_of(const Stay& stay, Timestamp at) const;
  void add_entry_faults(const Stay& stay, Timestamp at, Judged& out) const;
  void add_place_faults(const Stay& stay, Timestamp at, Judged& out) const;
  void add_doubt(const Stay& stay, Judged& out) const;
  [[nodiscard]] std::vector<const Permit*> permits_of(std::string_view id, Subject subject,
                                                      Timestamp then, Timestamp now) const;
  void judge_leaving(const Passage& p, Timestamp since, const Moment& m, Output& out);
  void offend(GateRule rule, const std::string& place, const std::string& key, Offence offence,
              const Finding& cause, Output& out);
  void absolve(GateRule rule, const std::string& place, const std::string& key, const Moment& m,
               Output& out);
  void absolve_all(const std::string& key, const Moment& m, Output& out);
  [[nodiscard]] bool stands(GateRule rule, const std::string& place, const std::string& key) const;

  // deadlines.cpp
  [[nodiscard]] Timestamp overstay_at(const Stay& stay) const;
  [[nodiscard]] Timestamp end_of_permits(const Stay& stay) const;
  [[nodiscard]] Timestamp card_due(const std::string& card, const CardOut& out) const;
  void rearm_card(const std::string& card);
  void index();
  void end_what_is_off(const Moment& m, Output& out);
  void forget_places(const Moment& m, Output& out);
  void arm(const Wake& wake, Timestamp due);
  void rearm(const Stay& stay, Timestamp not_before);
  void rearm_all(Timestamp not_before);
  void arm_permit(const Permit& permit);
  void fire_muster(const Moment& m, Output& out);
  void fire_stay(const std::string& id, const Moment& m, Output& out);
  void fire_lane(const LaneKey& key, const Moment& m, Output& out);
  void fire_card(const std::string& card, const Moment& m, Output& out);
  void fire_count(const CounterKey& key, const Moment& m, Output& out);

  // commands.cpp
  Result<Done> put_permit(Permit permit, const Moment& m, Output& out);
  void unlink(const Permit& permit);
  void drop_permit(const std::string& number, const Moment& m, Output& out);
  Result<Done> replace_list(const std::vector<Permit>& permits, const Moment& m, Output& out);
  void judge_again(const std::string& id, const Moment& m, Output& out);
  Result<Done> correct_entry(const GateCorrection& c, const Moment& m, Output& out);
  Result<Done> rename(const GateCorrection& c, const Moment& m, Output& out);
  void end_muster(const std::string& author, const std::string& reason, const Moment& m,
                  Output& out);

  GatePlan plan_;
  LedgerState state_;
  // Follow from the state and the plan.
  Wakes wakes_;
  Timestamp floor_ = timestamp_min;  // no wake is armed before it
  Counts inside_{};
  std::map<std::string, Counts, std::less<>> zones_;
  std::multimap<std::string, std::string, std::less<>> numbers_;  // of permits, by id
  std::set<std::pair<std::string, std::string>> holders_;         // (id, card)
  std::set<std::pair<std::string, std::string>> doubted_;         // (reader, id)
  std::map<std::string, std::set<std::pair<GateRule, std::string>>, std::less<>> by_key_;
};

}  // namespace parkwatch::gates
