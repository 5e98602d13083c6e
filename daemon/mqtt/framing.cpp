// daemon/mqtt/framing.cpp - Incremental cutting of MQTT 3.1.1 packets; see the header.
#include "mqtt/framing.h"

#include <algorithm>
#include <functional>

namespace parkwatch::mqtt_session {
namespace {

// A SUBACK answers one SUBSCRIBE of ours with a byte a filter.
constexpr std::uint32_t suback_bytes_max = 65'537;

Error incomplete() { return Error{ErrorKind::incomplete, {}}; }

Error bad(std::string what) { return Error{ErrorKind::bad_input, std::move(what)}; }

std::string_view name_of(PacketType type) {
  static constexpr std::string_view names[] = {
      "reserved (0)", "CONNECT",  "CONNACK",    "PUBLISH",      "PUBACK",      "PUBREC",
      "PUBREL",       "PUBCOMP",  "SUBSCRIBE",  "SUBACK",       "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",      "PINGRESP", "DISCONNECT", "reserved (15)"};
  return names[static_cast<std::size_t>(type) & 0x0F];
}

std::uint16_t two_bytes(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append_joined(Bytes bytes, std::vector<Bytes>& out) {
  if (bytes.empty()) return;
  if (!out.empty() && out.back().data() + out.back().size() == bytes.data()) {
    out.back() = Bytes{out.back().data(), out.back().size() + bytes.size()};
  } else {
    out.push_back(bytes);
  }
}

}  // namespace

Result<FixedHeader> parse_fixed_header(Bytes bytes) {
  if (bytes.empty()) return incomplete();
  FixedHeader header;
  header.type = static_cast<PacketType>(bytes[0] >> 4);
  header.flags = bytes[0] & 0x0F;
  if ((bytes[0] >> 4) == 0 || (bytes[0] >> 4) == 15) {
    return bad("a packet of the type " + std::string{name_of(header.type)});
  }
  for (std::size_t i = 1; i <= 4; ++i) {
    if (i == bytes.size()) return incomplete();
    header.remaining |= static_cast<std::uint32_t>(bytes[i] & 0x7F) << (7 * (i - 1));
    if ((bytes[i] & 0x80) == 0) {
      header.header_bytes = i + 1;
      return header;
    }
  }
  return bad("a packet length of more than four bytes (over 256 MiB)");
}

std::uint64_t hash_of_topic(std::string_view topic) { return std::hash<std::string_view>{}(topic); }

std::string_view connack_text(std::uint8_t code) {
  switch (code) {  // MQTT 3.1.1, table 3.1
    case 0:
      return "accepted";
    case 1:
      return "unacceptable protocol version";
    case 2:
      return "identifier rejected";
    case 3:
      return "server unavailable";
    case 4:
      return "bad user name or password";
    case 5:
      return "not authorised";
    default:
      return "refused for an unknown reason";
  }
}

void BrokerBytes::clear() {
  pass.clear();
  publishes.clear();
  oversized.clear();
  connack.reset();
  suback.reset();
  pingresp = false;
}

Result<std::size_t> BrokerStream::feed(Bytes bytes, BrokerBytes& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Bytes rest = bytes.subspan(at);
    const Result<std::size_t> taken = part_ == Part::begin ? begin(rest, out) : go_on(rest, out);
    if (!taken) {
      if (taken.error().kind == ErrorKind::incomplete) break;
      return taken.error();
    }
    at += *taken;
  }
  return at;
}

Result<std::size_t> BrokerStream::begin(Bytes bytes, BrokerBytes& out) {
  const Result<FixedHeader> header = parse_fixed_header(bytes);
  if (!header) return header.error();
  if (!connack_seen_ && header->type != PacketType::connack) {
    return bad("the broker's first packet is no CONNACK but " + std::string{name_of(header->type)});
  }
  if (header->type == PacketType::publish) return begin_publish(*header, bytes, out);
  return begin_small(*header, bytes, out);
}

Result<std::size_t> BrokerStream::begin_publish(const FixedHeader& header, Bytes bytes,
                                                BrokerBytes& out) {
  const std::uint8_t qos = header.flags >> 1 & 3;
  if (qos == 3) return bad("a PUBLISH with both QoS bits set");
  if (qos == 2) return bad("a PUBLISH of QoS 2, which was not subscribed to: it could be lost");
  const std::size_t begin_bytes = header.header_bytes + 2;
  if (header.remaining < 2) return bad("a PUBLISH without a topic");
  if (bytes.size() < begin_bytes) return incomplete();
  const std::uint32_t topic_bytes = two_bytes(bytes, header.header_bytes);
  const std::uint32_t head_bytes = 2 + topic_bytes + (qos == 0 ? 0 : 2);
  if (topic_bytes == 0) return bad("a PUBLISH with an empty topic");
  if (head_bytes > header.remaining) return bad("a PUBLISH whose topic is longer than itself");
  publish_ = OversizedPublish{.topic = {},
                              .payload_bytes = header.remaining - head_bytes,
                              .packet_id = 0,
                              .qos = qos,
                              .dup = (header.flags & 8) != 0,
                              .retained = (header.flags & 1) != 0,
                              .passed_before = passed_};
  streamed_away_ = publish_.payload_bytes > payload_bytes_max_;
  part_ = Part::topic;
  part_left_ = topic_bytes;
  left_ = header.remaining - 2;
  pass(bytes.first(begin_bytes), out);
  return begin_bytes;
}

// Packets of a few bytes, taken whole but for the SUBACK.
Result<std::size_t> BrokerStream::begin_small(const FixedHeader& header, Bytes bytes,
                                              BrokerBytes& out) {
  const std::string name{name_of(header.type)};
  if (header.flags != 0) return bad("a " + name + " with flags");
  streamed_away_ = false;
  if (header.type == PacketType::suback) {
    if (header.remaining < 3 || header.remaining > suback_bytes_max) {
      return bad("a SUBACK of " + std::to_string(header.remaining) + " bytes");
    }
    part_ = Part::codes;
    left_ = header.remaining;
    body_.clear();
    pass(bytes.first(header.header_bytes), out);
    return header.header_bytes;
  }
  std::uint32_t expected = 2;
  if (header.type == PacketType::pingresp) {
    expected = 0;
  } else if (header.type != PacketType::connack && header.type != PacketType::puback &&
             header.type != PacketType::unsuback) {
    return bad("a " + name + ", which a broker never sends to us");
  }
  if (header.remaining != expected) {
    return bad("a " + name + " of " + std::to_string(header.remaining) + " bytes");
  }
  const std::size_t packet_bytes = header.header_bytes + expected;
  if (bytes.size() < packet_bytes) return incomplete();
  if (header.type == PacketType::connack) {
    if (connack_seen_) return bad("a second CONNACK");
    connack_seen_ = true;
    out.connack = Connack{(bytes[header.header_bytes] & 1) != 0, bytes[header.header_bytes + 1]};
  }
  if (header.type == PacketType::pingresp) out.pingresp = true;
  pass(bytes.first(packet_bytes), out);
  return packet_bytes;
}

Result<std::size_t> BrokerStream::go_on(Bytes bytes, BrokerBytes& out) {
  const bool bounded = part_ == Part::topic || part_ == Part::packet_id;
  const Bytes taken =
      bytes.first(std::min<std::uint64_t>(bytes.size(), bounded ? part_left_ : left_));
  pass(taken, out);
  left_ -= taken.size();
  if (part_ == Part::topic) {
    take_topic(taken);
    if (part_left_ == 0) {
      part_ = publish_.qos == 0 ? Part::payload : Part::packet_id;
      part_left_ = 2;
      if (publish_.qos == 0) {
        if (const Result<Done> ended = end_head(out); !ended) return ended.error();
      }
    }
  } else if (part_ == Part::packet_id) {
    for (const std::uint8_t byte : taken) {
      publish_.packet_id = static_cast<std::uint16_t>(publish_.packet_id << 8 | byte);
    }
    part_left_ -= taken.size();
    if (part_left_ == 0) {
      part_ = Part::payload;
      if (const Result<Done> ended = end_head(out); !ended) return ended.error();
    }
  } else if (part_ == Part::codes) {
    take_codes(taken, out);
  }
  if (left_ == 0 && (part_ == Part::payload || part_ == Part::codes)) {
    if (streamed_away_) out.oversized.push_back(std::move(publish_));
    part_ = Part::begin;
  }
  return taken.size();
}

Result<Done> BrokerStream::end_head(BrokerBytes& out) {
  if (publish_.qos != 0 && publish_.packet_id == 0) {
    return bad("a PUBLISH of QoS 1 with the packet identifier 0");
  }
  if (streamed_away_) return Done{};
  if (publish_.qos != 0) ++passed_;
  out.publishes.push_back(
      {topic_hash_, publish_.packet_id, publish_.qos, publish_.dup, publish_.retained});
  return Done{};
}

void BrokerStream::take_topic(Bytes bytes) {
  part_left_ -= bytes.size();
  if (publish_.topic.empty() && part_left_ == 0 && !streamed_away_) {
    topic_hash_ = hash_of_topic(text_of(bytes));  // whole in one piece: no copy
    return;
  }
  publish_.topic.append(text_of(bytes));
  if (part_left_ == 0) topic_hash_ = hash_of_topic(publish_.topic);
}

void BrokerStream::take_codes(Bytes bytes, BrokerBytes& out) {
  body_.append(text_of(bytes));
  if (left_ == 0) out.suback.emplace(body_.begin() + 2, body_.end());
}

void BrokerStream::pass(Bytes bytes, BrokerBytes& out) const {
  if (!streamed_away_) append_joined(bytes, out.pass);
}

void ClientBytes::clear() {
  pass.clear();
  acks.clear();
  pingreq = false;
  disconnect = false;
}

Result<std::size_t> ClientStream::feed(Bytes bytes, ClientBytes& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Bytes rest = bytes.subspan(at);
    if (left_ > 0) {
      const Bytes taken = rest.first(std::min<std::uint64_t>(rest.size(), left_));
      append_joined(taken, out.pass);
      left_ -= taken.size();
      at += taken.size();
      continue;
    }
    const Result<std::size_t> taken = begin(rest, out);
    if (!taken) {
      if (taken.error().kind == ErrorKind::incomplete) break;
      return taken.error();
    }
    at += *taken;
  }
  return at;
}

Result<std::size_t> ClientStream::begin(Bytes bytes, ClientBytes& out) {
  const Result<FixedHeader> header = parse_fixed_header(bytes);
  if (!header) return header.error();
  const std::size_t whole = header->header_bytes + header->remaining;
  switch (header->type) {
    case PacketType::puback:
      if (header->remaining != 2) return bad("a PUBACK of Paho's with a wrong length");
      if (bytes.size() < whole) return incomplete();
      out.acks.push_back(two_bytes(bytes, header->header_bytes));
      return whole;
    case PacketType::disconnect:
      if (header->remaining != 0) return bad("a DISCONNECT of Paho's with a wrong length");
      out.disconnect = true;
      return whole;
    case PacketType::pingreq:
      if (header->remaining != 0) return bad("a PINGREQ of Paho's with a wrong length");
      out.pingreq = true;
      break;
    case PacketType::connect:
    case PacketType::publish:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
      break;
    default:
      return bad("Paho sent a " + std::string{name_of(header->type)});
  }
  append_joined(bytes.first(header->header_bytes), out.pass);
  left_ = header->remaining;
  return header->header_bytes;
}

void append_puback(std::uint16_t packet_id, std::vector<std::uint8_t>& out) {
  const std::uint8_t packet[] = {0x40, 0x02, static_cast<std::uint8_t>(packet_id >> 8),
                                 static_cast<std::uint8_t>(packet_id & 0xFF)};
  out.insert(out.end(), std::begin(packet), std::end(packet));
}

}  // namespace parkwatch::mqtt_session
