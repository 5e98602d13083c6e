// drivers/mqtt/codec/output.cpp - The bounds of what one message may give.
#include "drivers/mqtt/codec/output.h"

#include <algorithm>
#include <utility>

#include "model/utf8.h"

namespace parkwatch::mqtt_codec {

bool Output::next() { return ++seen_ <= readings_a_message_max; }

void Output::fault(RefusalReason reason, std::string detail) {
  if (++faults_ <= faults_a_message_max)
    out_.faults.push_back(DecodeFault{reason, std::move(detail)});
}

void Output::finish() {
  if (seen_ > readings_a_message_max) {
    out_.readings.erase(out_.readings.begin() + static_cast<std::ptrdiff_t>(readings_),
                        out_.readings.end());
    out_.names.resize(names_);
    out_.passages.resize(passages_);
    const std::size_t kept = faults_ < faults_a_message_max ? faults_ : faults_a_message_max;
    out_.faults.erase(out_.faults.end() - static_cast<std::ptrdiff_t>(kept), out_.faults.end());
    out_.faults.push_back(DecodeFault{
        RefusalReason::too_many,
        "more than " + std::to_string(readings_a_message_max) + " readings in one message"});
  } else if (faults_ > faults_a_message_max) {
    out_.faults.back().detail +=
        "; and " + std::to_string(faults_ - faults_a_message_max) + " more faults";
  }
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t bytes_max = 60;
  std::size_t end = std::min(text.size(), bytes_max);
  // No half of a character at the end.
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;
  const bool cut = end < text.size();
  text = text.substr(0, end);
  const bool utf8 = !first_not_utf8(text);
  std::string shown = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Details are for terminals and logs: nothing that moves a cursor. C2 80..9F are controls, too.
    const bool control = byte == 0xC2 && utf8 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    const bool plain = byte >= 0x20 && byte != 0x7F && (byte < 0x80 || utf8) && !control;
    shown += plain ? text[i] : '?';
    i += control ? 1 : 0;
  }
  return shown + (cut ? "...\"" : "\"");
}

std::string at_byte(std::size_t byte) { return "byte " + std::to_string(byte) + ": "; }

}  // namespace parkwatch::mqtt_codec
