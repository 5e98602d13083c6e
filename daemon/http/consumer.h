// daemon/http/consumer.h - Finds a consumer among the store's. Readers' threads.
#pragma once
#include <optional>
#include <string_view>

#include "model/result.h"
#include "store/reader.h"

namespace parkwatch::http {

// [A-Za-z0-9._-]{1,64}
[[nodiscard]] bool is_consumer_name(std::string_view name);

// Those that are not expired at `now`: the store forgets an expired one only when it next retains.
[[nodiscard]] Result<std::vector<store::ConsumerRow>> live_consumers(store::Reader& reader,
                                                                     Timestamp now);
// Errors: not_found, naming it.
[[nodiscard]] Result<store::ConsumerRow> find_consumer(store::Reader& reader, std::string_view name,
                                                       Timestamp now);

}  // namespace parkwatch::http
