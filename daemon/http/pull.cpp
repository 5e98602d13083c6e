// daemon/http/pull.cpp - The long poll.
#include "http/pull.h"

#include "store/compression.h"

namespace parkwatch::http {
namespace {

// Below this zstd saves less than its header and the client's work.
constexpr std::size_t zstd_bytes_min = 512;

}  // namespace

std::optional<PullShape> read_shape(const Request& request, const HttpOptions& options,
                                    std::initializer_list<Format> offered, Parameters& parameters) {
  PullShape shape;
  const auto wait_max = std::chrono::duration_cast<std::chrono::seconds>(options.wait_max);
  shape.wait = std::chrono::seconds{
      parameters.number("wait", 0, 0, static_cast<std::uint64_t>(wait_max.count()))};
  if (const auto after = parameters.text("after")) {
    shape.after = store::parse_cursor(*after);
    if (!shape.after) {
      parameters.mistake("after",
                         "is no cursor; take it from an earlier answer's Parkwatch-Cursor");
    }
  }
  shape.bytes_max = options.page_bytes_max;
  shape.zstd = accepts_zstd(request.accept_encoding);
  const auto format = choose_format(request.accept, offered);
  if (!format) return std::nullopt;
  shape.format = *format;
  return shape;
}

std::optional<Response> refuse_cursor(const store::Cursor& cursor, const std::string& generation,
                                      std::uint64_t last) {
  if (cursor.generation != generation) {
    return problem(410,
                   "the cursor is of generation " + cursor.generation +
                       ", which is no longer here: the store is new, salvaged or restored. What "
                       "followed the cursor there is lost to this pull; begin again at \"restart\"",
                   {{"generation", generation},
                    {"restart", store::to_text(store::Cursor{generation, 0})},
                    {"gap", {{"generation", cursor.generation}, {"after", cursor.sequence}}}});
  }
  if (cursor.sequence > last) {
    return problem(400, "the cursor lies ahead of what is stored here: " +
                            std::to_string(cursor.sequence) + " > " + std::to_string(last));
  }
  return std::nullopt;
}

Result<Response> page_response(const PullShape& shape, std::string body,
                               const store::Cursor& cursor) {
  Response response;
  response.content_type = media_type(shape.format);
  response.headers.emplace_back("Parkwatch-Cursor", store::to_text(cursor));
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (shape.zstd && body.size() >= zstd_bytes_min) {
    std::string compressed;
    store::Compressor compressor;
    const auto done = compressor.append_frame(body, compressed);
    if (!done) return done.error();
    body = std::move(compressed);
    response.headers.emplace_back("Content-Encoding", "zstd");
  }
  response.body = std::move(body);
  return response;
}

boost::asio::awaitable<Response> pull(
    Backend& backend, const Request& request, PullShape& shape,
    std::function<Result<Pulled>(store::Reader&, const PullShape&)> look) {
  const auto until = backend.now() + shape.wait;
  const std::size_t bytes_wanted = shape.bytes_max;
  for (;;) {
    const std::uint64_t seen = backend.commits();
    std::shared_ptr<const Budget::Grant> grant = backend.budget().ask(bytes_wanted);
    if (!grant) co_return problem(503, "too many pages are on their way; try again");
    shape.bytes_max = grant->bytes();
    std::string generation;
    std::function<Result<Pulled>(store::Reader&)> work = [&](store::Reader& reader) {
      generation = reader.generation();
      return look(reader, shape);
    };
    auto pulled = co_await backend.readers().query<Pulled>(std::move(work));
    if (!pulled) co_return problem(pulled.error());
    if (!pulled->empty) {
      pulled->response.lease = std::move(grant);
      co_return std::move(pulled->response);
    }
    // What was looked through is not looked through again.
    shape.after = store::Cursor{std::move(generation), pulled->next};
    grant.reset();
    const bool more = co_await backend.next_commit(seen, until, request.presence);
    if (!more) co_return std::move(pulled->response);
  }
}

}  // namespace parkwatch::http
