// drivers/mqtt/driver.cpp - A broker session that appends what it gets. append() runs on Paho's
// thread and the loop's, status() on any, everything else on the loop's.
#include "drivers/mqtt/driver.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "drivers/mqtt/codec/decoder.h"
#include "drivers/mqtt/codec/mapping.h"
#include "drivers/mqtt/codec/passage_mapping.h"
#include "drivers/mqtt/connection.h"
#include "drivers/mqtt/high_mark.h"
#include "mqtt/session.h"

namespace parkwatch::mqtt_driver {
namespace {

constexpr std::size_t window_default = 20;  // max_inflight_messages of mosquitto as it is shipped
constexpr std::uint64_t payload_max_default = std::uint64_t{1} << 20;

// What a [[source]] says beside its mappings.
struct Settings {
  mqtt_session::SessionOptions options;
  std::size_t window = window_default;
};

void read_qos(SettingsReader& reader) {
  const std::int64_t qos = reader.integer("qos", 1, 0, 2);
  if (qos == 0) {
    reader.error(
        "qos",
        "must be 1: at 0 a broker keeps nothing for us, so what comes while we are away is lost "
        "(devices may publish at 0; what came so is counted)");
  }
  if (qos == 2) {
    reader.error("qos",
                 "must be 1: at 2 MQTT 3.1.1 gives a message away before we could store it, so a "
                 "kill loses it; "
                 "at 1 a message that comes twice is recognised");
  }
}

Settings read_settings(SettingsReader& reader) {
  Settings settings;
  for (const std::string_view key : {"name", "driver", "auto_register"})
    (void)reader.value(key);  // config reads them
  settings.options = read_connection(reader);
  read_qos(reader);
  settings.window = static_cast<std::size_t>(
      reader.integer("window", static_cast<std::int64_t>(window_default), 1, 65'535));
  // The intake holds 16 MiB by default, so more would let few messages in at a time.
  settings.options.payload_bytes_max = static_cast<std::size_t>(
      reader.bytes("payload_max", payload_max_default, 64, std::uint64_t{16} << 20));
  return settings;
}

class MqttDriver final : public Driver {
 public:
  MqttDriver(Result<mqtt_session::SessionOptions> options, std::size_t window,
             DriverContext context)
      : context_(std::move(context)), window_(window) {
    if (!options) {
      why_not_ = options.error();
      return;
    }
    auto session = mqtt_session::make_session(
        context_.loop, *std::move(options), handlers(),
        [this] { return context_.acknowledge_early ? 0 : appended_.get(); });
    if (session) {
      session_ = *std::move(session);
    } else {
      why_not_ = session.error();
    }
  }

  Result<Done> start() override { return session_ ? session_->start() : why_not_; }
  void stop_reading() override {
    if (session_) session_->stop_reading();
  }
  void stop(std::function<void()> done) override {
    if (session_) {
      session_->stop(std::move(done));
    } else {
      boost::asio::post(context_.loop, std::move(done));
    }
  }
  void committed(std::uint64_t sequence) override {
    if (session_) session_->committed(sequence);
  }
  void flow(bool open) override {
    if (session_) session_->flow(open);
  }

  [[nodiscard]] DriverStatus status() const override {
    DriverStatus status;
    status.window = window_;
    if (!session_) {
      status.detail = why_not_.message;
      return status;
    }
    mqtt_session::SessionStatus session = session_->status();
    status.connected = session.connected;
    status.detail = std::move(session.detail);
    status.messages = session.messages;
    status.held_acknowledgements = session.held_acknowledgements;
    status.oldest_held = session.oldest_held;
    status.connects = session.connects;
    status.qos0_messages = session.qos0_messages;
    status.oversized_messages = session.oversized_messages;
    return status;
  }

 private:
  mqtt_session::SessionHandlers handlers() {
    mqtt_session::SessionHandlers calls;
    calls.message = [this](Message&& message) { return append(std::move(message)); };
    calls.connected = [this](bool session_present) { tell(true, session_present, {}); };
    calls.lost = [this](const std::string& why) { tell(false, true, why); };
    calls.log = context_.log;
    return calls;
  }

  std::uint64_t append(Message&& message) {
    message.source = context_.source;
    const std::uint64_t sequence = context_.intake.append(std::move(message));
    // 0: the intake is closed and took nothing; the session then lets no acknowledgement go any
    // more.
    if (sequence != 0) appended_.raise(sequence);
    return sequence;
  }

  // A failing reconnect is no news: the source has been lost since the first time. Its reason may
  // be.
  void tell(bool connected, bool session_kept, const std::string& why) {
    const Told now = connected ? Told::connected : Told::lost;
    if (told_ != now || why != why_) {
      why_ = why;
      context_.log("source " + context_.source_name +
                   (connected ? std::string{": connected"} : ": not connected: " + why));
    }
    if (!connected && told_ == now) return;
    told_ = now;
    (void)context_.intake.append(
        SourceCondition{context_.source_name, connected, session_kept, why});
  }

  enum class Told : std::uint8_t { nothing, connected, lost };

  const DriverContext context_;
  const std::size_t window_;
  Error why_not_;              // of a session that could not be made
  Told told_ = Told::nothing;  // loop's thread
  std::string why_;            // that was logged last; loop's thread
  HighMark appended_;          // raised by Paho's thread and the loop, read by the gate
  // Last: it is destroyed first, and calls the handlers until then.
  std::unique_ptr<mqtt_session::Session> session_;
};

void check(const SettingsTable& table, Diagnostics& out) {
  SettingsReader reader{table, "source", out};
  (void)read_settings(reader);
  const auto mappings = mqtt_codec::read_mappings(reader, out);
  (void)mqtt_codec::read_passages(reader, mappings, out);
  reader.finish();
}

std::shared_ptr<Decoder> decoder(const SettingsTable& table) {
  Diagnostics seen;  // the check has told them
  SettingsReader reader{table, "source", seen};
  const Settings settings = read_settings(reader);
  auto mappings = mqtt_codec::read_mappings(reader, seen);
  auto passages = mqtt_codec::read_passages(reader, mappings, seen);
  return mqtt_codec::make_decoder(std::move(mappings), settings.options.payload_bytes_max,
                                  std::move(passages));
}

std::unique_ptr<Driver> make(const SettingsTable& table, DriverContext context) {
  Diagnostics seen;
  SettingsReader reader{table, "source", seen};
  const Settings settings = read_settings(reader);
  Result<mqtt_session::SessionOptions> options =
      connection_options(table, "parkwatch-" + context.park + '-' + context.source_name);
  if (options) {
    options->payload_bytes_max = settings.options.payload_bytes_max;
    const auto mappings = mqtt_codec::read_mappings(reader, seen);
    options->filters = mqtt_codec::subscription_filters(
        mappings, mqtt_codec::read_passages(reader, mappings, seen));
  }
  return std::make_unique<MqttDriver>(std::move(options), settings.window, std::move(context));
}

std::size_t window(const SettingsTable& table) {
  Diagnostics seen;
  SettingsReader reader{table, "source", seen};
  return read_settings(reader).window;
}

}  // namespace

DriverEntry entry() { return DriverEntry{"mqtt", &check, &decoder, &make, &window}; }

}  // namespace parkwatch::mqtt_driver
