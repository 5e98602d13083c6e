// drivers/mqtt/codec/decoder.cpp - Topic to mapping, mapping to format.
#include "drivers/mqtt/codec/decoder.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "drivers/mqtt/codec/bare_payload.h"
#include "drivers/mqtt/codec/json_payload.h"
#include "drivers/mqtt/codec/names.h"
#include "drivers/mqtt/codec/output.h"
#include "drivers/mqtt/codec/passage_payload.h"
#include "drivers/mqtt/codec/protobuf_payload.h"
#include "model/utf8.h"

namespace parkwatch::mqtt_codec {
namespace {

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

class MqttDecoder final : public Decoder {
 public:
  MqttDecoder(std::vector<Mapping> mappings, std::size_t payload_bytes_max,
              std::vector<PassageMapping> passages)
      : mappings_(std::move(mappings)),
        passages_(std::move(passages)),
        payload_bytes_max_(payload_bytes_max) {
    for (const Mapping& mapping : mappings_) add_words(mapping.topic);
    for (const PassageMapping& passage : passages_) add_words(passage.topic);
  }

  void decode(const Message& message, Decoded& decoded) override {
    Output out{decoded};
    decode(message, out);
    out.finish();
  }

 private:
  void decode(const Message& message, Output& out) {
    const bool oversized = message.oversized || message.payload.size() > payload_bytes_max_;
    if (oversized && passages_.empty()) return too_large(message, out);
    TopicNames found;
    const TopicNames* names = remembered(message.topic);
    if (names == nullptr) {
      if (!find(message.topic, found)) return unmapped(message.topic, out);
      names = remember(message.topic, found);
    }
    if (names->passage != nullptr) out.personal(names->passage->filter);
    if (oversized) return too_large(message, out);
    if (names->passage != nullptr) {
      return passage_.decode(message.payload, *names->passage, names->captured, out);
    }
    switch (names->mapping->format) {
      case Format::json:
        return json_.decode(message.payload, *names, out);
      case Format::bare:
        return decode_bare(message.payload, *names, out);
      case Format::parkwatch_v1:
        return decode_protobuf(message.payload, *names, scratch_, out);
    }
  }

  void too_large(const Message& message, Output& out) const {
    const std::uint64_t bytes = message.oversized ? message.payload_bytes : message.payload.size();
    out.fault(RefusalReason::oversized, std::to_string(bytes) + " bytes; payload_max is " +
                                            std::to_string(payload_bytes_max_));
  }

  [[nodiscard]] const TopicNames* remembered(std::string_view topic) const {
    const auto found = topics_.find(topic);
    return found == topics_.end() ? nullptr : &found->second;
  }

  // Where passages come from, any other topic may be one of them that is mistyped, or that nothing
  // takes any more: what the configuration does not say itself may be a plate.
  void unmapped(std::string_view topic, Output& out) const {
    const bool personal = !passages_.empty();
    const std::string shape = personal ? masked(topic, words_) : std::string{};
    if (personal) out.personal(shape);
    if (const auto byte = first_not_utf8(topic)) {
      return out.fault(RefusalReason::not_utf8,
                       "byte " + std::to_string(*byte) + " of the topic: it is not UTF-8");
    }
    out.fault(RefusalReason::unmapped_topic,
              "no [[source.mapping]] takes " + excerpt(personal ? shape : topic));
  }

  void add_words(const TopicPattern& topic) {
    for (const std::string_view word : topic.words()) words_.emplace(word);
  }

  // False: nothing takes it.
  bool find(std::string_view topic, TopicNames& names) {
    if (first_not_utf8(topic)) return false;
    std::vector<std::string_view> captured;
    for (const Mapping& mapping : mappings_) {
      if (mapping.topic.match(topic, captured)) {
        names = names_of(mapping, std::move(captured));
        return true;
      }
    }
    for (const PassageMapping& passage : passages_) {
      if (passage.topic.match(topic, captured)) {
        names.passage = &passage;
        names.captured = std::move(captured);
        return true;
      }
    }
    return false;
  }

  // `names` itself if the topic is not worth it.
  const TopicNames* remember(const std::string& topic, const TopicNames& names) {
    if (topic.size() > remembered_topic_bytes_max) return &names;
    // Rare: a device that invents topics. Starting anew is simpler than choosing which one to
    // forget.
    if (topics_.size() == remembered_topics_max) topics_.clear();
    const auto [entry, added] = topics_.try_emplace(topic, names);
    // The captures must be views into the topic that stays.
    if (added) {
      for (std::string_view& level : entry->second.captured) {
        level = std::string_view{entry->first}.substr(
            static_cast<std::size_t>(level.data() - topic.data()), level.size());
      }
    }
    return &entry->second;
  }

  const std::vector<Mapping> mappings_;
  const std::vector<PassageMapping> passages_;
  const std::size_t payload_bytes_max_;
  TopicWords words_;  // of the topics, as the configuration has them
  std::unordered_map<std::string, TopicNames, ViewHash, std::equal_to<>> topics_;
  JsonPayload json_;
  PassagePayload passage_;
  std::string scratch_;
};

}  // namespace

std::shared_ptr<Decoder> make_decoder(std::vector<Mapping> mappings, std::size_t payload_bytes_max,
                                      std::vector<PassageMapping> passages) {
  return std::make_shared<MqttDecoder>(std::move(mappings), payload_bytes_max, std::move(passages));
}

}  // namespace parkwatch::mqtt_codec
