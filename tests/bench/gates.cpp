// tests/bench/gates.cpp - How many passages a second the gates' ledger takes on one core, with so
// many people and vehicles inside. The last line is "gates passages_per_s=... inside=...".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "gates/ledger.h"

namespace {

using namespace parkwatch;
using namespace std::chrono_literals;

constexpr std::size_t gate_count = 6;
constexpr Duration passage_every = 20us;

GatePlan plan_of_six_gates() {
  GatePlan plan;
  plan.on = true;
  plan.zones.push_back({"plant", {}, {150'000, 50'000, 500}});
  for (std::size_t i = 0; i < gate_count; ++i) {
    GateSpec gate;
    gate.name = "g" + std::to_string(i);
    gate.classes = {true, true, i >= 4};
    gate.zone = "plant";
    gate.lanes = {{"1", {true, true, true}, true}, {"2", {true, true, true}, true}};
    plan.gates.push_back(gate);
  }
  for (GateRuleSpec& rule : plan.rules) rule.on = true;
  plan.permit_for = {false, false, true};
  plan.stay = {14h, 4h, 2h};
  return plan;
}

// Passages as a busy park has them: shifts change, lorries come, checkpoints see some of both. Who
// leaves makes room for who enters, so that `inside` stay inside.
class Traffic {
 public:
  explicit Traffic(std::size_t inside) : inside_(inside) {
    for (std::size_t i = 0; i < 2 * inside; ++i)
      ids_.push_back("emp-" + std::to_string(100'000 + i));
    outside_ = ids_.size();
  }
  Passage enter() {
    std::swap(ids_[below(outside_)], ids_[outside_ - 1]);
    return passage(PassageKind::enter, ids_[--outside_]);
  }
  Passage next() {
    const std::size_t at = outside_ + below(ids_.size() - outside_);
    if (below(2) == 0) return passage(PassageKind::seen, ids_[at]);
    if (ids_.size() - outside_ <= inside_) return enter();
    std::swap(ids_[at], ids_[outside_]);
    return passage(PassageKind::leave, ids_[outside_++]);
  }
  Passage cycle() { return passage(PassageKind::cycle, {}); }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  Passage passage(PassageKind kind, const std::string& id) {
    Passage p;
    p.kind = kind;
    p.id = id;
    // A third are vehicles, a few with hazardous goods.
    const std::size_t number = std::hash<std::string>{}(id) % 300;
    p.subject = number < 5 ? Subject::hazmat : number < 100 ? Subject::vehicle : Subject::person;
    p.gate = "g" + std::to_string(below(gate_count));
    p.lane = below(2) == 0 ? "1" : "2";
    return p;
  }

  std::size_t inside_;
  std::vector<std::string> ids_;  // those outside first
  std::size_t outside_;
  std::mt19937_64 random_{7};
};

struct Bench {
  gates::Ledger ledger;
  gates::Output out;
  Timestamp now{std::chrono::hours{400'000}};
  std::uint64_t sequence = 0;
  std::size_t findings = 0;

  void take(const Passage& passage) {
    now += passage_every;
    ++sequence;
    while (ledger.next_due() <= now) ledger.fire_next(out);
    (void)ledger.on_passage(passage, {now, sequence, 0}, out);
    findings += out.findings.size();
    out.findings.clear();
    out.changes.clear();
    out.notes.clear();
  }
  [[nodiscard]] std::size_t inside() const { return ledger.book().inside.size(); }
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t inside = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const std::size_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  Bench bench;
  bench.ledger.configure(plan_of_six_gates(), {bench.now, 0, 0}, bench.out);
  Traffic traffic{inside};
  while (bench.inside() < inside) bench.take(traffic.enter());
  std::vector<Passage> passages;  // made before the clock runs
  passages.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    passages.push_back(i % 5 == 4 ? traffic.cycle() : traffic.next());
    passages.back().time = bench.now + (i + 1) * passage_every - 1s;  // as its device gives it
  }
  const auto begin = std::chrono::steady_clock::now();
  for (const Passage& passage : passages) bench.take(passage);
  const auto took = std::chrono::steady_clock::now() - begin;
  const double seconds = std::chrono::duration<double>(took).count();
  std::printf("passages=%zu seconds=%.2f findings=%zu\n", count, seconds, bench.findings);
  std::printf("gates passages_per_s=%.0f inside=%zu\n", static_cast<double>(count) / seconds,
              bench.inside());
  return 0;
}
