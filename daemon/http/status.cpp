// daemon/http/status.cpp - What the daemon says about itself: status, health, metrics, quarantine.
#include <boost/json/array.hpp>

#include "http/documents.h"
#include "http/openapi.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::uint64_t quarantine_default = 100;
constexpr std::uint64_t quarantine_most = 1000;
// A payload takes up to six times its 4 KiB as JSON.
constexpr std::size_t quarantine_bytes_max = std::size_t{2} << 20;

Response health_response(const Request& request, bool good, const char* word,
                         const std::vector<std::string>& problems) {
  json::object document{{word, good}};
  // Without the token a stranger learns no name of a broker or a path.
  if (request.authorised) {
    json::array said;
    for (const std::string& sentence : problems) said.emplace_back(text_value(sentence));
    document["problems"] = std::move(said);
  }
  return json_response(document, good ? 200 : 503);
}

Result<json::object> quarantine_document(store::Reader& reader, std::size_t rows_max) {
  const auto rows = reader.quarantine(rows_max);
  if (!rows) return rows.error();
  json::array shown;
  std::size_t bytes = 0;
  bool truncated = false;
  for (const store::QuarantineRow& row : *rows) {
    truncated = bytes > quarantine_bytes_max;
    if (truncated) break;
    bytes += row.refusal.payload.size() + row.refusal.topic.size() + row.refusal.detail.size();
    shown.emplace_back(to_document(row));
  }
  return json::object{{"quarantine", std::move(shown)}, {"truncated", truncated}};
}

}  // namespace

Answer get_healthz(Backend& backend, const Request& request) {
  const Health health = backend.services().health();
  co_return health_response(request, health.healthy, "healthy", health.problems);
}

Answer get_readyz(Backend& backend, const Request& request) {
  const Health health = backend.services().health();
  co_return health_response(request, health.ready, "ready", health.problems);
}

Answer get_status(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  json::object document = to_document(backend.services().status());
  document["tags"] = backend.services().live->size();
  std::function<Result<json::object>(store::Reader&)> work =
      [](store::Reader& reader) -> Result<json::object> {
    const auto counts = reader.counts();
    if (!counts) return counts.error();
    json::object store = to_document(*counts);
    store["generation"] = reader.generation();
    return store;
  };
  // The status must be seen most when the store is in trouble.
  const auto store = co_await backend.readers().query<json::object>(std::move(work));
  if (store) {
    document["store"] = *store;
  } else {
    document["store"] = json::object{{"error", text_value(store.error().message)}};
  }
  co_return json_response(document);
}

Answer get_metrics(Backend& backend, const Request&) {
  const Metrics& metrics = *backend.services().metrics;
  std::function<Result<std::string>()> work = [&metrics]() -> Result<std::string> {
    return metrics.text();
  };
  auto text = co_await backend.readers().run<std::string>(std::move(work));
  if (!text) co_return problem(text.error());
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(*text);
  co_return response;
}

Answer get_quarantine(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  const std::size_t rows_max = parameters.number("max", quarantine_default, 1, quarantine_most);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto grant = backend.budget().ask(2 * quarantine_bytes_max);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  std::function<Result<json::object>(store::Reader&)> work = [rows_max](store::Reader& reader) {
    return quarantine_document(reader, rows_max);
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  Response response = json_response(*document);
  response.lease = std::move(grant);
  co_return response;
}

Answer get_openapi(Backend&, const Request&) {
  Response response;
  response.body = openapi_text();
  co_return response;
}

}  // namespace parkwatch::http
