// tools/trial/signal_now.h - What a rule compares with its levels by a snapshot of the pipeline.
// Pure.
#pragma once
#include "parkwatch/v1/snapshot.pb.h"
#include "tools/trial/explain.h"

namespace parkwatch::trial {

// What the snapshot knows of the tag of that name; of an unknown one the name alone.
[[nodiscard]] ExplainedTag tag_in(const v1::Snapshot& snapshot, const std::string& name);

// The signal of e.rule on e.tag. `state`: of that alarm. REQUIRES: e has all but signal, levels and
// what stands.
[[nodiscard]] ExplainedSignal signal_now(const Explained& e, const v1::Snapshot& snapshot,
                                         const v1::RuleState& state);

}  // namespace parkwatch::trial
