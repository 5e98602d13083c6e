// daemon/pipeline/pipeline.cpp - The public face: stepping and looking.
#include "pipeline/pipeline.h"

#include <algorithm>

#include "pipeline/state.h"

namespace parkwatch::pipeline {

Pipeline::Pipeline() : state_(std::make_unique<State>()) {}
Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

void Pipeline::step(Timestamp now, std::span<const Input> inputs, Facts& facts) {
  for (const Input& input : inputs) state_->on_input(input, facts);
  state_->fire_until(now, facts);
  state_->now = now;
  facts.counts.standing = state_->alarms.standing();
}

void Pipeline::resume_after(std::uint64_t sequence, std::uint64_t journal) {
  state_->last_sequence = std::max(state_->last_sequence, sequence);
  state_->alarms.resume_after(journal);
}

void Pipeline::set_decoders(std::vector<std::shared_ptr<Decoder>> decoders) {
  state_->decoders = std::move(decoders);
}

void Pipeline::set_pseudonym(Pseudonym pseudonym) { state_->pseudonym = std::move(pseudonym); }

const GateBook& Pipeline::gates() const { return state_->gates.ledger().book(); }

std::optional<Timestamp> Pipeline::next_deadline() const {
  const Timestamp due = state_->next_due();
  return due == rules::never ? std::nullopt : std::optional{due};
}

std::vector<AlarmEvent> Pipeline::commands() const {
  std::vector<AlarmEvent> rows;
  for (const auto& [journal, row] : state_->actions.commands()) rows.push_back(row);
  return rows;
}

std::uint64_t Pipeline::last_sequence() const { return state_->last_sequence; }

Timestamp Pipeline::now() const { return state_->now; }

const std::string& Pipeline::plant_hash() const {
  static const std::string none;
  return state_->engine ? state_->plant().hash : none;
}

std::size_t Pipeline::tag_count() const { return state_->tags.size(); }

Pipeline::TagView Pipeline::tag(TagId id) const {
  const TagTable& tags = state_->tags;
  const TagSlot& slot = tags.slot(id);
  return {&slot.tag, slot.version, tags.hot(id).has_newest ? &tags.newest(id) : nullptr};
}

}  // namespace parkwatch::pipeline
