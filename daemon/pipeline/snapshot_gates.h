// daemon/pipeline/snapshot_gates.h - The gates' ledger in a snapshot. Pure.
#pragma once
#include "model/plant.h"
#include "model/result.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/gates.h"

namespace parkwatch::pipeline {

void put_gates(const Gates& gates, v1::Snapshot& out);
// Errors: permanent - what it holds is none of ours (a damaged file).
[[nodiscard]] Result<Done> take_gates(const v1::Snapshot& snapshot, const Plant& plant, Gates& out);

}  // namespace parkwatch::pipeline
