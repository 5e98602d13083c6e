// daemon/pipeline/snapshot_alarms.h - The alarms' memory and the loop checks in a snapshot, and
// back. Pure.
#pragma once
#include "alarms/alarms.h"
#include "model/result.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/loop_check.h"
#include "pipeline/tag_table.h"

namespace parkwatch::pipeline {

void put_alarms(const alarms::Alarms& alarms, v1::Snapshot& out);
// Errors: permanent - the snapshot contradicts itself.
[[nodiscard]] Result<alarms::Alarms::Saved> take_alarms(const v1::Snapshot& snapshot);

void put_loop_checks(const LoopChecks& checks, v1::Snapshot& out);
[[nodiscard]] Result<LoopChecks> take_loop_checks(const v1::Snapshot& snapshot,
                                                  const TagTable& tags);

}  // namespace parkwatch::pipeline
