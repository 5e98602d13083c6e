// daemon/config/alarm_reader.h - How a rule's alarms behave: the keys of a [[rule]] that are the
// same for every kind. Pure.
#pragma once
#include <string>
#include <vector>

#include "config/tags.h"
#include "model/rule.h"
#include "model/settings.h"

namespace parkwatch::config {

// ack, latched, shelvable, realarm, respond_within, first_out_group, suppress_when, recheck,
// even_in_maintenance, count and escalation. `rule_tags` are the rule's tags, with which the
// placeholders of suppress_when are filled: what it then names must exist. What is wrong is
// reported and left at its default.
[[nodiscard]] AlarmSpec read_alarm(SettingsReader& reader,
                                   const std::vector<std::string>& rule_tags, TagIndex& index);

// False, with an error at `id`: an id that alarms without a rule have.
bool check_rule_id(SettingsReader& reader, const std::string& id);

}  // namespace parkwatch::config
