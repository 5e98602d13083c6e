// tools/trial/signal_now.cpp - The memory of a signal, shown the newest good reading once more:
// that changes none of them, and gives what it gave.
#include "tools/trial/signal_now.h"

#include <algorithm>

#include "pipeline/snapshot_values.h"
#include "rules/check.h"
#include "rules/expression.h"
#include "rules/joint.h"
#include "rules/message.h"
#include "rules/rate.h"
#include "rules/window.h"

namespace parkwatch::trial {
namespace {

using rules::Sample;

const v1::TagState* find(const v1::Snapshot& snapshot, const std::string& name) {
  const auto found =
      std::find_if(snapshot.tags().begin(), snapshot.tags().end(),
                   [&](const v1::TagState& tag) { return tag.definition().name() == name; });
  return found == snapshot.tags().end() ? nullptr : &*found;
}

std::optional<pipeline::LoopCheck> check_on(const v1::Snapshot& snapshot, TagId tag) {
  for (const v1::LoopCheckState& check : snapshot.loop_checks()) {
    if (check.tag_id() != tag) continue;
    return pipeline::LoopCheck{
        check.value(),  from_us(check.since_us()), from_us(check.until_us()), check.author(),
        check.reason(), check.sequence()};
  }
  return std::nullopt;
}

// The newest reading that is not bad.
std::optional<Sample> last_good(const Explained& e, const v1::Snapshot& snapshot) {
  if (!e.newest) return std::nullopt;
  if (e.newest->quality != Quality::bad) {
    const auto number = as_number(e.newest->value);
    if (!number) return std::nullopt;
    return Sample{e.newest->evaluated_at(), *number};
  }
  const v1::TagState* const tag = find(snapshot, e.tag.name);
  if (tag == nullptr || !tag->has_frozen()) return std::nullopt;
  const Frozen frozen = pipeline::from_message(tag->frozen());
  if (!frozen.value) return std::nullopt;
  return Sample{frozen.value_at, *frozen.value};
}

std::vector<Sample> samples_of(const google::protobuf::RepeatedPtrField<v1::RateSample>& kept) {
  std::vector<Sample> samples;
  for (const v1::RateSample& s : kept) samples.push_back({from_us(s.time_us()), s.value()});
  return samples;
}

std::optional<double> slope_of(const RuleSpec& rule, const v1::RuleState& state,
                               const Sample& last) {
  rules::RateSignal signal{rule.over, rule.per};
  signal.restore(samples_of(state.rate()));
  return signal.add(last.time, last.value);
}

std::optional<double> remembered(const RuleSpec& rule, const v1::RuleState& state,
                                 const Sample& last) {
  const auto signal = rules::make_signal(rule);
  if (signal == nullptr) return std::nullopt;
  const v1::SignalState& kept = state.signal();
  if (!signal->restore(
          {samples_of(kept.samples()), {kept.numbers().begin(), kept.numbers().end()}}))
    return std::nullopt;
  return signal->take(last.time, last.value);
}

void add_window(const Explained& e, const v1::WindowState& kept, ExplainedSignal& out) {
  rules::WindowSignal window{e.rule.window, &e.calendar};
  std::vector<rules::WindowSignal::Span> spans;
  for (const v1::WindowSpan& span : kept.spans()) {
    spans.push_back({span.number(), {span.count(), span.a(), span.b()}});
  }
  std::optional<Sample> previous;
  if (kept.has_previous()) {
    previous = Sample{from_us(kept.previous().time_us()), kept.previous().value()};
  }
  window.restore(kept.newest(), spans, previous);
  if (window.end() != rules::never) out.value = window.value();
  if (kept.has_closed_number()) out.closed = kept.closed_value();
}

std::vector<std::string> operand_names(const Explained& e) {
  if (e.rule.kind == RuleKind::expr) return rules::tags_of_expression(e.rule.expression);
  const auto own = std::find(e.rule.tags.begin(), e.rule.tags.end(), e.tag.name);
  return rules::operands_of(e.rule, static_cast<std::size_t>(own - e.rule.tags.begin()));
}

std::optional<double> joint_of(const Explained& e, const std::vector<ExplainedTag>& operands) {
  std::vector<rules::Member> members;
  members.reserve(operands.size());
  for (const ExplainedTag& operand : operands) {
    members.push_back({operand.value().value_or(0), operand.value().has_value()});
  }
  if (e.rule.kind != RuleKind::expr) return rules::joint_value(e.rule, members);
  auto expression = rules::Expression::compile(e.rule.expression);
  if (!expression) return std::nullopt;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!members[i].usable) return std::nullopt;
    expression->set(i, members[i].value);
  }
  const auto value = expression->value();
  return value ? std::optional{*value != 0 ? 1.0 : 0.0} : std::nullopt;
}

// Since a reading came, or the rule.
double silence_s(const Explained& e, const v1::Snapshot& snapshot, const v1::RuleState& state) {
  const v1::TagState* const tag = find(snapshot, e.tag.name);
  const bool seen = tag != nullptr && tag->seen();
  const Timestamp since = from_us(seen ? tag->seen_receive_us() : state.since_us());
  return std::chrono::duration<double>(e.as_of - since).count();
}

}  // namespace

std::optional<double> ExplainedTag::value() const {
  if (check) return check->value;
  if (!newest || newest->quality == Quality::bad || newest->reason == QualityReason::first_value) {
    return std::nullopt;
  }
  return as_number(newest->value);
}

ExplainedTag tag_in(const v1::Snapshot& snapshot, const std::string& name) {
  ExplainedTag out{name, {}, {}};
  const v1::TagState* const tag = find(snapshot, name);
  if (tag == nullptr) return out;
  const TagId id = tag->definition().id();
  if (tag->has_newest()) out.newest = pipeline::from_message(tag->newest(), id);
  out.check = check_on(snapshot, id);
  return out;
}

ExplainedSignal signal_now(const Explained& e, const v1::Snapshot& snapshot,
                           const v1::RuleState& state) {
  ExplainedSignal out;
  out.unit = rules::unit_of_signal(e.rule, e.tag);
  const auto last = last_good(e, snapshot);
  switch (e.rule.kind) {
    case RuleKind::limit:
    case RuleKind::state:
      out.value = tag_in(snapshot, e.tag.name).value();
      break;
    case RuleKind::rate:
      if (last) out.value = slope_of(e.rule, state, *last);
      break;
    case RuleKind::forecast:
    case RuleKind::drift:
    case RuleKind::repeat:
      if (last) out.value = remembered(e.rule, state, *last);
      break;
    case RuleKind::window:
    case RuleKind::cumulative:
      add_window(e, state.window(), out);
      break;
    case RuleKind::stale:
      out.value = silence_s(e, snapshot, state);
      break;
    default:
      for (const std::string& name : operand_names(e)) {
        out.operands.push_back(tag_in(snapshot, name));
      }
      out.value = joint_of(e, out.operands);
  }
  return out;
}

}  // namespace parkwatch::trial
