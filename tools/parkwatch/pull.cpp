// tools/parkwatch/pull.cpp - See the header.
#include "tools/parkwatch/pull.h"

#include <boost/json.hpp>

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds long_poll{30};
// A page with more gaps than this says the rest as a number.
constexpr std::size_t gaps_said_max = 20;

}  // namespace

int Pull::run() {
  Result<Done> done = begin();
  if (done) done = fetch_all();
  if (output_ && (done || totals_.pages > 0)) say_summary();
  if (done) return exit_ok;
  say_error(console_, done.error().message);
  return exit_code_of(done.error());
}

Result<Done> Pull::begin() {
  std::optional<Position> known;
  if (!command_.cursor_file.empty()) {
    auto loaded = load_position(command_.cursor_file);
    if (!loaded) return loaded.error();
    known = std::move(*loaded);
  }
  const std::string format{to_text(command_.format)};
  if (known && known->format != format) {
    return Error{ErrorKind::permanent, command_.cursor_file + ": is of a pull with --format " +
                                           known->format + ", not " + format};
  }
  auto output = OutputFile::open(command_.output, known);
  if (!output) return output.error();
  output_.emplace(std::move(*output));
  if (known) position_ = *known;
  position_.format = format;
  // Before the first byte, so that a kill in the first page leaves a file that the next run knows.
  return save();
}

Result<Done> Pull::fetch_all() {
  for (;;) {
    const auto answer = fetch_page();
    if (!answer) return answer.error();
    if (answer->status == 410) {
      if (auto begun = begin_new_store(*answer); !begun) return begun;
      continue;
    }
    if (answer->status != 200) return error_of(*answer);
    if (auto taken = take(*answer); !taken) return taken;
    if (answer->header("parkwatch-end") == "true" && !command_.follow) return Done{};
  }
}

Result<HttpAnswer> Pull::fetch_page() {
  HttpRequest request;
  request.target = target();
  request.accept = media_type_of(command_.format);
  if (!command_.follow) return client_.send(request);
  request.extra_time = long_poll;
  return send_patiently(client_, request, console_);
}

std::string Pull::target() const {
  std::string out = "/v1/readings?max_bytes=" + std::to_string(command_.page_bytes);
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out += '&' + std::string{key} + '=' + percent_encoded(value);
  };
  add("after", position_.cursor);
  if (position_.cursor.empty()) add("consumer", command_.consumer);
  add("tags", command_.tags);
  add("from", command_.from);
  add("to", command_.to);
  if (command_.follow) add("wait", std::to_string(long_poll.count()));
  return out;
}

// The daemon has another store: what the old one held beyond our cursor will never come.
Result<Done> Pull::begin_new_store(const HttpAnswer& answer) {
  const Error told = error_of(answer);
  json::error_code ec;
  const json::value problem = json::parse(answer.body, ec);
  const std::string restart =
      !ec && problem.is_object() ? member_text(problem.get_object(), "restart") : std::string{};
  if (!command_.accept_new_store || restart.empty() || restart == position_.cursor) {
    return Error{told.kind, told.message + " (--accept-new-store begins there)"};
  }
  say_error(console_, "gap: " + told.message);
  ++totals_.gaps;
  position_.cursor = restart;
  return save();
}

Result<Done> Pull::take(const HttpAnswer& answer) {
  const std::string cursor = answer.header("parkwatch-cursor");
  if (cursor.empty() ||
      !answer.header("content-type").starts_with(media_type_of(command_.format))) {
    return Error{ErrorKind::bad_input,
                 "the answer is no page of readings; is --url a Parkwatch daemon's?"};
  }
  const auto content = read_page(command_.format, answer.body, answer.header("parkwatch-gap"));
  if (!content) return content.error();
  for (std::size_t i = 0; i < content->gaps.size() && i < gaps_said_max; ++i) {
    say_error(console_, "gap: " + content->gaps[i]);
  }
  ++totals_.pages;
  totals_.readings += content->readings;
  totals_.gaps += content->gaps.size();
  totals_.lost_readings += content->lost_readings;

  const bool titles = command_.format == PullFormat::csv && !output_->at_start();
  const std::string_view body = titles ? without_csv_titles(answer.body) : answer.body;
  // A page without content only says that there is none.
  if (!content->nothing() || (command_.format == PullFormat::csv && output_->at_start())) {
    if (auto written = output_->append(body); !written) return written;
    if (auto flushed = output_->flush(); !flushed) return flushed;
    totals_.bytes += body.size();
  }
  const bool moved = cursor != position_.cursor;
  position_.cursor = cursor;
  if (moved || !content->nothing()) {
    if (auto saved = save(); !saved) return saved;
  }
  return acknowledge();
}

Result<Done> Pull::save() {
  output_->describe(position_);
  if (command_.cursor_file.empty()) return Done{};
  return save_position(command_.cursor_file, position_);
}

Result<Done> Pull::acknowledge() {
  if (command_.consumer.empty() || acknowledged_ == position_.cursor) return Done{};
  const auto told =
      api_.command("POST", "/v1/consumers/" + percent_encoded(command_.consumer) + "/ack",
                   json::object{{"cursor", position_.cursor}});
  if (told) {
    acknowledged_ = position_.cursor;
    return Done{};
  }
  // The next page says it too.
  if (command_.follow && told.error().kind == ErrorKind::transient) return Done{};
  return told.error();
}

void Pull::say_summary() {
  std::ostream& to = command_.output == "-" ? console_.err : console_.out;
  if (console_.json) {
    to << json::serialize(json::object{{"pages", totals_.pages},
                                       {"readings", totals_.readings},
                                       {"gaps", totals_.gaps},
                                       {"lost_readings", totals_.lost_readings},
                                       {"bytes", totals_.bytes},
                                       {"cursor", position_.cursor}})
       << '\n';
  } else {
    to << "pulled " << totals_.readings << " readings in " << totals_.pages << " pages ("
       << totals_.bytes << " bytes), cursor " << position_.cursor;
    if (totals_.gaps > 0)
      to << "; GAPS: " << totals_.gaps << ", " << totals_.lost_readings << " readings lost";
    to << '\n';
  }
  to.flush();
}

}  // namespace parkwatch::cli
