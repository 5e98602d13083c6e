// tests/unit/pipeline/random_park.h - Random inputs of every kind over a small park, from a seed.
#pragma once
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "random_plants.h"

namespace parkwatch::test {

// Makes plants and a long list of inputs. The same seed makes the same ones.
class RandomPark {
 public:
  explicit RandomPark(std::uint64_t seed) : random_(seed) {
    plants_ = {random_plant("plant-1", false), random_plant("plant-2", true)};
  }

  [[nodiscard]] const std::vector<std::shared_ptr<const Plant>>& plants() const { return plants_; }

  std::vector<Input> inputs(std::size_t count) {
    std::vector<Input> all;
    add(all, NewPlant{plants_[0]});
    while (all.size() < count) add_any(all);
    return all;
  }

  // 0..n-1
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  template <typename Body>
  void add(std::vector<Input>& all, Body body) {
    all.push_back({all.size() + 1, now_, std::move(body)});
    scout_.step(time_after(all.back()), {&all.back(), 1}, seen_);
  }

  void add_any(std::vector<Input>& all) {
    now_ += Duration{below(4) == 0 ? below(30'000'000) : below(2'000'000)};
    const std::size_t kind = below(200);
    if (kind < 168) return add(all, message());
    if (kind < 170) return add(all, report());
    if (kind < 182) return add(all, command());
    if (kind < 184) return add(all, NewPlant{plants_[below(2)]});
    if (kind < 190) return add(all, condition());
    if (kind < 191) return add(all, Pause{one_in(3)});
    if (kind < 192) {
      return add(
          all,
          OwnCondition{
              "delivery-failed", "receiver/mail", one_in(2), Priority::high, {"坏", "bad"}, {}});
    }
    if (kind < 196) {
      const Duration away{below(120'000'000)};
      now_ += away;
      return add(all, Start{away});
    }
    const Duration by{static_cast<std::int64_t>(below(120'000'000)) - 60'000'000};
    add(all, ClockStep{by});
    now_ += by;
  }

  // Of one of the last commands, mostly.
  ActionReport report() {
    ActionReport r;
    r.outcome = one_in(3) ? ActionReport::Outcome::expired : ActionReport::Outcome::sent;
    const auto waiting = scout_.commands();
    r.request = waiting.empty() || one_in(10) ? below(100) : waiting[below(waiting.size())].journal;
    if (one_in(2)) r.detail = "no broker";
    return r;
  }

  Message message() {
    Message m;
    m.source = static_cast<SourceId>(below(8) == 0 ? 1 : 0);
    m.topic = "t" + std::to_string(below(2));
    if (!sent_.empty() && one_in(12)) {
      m = sent_[below(sent_.size())];
      m.dup = !one_in(3);
      return m;
    }
    m.packet_id = static_cast<std::uint16_t>(one_in(4) ? 0 : 1 + below(40));
    m.retained = one_in(10);
    m.oversized = one_in(80);
    for (std::size_t lines = 1 + below(4); lines > 0; --lines) m.payload += line();
    sent_.push_back(m);
    if (sent_.size() > 50) sent_.erase(sent_.begin());
    return m;
  }

  std::string line() {
    static const char* const names[] = {"a/b/c", "a/b/d", "a/b/n", "a/b/s", "a/b/x", "a/d/sum"};
    if (one_in(40)) return "!\n";
    if (one_in(4)) return passage();
    std::string text = one_in(20) ? "a/auto/" + std::to_string(below(6)) : names[below(6)];
    text += " " + value();
    if (!one_in(3)) {
      text += " t=" + std::to_string((now_ - day).count() - source_age());
    }
    if (one_in(15)) text += " q=bad";
    if (one_in(25)) text += " q=uncertain";
    if (one_in(25)) text += " h";
    return text + "\n";
  }

  std::string passage() {
    static const char* const kinds[] = {"enter",        "enter",          "leave",   "leave",
                                        "seen",         "card_out",       "card_in", "cycle",
                                        "barrier_open", "barrier_closed", "count",   "report"};
    static const char* const classes[] = {"person", "vehicle", "hazmat"};
    static const char* const gates[] = {"g1", "g2", "g3"};
    std::string text = std::string{"@ "} + kinds[below(12)] + " " + classes[below(3)] + " id" +
                       std::to_string(below(9)) + " " + gates[below(3)];
    if (one_in(2)) text += one_in(2) ? " lane=1" : " lane=h";
    if (one_in(4)) text += " zone=z1";
    text += " card=K" + std::to_string(below(4)) + " n=" + std::to_string(below(5)) + " name=N";
    if (one_in(2)) text += " t=" + std::to_string((now_ - day).count() - source_age());
    return text + "\n";
  }

  std::string value() {
    if (one_in(12)) return one_in(2) ? "on" : "true";
    if (one_in(4)) return std::to_string(below(3));
    walk_ += static_cast<double>(below(4001)) / 100 - 20;
    if (walk_ > 160 || walk_ < -60) walk_ = 50;
    return std::to_string(walk_);
  }

  // Mostly fresh; at times late, out of order, far back for a while, or in the future.
  std::int64_t source_age() {
    if (one_in(60)) offset_ = one_in(2) ? 0 : 3'600'000'000;
    if (one_in(30)) return static_cast<std::int64_t>(below(100'000'000));
    if (one_in(30)) return -static_cast<std::int64_t>(below(20'000'000));
    return offset_ + static_cast<std::int64_t>(below(300'000));
  }

  Command command() {
    static const char* const ids[] = {"limit",   "state", "rate",  "stale",
                                      "average", "expr",  "clock", "never-seen"};
    static const char* const tags[] = {"a/b/c", "a/b/d", "a/b/n", "a/d/sum"};
    Command c;
    c.author = "li";
    if (one_in(5)) {
      ConsumerCommand consumer;
      consumer.name = "central";
      c.body = consumer;
    } else {
      c.body = AcknowledgeAlarm{ids[below(8)], tags[below(4)], 1 + below(60), "seen"};
    }
    // Mostly one that may stand.
    const auto& told = seen_.transitions;
    if (!told.empty() && !one_in(5)) {
      const AlarmEvent& e = told[told.size() - 1 - below(std::min<std::size_t>(told.size(), 8))];
      c.body = AcknowledgeAlarm{e.rule, e.tag, e.occurrence, "seen"};
      if (!one_in(3)) c.body = alarm_command(e);
    }
    c.admin = !one_in(4);
    if (one_in(8)) c.body = maintenance();
    if (one_in(8)) c.body = loop_check(tags[below(4)]);
    if (one_in(4)) give_gates(c);
    return c;
  }

  AlarmCommand alarm_command(const AlarmEvent& e) {
    AlarmCommand c;
    c.verb = static_cast<AlarmCommand::Verb>(below(8));
    c.rule = e.rule;
    c.tag = e.tag;
    c.group = "a";
    c.one_shot = one_in(3);
    c.length = Duration{below(400'000'000)};
    c.comment = "because";
    return c;
  }

  MaintenanceCommand maintenance() {
    MaintenanceCommand c;
    for (const AlarmEvent& e : seen_.transitions) {
      if (e.kind == TransitionKind::maintenance_planned) c.window = e.journal;
      if (e.kind == TransitionKind::maintenance_started && e.rule == rule_maintenance) {
        c.window = std::stoull(e.tag.substr(7));
      }
    }
    if (c.window > 0 && one_in(2)) c.verb = MaintenanceCommand::Verb::end;
    c.tags = one_in(2) ? "a/b/*" : "**";
    if (one_in(2)) c.from = now_ + Duration{below(200'000'000)};
    c.length = Duration{1 + below(300'000'000)};
    c.reason = "work";
    return c;
  }

  LoopCheckCommand loop_check(const std::string& tag) {
    LoopCheckCommand c;
    if (one_in(3)) c.verb = LoopCheckCommand::Verb::end;
    c.tag = tag;
    c.value = static_cast<double>(below(120));
    c.length = Duration{1 + below(90'000'000)};
    c.reason = "loop";
    return c;
  }

  void give_gates(Command& c) {
    const std::string id = "id" + std::to_string(below(9));
    if (one_in(3)) {
      PermitCommand permit;
      permit.verb = static_cast<PermitCommand::Verb>(below(3));
      permit.number = "P" + std::to_string(below(4));
      permit.permits.push_back({permit.number,
                                id,
                                "N",
                                std::nullopt,
                                now_ - 10s,
                                now_ + Duration{below(200'000'000)},
                                {},
                                {},
                                false});
      c.body = permit;
    } else if (one_in(2)) {
      GateCorrection correction;
      correction.verb = static_cast<GateCorrection::Verb>(below(3));
      correction.id = id;
      correction.to = "id" + std::to_string(below(9));
      correction.gate = "g1";
      correction.reason = "seen";
      c.body = correction;
    } else {
      MusterCommand muster;
      muster.verb = static_cast<MusterCommand::Verb>(below(3));
      muster.id = id;
      muster.reason = "drill";
      c.body = muster;
    }
  }

  SourceCondition condition() {
    return {one_in(4) ? "field" : "park", one_in(2), !one_in(3), "broken pipe"};
  }

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const Plant>> plants_;
  std::vector<Message> sent_;
  Timestamp now_ = day + 1h;
  double walk_ = 50;
  std::int64_t offset_ = 0;
  pipeline::Pipeline scout_;  // runs along, so that commands can name what stands
  Facts seen_;
};

}  // namespace parkwatch::test
