// daemon/mqtt/framing.h - Cuts the two byte streams of an MQTT 3.1.1 connection into packets, for
// the ack gate. Pure: bytes in, values out; no socket, no clock. Not thread-safe; each stream has
// one owner.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace parkwatch::mqtt_session {

using Bytes = std::span<const std::uint8_t>;

// MQTT 3.1.1, table 2.1. 0 and 15 are reserved.
enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
};

// MQTT 3.1.1, 2.2: type and flags, then one to four bytes of length.
struct FixedHeader {
  PacketType type{};
  std::uint8_t flags = 0;
  std::uint32_t remaining = 0;  // bytes after this header, at most 268,435,455
  std::size_t header_bytes = 0;
};

// Errors: incomplete - call again with more bytes; bad_input - the length has a fifth byte, or the
// type is reserved.
[[nodiscard]] Result<FixedHeader> parse_fixed_header(Bytes bytes);

// A stream may leave this many bytes unread at the end of what it was fed; they come again in front
// of the next bytes. A PUBLISH is decided on by its fixed header and the length of its topic.
inline constexpr std::size_t unread_bytes_max = 6;

// What the gate tells Paho's callback of a PUBLISH that went by: Paho C++ hides the packet
// identifier.
struct PublishNote {
  std::uint64_t topic_hash = 0;  // hash_of_topic
  std::uint16_t packet_id = 0;   // 0 for QoS 0
  std::uint8_t qos = 0;
  bool dup = false;
  bool retained = false;
};
[[nodiscard]] std::uint64_t hash_of_topic(std::string_view topic);

// A PUBLISH that was too large to pass on: it has gone by completely and nothing of its payload was
// kept.
struct OversizedPublish {
  std::string topic;  // at most 65,535 bytes, by its own length field
  std::uint64_t payload_bytes = 0;
  std::uint16_t packet_id = 0;
  std::uint8_t qos = 0;
  bool dup = false;
  bool retained = false;
  std::uint64_t passed_before =
      0;  // PUBLISHes of QoS 1 passed on before it, since the connection began
};

struct Connack {
  bool session_present = false;
  std::uint8_t code = 0;  // 0: accepted
};
// "not authorised", "identifier rejected"...; for code 0 "accepted".
[[nodiscard]] std::string_view connack_text(std::uint8_t code);

// What some bytes of the broker's held. `pass` points into the bytes that were fed.
struct BrokerBytes {
  std::vector<Bytes> pass;  // for the client, in order, gaps where something was streamed away
  std::vector<PublishNote> publishes;
  std::vector<OversizedPublish> oversized;
  std::optional<Connack> connack;
  std::optional<std::vector<std::uint8_t>> suback;  // its return codes
  bool pingresp = false;

  void clear();
};

// The broker's side of a connection.
class BrokerStream {
 public:
  explicit BrokerStream(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  // Adds to `out`. Returns how many of `bytes` were read; the rest, at most unread_bytes_max, must
  // come again with more behind it. Errors: bad_input - this is not MQTT 3.1.1 as a broker may send
  // it, or a PUBLISH of QoS 2, which we never ask for: close the connection with the error's text.
  [[nodiscard]] Result<std::size_t> feed(Bytes bytes, BrokerBytes& out);

  // Bytes until the packet in hand ends; 0 between packets (and while its beginning is still
  // unread).
  [[nodiscard]] std::uint64_t bytes_to_boundary() const { return left_; }

 private:
  enum class Part : std::uint8_t { begin, topic, packet_id, payload, codes };

  [[nodiscard]] Result<std::size_t> begin(Bytes bytes, BrokerBytes& out);
  [[nodiscard]] Result<std::size_t> begin_publish(const FixedHeader& header, Bytes bytes,
                                                  BrokerBytes& out);
  [[nodiscard]] Result<std::size_t> begin_small(const FixedHeader& header, Bytes bytes,
                                                BrokerBytes& out);
  [[nodiscard]] Result<std::size_t> go_on(Bytes bytes, BrokerBytes& out);
  [[nodiscard]] Result<Done> end_head(BrokerBytes& out);
  void take_topic(Bytes bytes);
  void take_codes(Bytes bytes, BrokerBytes& out);
  void pass(Bytes bytes, BrokerBytes& out) const;

  const std::size_t payload_bytes_max_;
  Part part_ = Part::begin;
  std::uint64_t left_ = 0;       // of the packet in hand
  std::uint64_t part_left_ = 0;  // of its topic or packet identifier
  bool streamed_away_ = false;
  bool connack_seen_ = false;
  std::uint64_t passed_ = 0;
  OversizedPublish
      publish_;  // the one in hand, oversized or not; its topic only if it came in pieces
  std::uint64_t topic_hash_ = 0;
  std::string body_;  // of a SUBACK
};

// What some bytes of Paho's held. `pass` points into the bytes that were fed.
struct ClientBytes {
  std::vector<Bytes> pass;          // for the broker at once
  std::vector<std::uint16_t> acks;  // packet identifiers of PUBACKs, in order; not in `pass`
  bool pingreq = false;
  bool disconnect = false;  // not in `pass`: the gate decides whether the broker may hear it

  void clear();
};

// Paho's side of a connection.
class ClientStream {
 public:
  // As BrokerStream::feed. Errors: bad_input - Paho sends what it never should.
  [[nodiscard]] Result<std::size_t> feed(Bytes bytes, ClientBytes& out);

 private:
  [[nodiscard]] Result<std::size_t> begin(Bytes bytes, ClientBytes& out);

  std::uint64_t left_ = 0;
};

inline constexpr std::uint8_t pingresp_packet[] = {0xD0, 0x00};
inline constexpr std::uint8_t disconnect_packet[] = {0xE0, 0x00};
void append_puback(std::uint16_t packet_id, std::vector<std::uint8_t>& out);

}  // namespace parkwatch::mqtt_session
