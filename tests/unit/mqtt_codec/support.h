// tests/unit/mqtt_codec/support.h - Configuration tables written in C++, and what was decoded as
// lines of text.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/mqtt/codec/decoder.h"
#include "drivers/mqtt/codec/mapping.h"
#include "model/settings.h"

namespace parkwatch::mqtt_codec {

// A value of a table: text, whole number, true or false, array, table.
struct Cell {
  SettingsValue value;
  Cell(const char* text) { value.held = std::string{text}; }
  Cell(std::string text) { value.held = std::move(text); }
  Cell(bool flag) { value.held = flag; }
  Cell(int number) { value.held = std::int64_t{number}; }
  Cell(double number) { value.held = number; }
  Cell(std::vector<Cell> cells) {
    std::vector<SettingsValue> values;
    for (Cell& cell : cells) values.push_back(std::move(cell.value));
    value.held = std::move(values);
  }
  Cell(SettingsTable table) { value.held = std::make_shared<SettingsTable>(std::move(table)); }
};

// Each key stands on a line of its own, from 1.
inline SettingsTable table(std::vector<std::pair<std::string, Cell>> entries) {
  SettingsTable made;
  made.where = {"test.toml", 1, 1};
  for (auto& [key, cell] : entries) {
    cell.value.where = {"test.toml", static_cast<std::uint32_t>(made.entries.size() + 1), 1};
    made.entries.emplace_back(key, std::move(cell.value));
  }
  return made;
}

// A [[source]] with these mappings.
inline SettingsTable source(std::vector<SettingsTable> mappings) {
  std::vector<Cell> cells{mappings.begin(), mappings.end()};
  return table({{"mapping", Cell{std::move(cells)}}});
}

struct Read {
  std::vector<Mapping> mappings;
  Diagnostics diagnostics;
};

inline Read read(std::vector<SettingsTable> mappings) {
  Read result;
  const SettingsTable made = source(std::move(mappings));
  SettingsReader reader{made, "source", result.diagnostics};
  result.mappings = read_mappings(reader, result.diagnostics);
  reader.finish();
  return result;
}

// "rule.key: message" of each diagnostic, a line each.
inline std::string texts(const Diagnostics& diagnostics) {
  std::string lines;
  for (const Diagnostic& d : diagnostics) {
    lines += (d.severity == Diagnostic::Severity::warning ? "warning " : "") + d.key + ": " +
             d.message + "\n";
  }
  return lines;
}

// "site/cod = 12.5 (float64) @ 2024-01-01T00:00:00Z bad sensor_fault historical" and "! malformed:
// detail".
inline std::string lines(const Decoded& decoded) {
  std::string text;
  for (const DecodedReading& r : decoded.readings) {
    text += std::string{decoded.name_of(r)} + " = " + to_text(r.value) + " (" +
            std::string{to_text(type_of(r.value))} + ")";
    if (r.time) text += " @ " + to_rfc3339(*r.time);
    if (r.quality != Quality::good) text += " " + std::string{to_text(r.quality)};
    if (r.reason != QualityReason::none) text += " " + std::string{to_text(r.reason)};
    if (r.historical) text += " historical";
    text += "\n";
  }
  for (const DecodeFault& f : decoded.faults) {
    text += "! " + std::string{to_text(f.reason)} + ": " + f.detail + "\n";
  }
  return text;
}

inline Message message(std::string topic, std::string payload) {
  Message m;
  m.topic = std::move(topic);
  m.payload = std::move(payload);
  m.payload_bytes = m.payload.size();
  return m;
}

// One decoder over some mappings, asked again and again.
class Bench {
 public:
  explicit Bench(std::vector<SettingsTable> mappings, std::size_t payload_bytes_max = 1 << 20) {
    Read result = read(std::move(mappings));
    problems = texts(result.diagnostics);
    decoder_ = make_decoder(std::move(result.mappings), payload_bytes_max);
  }
  // REQUIRES: problems is empty
  std::string operator()(std::string topic, std::string payload) {
    return lines(decode(message(std::move(topic), std::move(payload))));
  }
  const Decoded& decode(const Message& m) {
    decoded_.clear();
    decoder_->decode(m, decoded_);
    return decoded_;
  }
  std::string problems;

 private:
  std::shared_ptr<Decoder> decoder_;
  Decoded decoded_;
};

}  // namespace parkwatch::mqtt_codec
