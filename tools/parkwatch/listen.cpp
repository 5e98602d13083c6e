// tools/parkwatch/listen.cpp - A session with the broker into a survey.
#include "tools/parkwatch/listen.h"

#include <unistd.h>

#include <boost/asio.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "drivers/mqtt/connection.h"
#include "model/action.h"
#include "mqtt/session.h"
#include "report/terminal_text.h"
#include "tools/parkwatch/new_file.h"
#include "tools/parkwatch/topic_survey.h"

namespace parkwatch::cli {
namespace {

using mqtt_session::SessionOptions;

constexpr Duration length_max = std::chrono::days{1};

// The options, by the same checks as a [[source]]'s; empty: something is wrong, and was said.
std::optional<SessionOptions> options_of(const ListenCommand& command, Console& console) {
  SettingsTable table;
  const auto give = [&](const char* key, const std::string& text) {
    if (!text.empty()) table.entries.emplace_back(key, SettingsValue{{}, text});
  };
  give("url", command.broker);
  give("username", command.username);
  give("password_file", command.password_file);
  give("ca_file", command.ca_file);
  Diagnostics diagnostics;
  SettingsReader reader{table, "", diagnostics};
  static_cast<void>(mqtt_driver::read_connection(reader));
  for (const Diagnostic& d : diagnostics) {
    say_error(console, (d.key == "url" ? "--broker" : d.key) + ' ' + d.message);
  }
  if (!diagnostics.empty()) return std::nullopt;
  auto options =
      mqtt_driver::connection_options(table, "parkwatch-listen-" + std::to_string(::getpid()));
  if (!options) {
    say_error(console, options.error().message);
    return std::nullopt;
  }
  options->clean_session = true;
  options->filters = command.topics;
  options->payload_bytes_max = survey_payload_bytes_max;
  return *std::move(options);
}

Timestamp now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

// The session while it lasts. Messages come on Paho's thread, all else on the loop's.
class Listening {
 public:
  // Listens for `length` from when the broker took the subscription; gives up at the first failure
  // before that. Errors: as make_session.
  Result<Done> run(SessionOptions options, Duration length) {
    const Duration patience = 2 * options.connect_timeout;
    auto session = mqtt_session::make_session(loop_, std::move(options), handlers_for(length), {});
    if (!session) return session.error();
    session_ = *std::move(session);
    if (auto started = session_->start(); !started) return started.error();
    end_after(patience);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) end();
    });
    loop_.run();
    session_.reset();
    return Done{};
  }

  // After run().
  [[nodiscard]] const TopicSurvey& survey() const { return survey_; }
  [[nodiscard]] bool was_connected() const { return connected_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  mqtt_session::SessionHandlers handlers_for(Duration length) {
    mqtt_session::SessionHandlers handlers;
    handlers.message = [this](Message&& message) {
      const std::lock_guard lock{mutex_};
      survey_.add(message.topic, message.payload, message.retained, now());
      return std::uint64_t{1};
    };
    handlers.connected = [this, length](bool) {
      if (!std::exchange(connected_, true)) end_after(length);
    };
    handlers.lost = [this](const std::string& why) {
      why_ = why;
      if (!connected_) end_after(Duration{0});  // not from inside the session's own call
    };
    return handlers;
  }

  void end_after(Duration time) {
    timer_.expires_after(time);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) end();
    });
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    signals_.cancel();
    timer_.cancel();
    session_->stop_reading();
    session_->stop([this] { loop_.stop(); });
  }

  boost::asio::io_context loop_;
  boost::asio::steady_timer timer_{loop_};
  boost::asio::signal_set signals_{loop_, SIGINT, SIGTERM};
  std::mutex mutex_;  // of survey_
  TopicSurvey survey_;
  bool connected_ = false;
  bool ended_ = false;
  std::string why_;
  std::unique_ptr<mqtt_session::Session> session_;
};

int write_out(const ListenCommand& command, const TopicSurvey& survey, Console& console) {
  const std::string table = survey.point_table();
  if (command.output == "-") {
    console.out << table;
  } else if (const auto written = write_new_file(command.output, table); !written) {
    say_error(console, written.error().message);
    return exit_no;
  }
  console.err << survey.messages() << " messages of " << survey.topics().size() << " topics";
  if (survey.not_understood() > 0)
    console.err << ", " << survey.not_understood() << " not understood";
  if (survey.left_out() > 0) console.err << ", " << survey.left_out() << " beyond what is kept";
  console.err << '\n';
  return exit_ok;
}

}  // namespace

int listen(const ListenCommand& command, Console& console) {
  const auto length = parse_duration(command.length);
  if (!length || *length <= Duration{0} || *length > length_max) {
    say_error(console, "--for is a time such as 60s or 10m, at most 1d, not " + command.length);
    return exit_usage;
  }
  std::error_code ignored;
  if (command.output != "-" && std::filesystem::exists(command.output, ignored)) {
    say_error(console, command.output + " is there already and is not overwritten");
    return exit_no;
  }
  for (const std::string& topic : command.topics) {
    if (is_topic_filter(topic)) continue;
    say_error(console, "--topic '" + topic +
                           "' is no topic filter: + stands for a whole level, # for all from there "
                           "on and last");
    return exit_usage;
  }
  auto options = options_of(command, console);
  if (!options) return exit_usage;
  Listening listening;
  if (const auto run = listening.run(*std::move(options), *length); !run) {
    say_error(console, run.error().message);
    return exit_no;
  }
  if (!listening.was_connected()) {
    say_error(console, "no broker at " + command.broker +
                           (listening.why().empty() ? "" : ": " + listening.why()));
    return exit_not_reachable;
  }
  if (listening.survey().topics().empty()) {
    say_error(console, "nothing came in " + command.length + " that can be understood");
    return exit_no;
  }
  return write_out(command, listening.survey(), console);
}

}  // namespace parkwatch::cli
