// daemon/pipeline/gates.h - The gates' ledger at work: its findings become alarms, its notes rows
// of the journal, its changes facts; and an alarm may begin a muster. Pure; pipeline thread.
#pragma once
#include <cstdint>

#include "gates/ledger.h"
#include "model/input.h"
#include "pipeline/engine.h"

namespace parkwatch::pipeline {

class Gates {
 public:
  // A configuration takes effect.
  void configure(Scene& scene, Timestamp at);
  // REQUIRES: fault_of(passage) is null.
  void on_passage(const Passage& passage, const gates::Moment& moment, Scene& scene);
  // REQUIRES: the command's body is one of the gates'. Errors: as Ledger::obey.
  [[nodiscard]] Result<Done> obey(const Command& command, Timestamp at, Scene& scene);
  // Looks at the transitions since it looked last: an alarm may begin a muster.
  void look(Scene& scene);

  [[nodiscard]] Timestamp next_due() const { return ledger_.next_due(); }
  // REQUIRES: next_due() is not `never`.
  void fire_next(Scene& scene);
  void shift(Duration by) { ledger_.shift(by); }
  void set_back(Scene& scene, Timestamp to);

  [[nodiscard]] const gates::Ledger& ledger() const { return ledger_; }
  // As it was given out; `looked` is the last journal number.
  void restore(const GatePlan& plan, gates::LedgerState state, std::uint64_t looked);

 private:
  void tell(Scene& scene);

  gates::Ledger ledger_;
  gates::Output out_;         // of the call at work
  std::uint64_t looked_ = 0;  // journal number
};

[[nodiscard]] bool is_of_gates(const Command& command);
// What of a command or a passage names somebody, as pseudonyms; what is one stays. Names go.
void pseudonymise(Command& command, const Pseudonym& pseudonym);
void pseudonymise(Passage& passage, const Pseudonym& pseudonym);
void forget_names(Command& command);

}  // namespace parkwatch::pipeline
