// daemon/http/pull.h - What /v1/readings and /v1/events share: a cursor, a format, a wait. Its
// functions are called on the readers' threads unless said otherwise.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "http/accept.h"
#include "http/backend.h"
#include "http/request.h"
#include "store/reader.h"

namespace parkwatch::http {

// How a pull is to be answered, from its query and header fields.
struct PullShape {
  Format format = Format::ndjson;
  bool zstd = false;
  std::optional<store::Cursor> after;  // empty: from the beginning
  Duration wait{0};
  std::size_t bytes_max = 0;
};
// Reads `after`, `wait` and the header fields; mistakes go to `parameters`. Empty: 406.
[[nodiscard]] std::optional<PullShape> read_shape(const Request& request,
                                                  const HttpOptions& options,
                                                  std::initializer_list<Format> offered,
                                                  Parameters& parameters);

// One look into the store.
struct Pulled {
  Response response;
  std::uint64_t next = 0;  // the cursor's number after it
  bool empty = false;      // nothing new, and no problem either: worth waiting for
};

// 410 for a cursor of another generation, 400 for one that lies ahead of what is stored; else
// empty.
[[nodiscard]] std::optional<Response> refuse_cursor(const store::Cursor& cursor,
                                                    const std::string& generation,
                                                    std::uint64_t last);

// A page's body with its header fields: media type, cursor, and zstd where the client takes it.
[[nodiscard]] Result<Response> page_response(const PullShape& shape, std::string body,
                                             const store::Cursor& cursor);

// On the loop: looks, and while there is nothing new waits for commits until the client's time is
// up. `look` is called with the shape, whose `after` moves on and whose bytes_max is what could be
// granted.
boost::asio::awaitable<Response> pull(
    Backend& backend, const Request& request, PullShape& shape,
    std::function<Result<Pulled>(store::Reader&, const PullShape&)> look);

}  // namespace parkwatch::http
