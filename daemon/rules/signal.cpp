// daemon/rules/signal.cpp - Which kind has which signal.
#include "rules/signal.h"

#include "rules/drift.h"
#include "rules/forecast.h"
#include "rules/repeat.h"

namespace parkwatch::rules {

std::unique_ptr<ReadingSignal> make_signal(const RuleSpec& rule) {
  switch (rule.kind) {
    case RuleKind::forecast:
      return std::make_unique<ForecastSignal>(rule.over, rule.target, rule.rising);
    case RuleKind::drift:
      return std::make_unique<DriftSignal>(rule);
    case RuleKind::repeat:
      return std::make_unique<RepeatSignal>(rule.trigger, rule.times, rule.within);
    default:
      return nullptr;
  }
}

}  // namespace parkwatch::rules
