// daemon/store/convert_gates.h - Passages, and what people tell the gates, to and from
// parkwatch.v1. As convert.h says.
#pragma once
#include "model/facts.h"
#include "model/result.h"
#include "parkwatch/v1/gates.pb.h"

namespace parkwatch::store {

void to_proto(const PassageSeen& seen, v1::PassageRecord& out);
[[nodiscard]] Result<PassageSeen> from_proto(const v1::PassageRecord& in);

void to_proto(const PermitCommand& command, v1::PermitCommand& out);
[[nodiscard]] Result<PermitCommand> from_proto(const v1::PermitCommand& in);

void to_proto(const GateCorrection& correction, v1::GateCorrection& out);
[[nodiscard]] Result<GateCorrection> from_proto(const v1::GateCorrection& in);

void to_proto(const MusterCommand& command, v1::MusterCommand& out);
[[nodiscard]] Result<MusterCommand> from_proto(const v1::MusterCommand& in);

}  // namespace parkwatch::store
