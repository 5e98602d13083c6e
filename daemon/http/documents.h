// daemon/http/documents.h - The values of the model as JSON documents. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "http/live_view.h"
#include "http/server.h"
#include "model/alarm_event.h"
#include "model/waits.h"
#include "store/reader.h"

namespace parkwatch::http {

// Members that are empty or at their default are left out, but for those that identify the thing.
[[nodiscard]] boost::json::object to_document(TagId id, std::uint32_t version, const Tag& tag);
// The tag with "latest": its newest committed reading, if any.
[[nodiscard]] boost::json::object to_document(const LiveTag& tag);
[[nodiscard]] boost::json::object to_document(const AlarmEvent& event, std::string_view generation);
[[nodiscard]] boost::json::object to_document(const Frozen& frozen);
[[nodiscard]] boost::json::object to_document(const store::Gap& gap);
[[nodiscard]] boost::json::object to_document(const store::ConsumerRow& consumer,
                                              std::string_view generation);
[[nodiscard]] boost::json::object to_document(const store::QuarantineRow& row);
[[nodiscard]] boost::json::object to_document(const store::StoreCounts& counts);
[[nodiscard]] boost::json::object to_document(const Status& status);

// A string of UTF-8, repaired if it is none (see store::mended_utf8).
[[nodiscard]] boost::json::value text_value(std::string_view text);
[[nodiscard]] boost::json::value time_value(Timestamp t);
// Members NAME (how many), NAME_median_s and NAME_longest_s; these two are null when there was
// none.
void put_waits(boost::json::object& out, const std::string& name, const Waits& waits);

}  // namespace parkwatch::http
