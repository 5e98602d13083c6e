// daemon/config/action_payload.h - The payload of a command as it is written. Pure.
#pragma once
#include "model/action.h"
#include "model/settings.h"

namespace parkwatch::config {

// `payload`: a text; or a table, which is sent as JSON; or absent, which is everything that is
// known, as JSON. Unknown placeholders are errors.
void read_payload(SettingsReader& reader, ActionOrder& order);

// True when every placeholder of `text` is one of `known`; else one error at `key`.
bool check_placeholders(SettingsReader& reader, std::string_view key, std::string_view text,
                        const std::vector<std::string>& known);

}  // namespace parkwatch::config
