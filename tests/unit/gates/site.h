// tests/unit/gates/site.h - A small site with two gates, driven by words at times.
#pragma once
#include <catch2/catch.hpp>

#include "gates/ledger.h"

namespace parkwatch::test {

using namespace std::chrono_literals;

// g1: persons and vehicles, two lanes with barriers, zone "plant". g2: the gate for hazardous
// goods, lane "h" for them alone, lane "v" for vehicles. cam: a checkpoint that is not for
// hazardous goods.
inline GatePlan small_plan() {
  GatePlan plan;
  plan.on = true;
  plan.gates.push_back({"g1",
                        {},
                        {true, true, false},
                        "plant",
                        {{"1", {true, true, true}, true}, {"2", {true, true, true}, true}}});
  plan.gates.push_back({"g2",
                        {},
                        {false, true, true},
                        "",
                        {{"h", {false, false, true}, false}, {"v", {false, true, false}, false}}});
  plan.gates.push_back({"cam", {}, {true, true, false}, "", {}});
  plan.gates.push_back({"g4", {}, {true, true, true}, "", {}});  // one barrier without a name
  plan.zones.push_back({"plant", {}, {3, std::nullopt, std::nullopt}});
  for (GateRuleSpec& rule : plan.rules) rule.on = true;
  plan.permit_for = {false, false, true};
  plan.stay = {10h, 4h, 2h};
  return plan;
}

class Site {
 public:
  explicit Site(const GatePlan& plan = small_plan()) { configure(0s, plan); }

  void configure(Duration at, const GatePlan& plan) {
    go(at);
    ledger_.configure(plan, moment(at), out_);
  }
  // Lets time pass.
  void go(Duration at) {
    while (ledger_.next_due() <= time(at)) ledger_.fire_next(out_);
  }
  bool pass(Duration at, const Passage& passage) {
    go(at);
    REQUIRE(fault_of(passage) == nullptr);
    ++sequence_;
    return ledger_.on_passage(passage, moment(at), out_);
  }
  void enter(Duration at, Subject subject, const std::string& id, const std::string& gate = "g1",
             const std::string& lane = "") {
    pass(at, passage(PassageKind::enter, subject, id, gate, lane));
  }
  void leave(Duration at, Subject subject, const std::string& id, const std::string& gate = "g1",
             const std::string& lane = "") {
    pass(at, passage(PassageKind::leave, subject, id, gate, lane));
  }
  void barrier(Duration at, PassageKind kind, const std::string& gate = "g1",
               const std::string& lane = "1") {
    pass(at, passage(kind, Subject::vehicle, "", gate, lane));
  }
  template <typename Command>
  Result<Done> tell(Duration at, const Command& command, const std::string& author = "li") {
    go(at);
    ++sequence_;
    if constexpr (std::is_same_v<Command, PermitCommand>) {
      return ledger_.obey(command, moment(at), out_);
    } else {
      return ledger_.obey(command, author, moment(at), out_);
    }
  }
  Result<Done> permit(Duration at, const std::string& number, const std::string& id,
                      Duration until = 24h) {
    return permit(at, {number, id, "", std::nullopt, time(0s), time(until), {}, {}, false});
  }
  Result<Done> permit(Duration at, Permit permit) {
    PermitCommand command;
    command.permits.push_back(std::move(permit));
    return tell(at, command);
  }
  // A lorry with hazardous goods and a permit, by its own lane.
  void lorry_with_permit(const std::string& id = "H1", Duration until = 24h) {
    REQUIRE(permit(0s, "P1", id, until));
    enter(10s, Subject::hazmat, id, "g2", "h");
  }
  // A locating card at g1: given out, back, or read as its holder comes or goes.
  void card(Duration at, PassageKind kind, const std::string& id, const std::string& card) {
    Passage p = passage(kind, Subject::person, id, "g1", "");
    p.card = card;
    pass(at, p);
  }

  static Passage passage(PassageKind kind, Subject subject, const std::string& id,
                         const std::string& gate, const std::string& lane) {
    Passage p;
    p.kind = kind;
    p.subject = subject;
    p.id = id;
    p.gate = gate;
    p.lane = lane;
    return p;
  }
  static Timestamp time(Duration at) { return Timestamp{std::chrono::hours{400'000}} + at; }
  [[nodiscard]] gates::Moment moment(Duration at) const { return {time(at), sequence_, 0}; }

  // "10s +gate-no-permit gate/g2 1; ...": findings since last asked, "+" on, "-" over.
  std::string said() {
    std::string text;
    for (const gates::Finding& f : out_.findings) {
      if (!text.empty()) text += "; ";
      text += parkwatch::to_text(f.at - time(0s)) + (f.on ? " +" : " -") +
              std::string{rule_id(f.rule)} + " " + f.place;
      if (f.on) text += " " + std::to_string(static_cast<int>(f.value));
    }
    out_.findings.clear();
    return text;
  }
  // "a b": who is inside.
  [[nodiscard]] std::string inside() const {
    std::string text;
    for (const auto& [id, stay] : ledger_.book().inside) text += (text.empty() ? "" : " ") + id;
    return text;
  }
  gates::Ledger& ledger() { return ledger_; }
  gates::Output& out() { return out_; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

 private:
  gates::Ledger ledger_;
  gates::Output out_;
  std::uint64_t sequence_ = 0;
};

}  // namespace parkwatch::test
