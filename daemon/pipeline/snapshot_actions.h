// daemon/pipeline/snapshot_actions.h - The memory of actions in a snapshot, and back. Pure.
#pragma once
#include "model/result.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/actions.h"

namespace parkwatch::pipeline {

void put_actions(const Actions& actions, v1::Snapshot& out);
// Errors: permanent - the snapshot contradicts itself. What belongs to no action of `plant` is left
// out.
[[nodiscard]] Result<Done> take_actions(const v1::Snapshot& snapshot, const Plant& plant,
                                        const TagTable& tags, Actions& out);

}  // namespace parkwatch::pipeline
