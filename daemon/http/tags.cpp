// daemon/http/tags.cpp - GET /v1/tags: definitions with their latest committed values.
#include <boost/json/object.hpp>
#include <map>

#include "http/documents.h"
#include "http/json_text.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace {

constexpr std::size_t matches_max = 100;
constexpr std::uint64_t tags_default = 1000;
constexpr std::uint64_t tags_most = 10'000;
constexpr std::size_t bytes_wanted = std::size_t{4} << 20;

struct Ask {
  std::vector<std::string> patterns;
  std::uint64_t first = 0;  // id
  std::size_t rows_max = 0;
  std::size_t bytes_max = 0;
};

// Loop checks that are on, by tag: what shows a tag's value says that another one is being judged.
using Tests = std::map<std::string, boost::json::object, std::less<>>;

Result<Tests> tests_of(store::Reader& reader) {
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  Tests tests;
  for (const AlarmEvent& event : *standing) {
    if (event.rule != rule_loop_check || !event.shelving) continue;
    boost::json::object test{{"value", event.value.value_or(0)},
                             {"author", text_value(event.shelving->author)},
                             {"reason", text_value(event.shelving->reason)}};
    if (event.shelving->until) test["until"] = time_value(*event.shelving->until);
    tests[event.tag] = std::move(test);
  }
  return tests;
}

Result<Response> page_of(const LiveView& live, const Ask& ask, store::Reader& reader) {
  const auto tests = tests_of(reader);
  if (!tests) return tests.error();
  Response response;
  std::string next = "null";
  std::size_t rows = 0;
  response.body = R"({"tags":[)";
  live.each(static_cast<TagId>(ask.first), [&](const LiveTag& tag) {
    if (!tag_matches_one(ask.patterns, tag.tag->name)) return true;
    if (rows == ask.rows_max || (rows > 0 && response.body.size() >= ask.bytes_max)) {
      next = std::to_string(tag.id);
      return false;
    }
    response.body += rows++ == 0 ? "\n" : ",\n";
    auto document = to_document(tag);
    const auto test = tests->find(tag.tag->name);
    if (test != tests->end()) document["test"] = test->second;
    append_json(response.body, document);
    return true;
  });
  response.body += "\n],\"next\":" + next + "}\n";
  return response;
}

}  // namespace

Answer get_tags(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  Ask ask;
  ask.patterns = parameters.list("match", matches_max);
  ask.first = parameters.number("first", 0, 0, tags_max);
  ask.rows_max = parameters.number("max", tags_default, 1, tags_most);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto grant = backend.budget().ask(bytes_wanted);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  ask.bytes_max = grant->bytes();
  const LiveView& live = *backend.services().live;
  std::function<Result<Response>(store::Reader&)> work = [&live, &ask](store::Reader& reader) {
    return page_of(live, ask, reader);
  };
  auto response = co_await backend.readers().query<Response>(std::move(work));
  if (!response) co_return problem(response.error());
  response->lease = std::move(grant);
  co_return std::move(*response);
}

}  // namespace parkwatch::http
