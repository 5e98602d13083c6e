// daemon/store/convert.h - Values of the model to and from messages of parkwatch.v1. Pure; any
// thread.
//
// to_proto() mends text that is not UTF-8 (U+FFFD for each bad byte), since protobuf would refuse
// to read it back and with it everything beside it. from_proto() is safe on hostile messages:
// enumerations, times and counts are checked. Errors of from_proto: bad_input.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/alarm_event.h"
#include "model/facts.h"
#include "model/result.h"
#include "parkwatch/v1/alarm.pb.h"
#include "parkwatch/v1/pull.pb.h"
#include "parkwatch/v1/record.pb.h"
#include "parkwatch/v1/tag.pb.h"
#include "store/reader.h"

namespace parkwatch::store {

// `text` with each byte that is not well-formed UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string mended_utf8(std::string_view text);

void to_proto(const TagDefined& tag, v1::TagDefinition& out);
[[nodiscard]] Result<TagDefined> from_proto(const v1::TagDefinition& in);

// `generation` is left empty: the store's rows are of its own.
void to_proto(const AlarmEvent& event, v1::AlarmEvent& out);
[[nodiscard]] Result<AlarmEvent> from_proto(const v1::AlarmEvent& in);

void to_proto(const RecordedInput& input, v1::InputRecord& out);
[[nodiscard]] Result<RecordedInput> from_proto(const v1::InputRecord& in);

void to_proto(std::span<const MessageIdentity> identities, v1::MessageIdentities& out);
[[nodiscard]] Result<std::vector<MessageIdentity>> from_proto(const v1::MessageIdentities& in);

void to_proto(const Gap& gap, v1::Gap& out);
[[nodiscard]] Result<Gap> from_proto(const v1::Gap& in);

}  // namespace parkwatch::store
