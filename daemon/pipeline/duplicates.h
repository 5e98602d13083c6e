// daemon/pipeline/duplicates.h - Which messages of a session were seen. Pure; pipeline thread.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace parkwatch::pipeline {

// Identities that are remembered for each session (design: Redelivery).
inline constexpr std::size_t duplicates_max = 32'768;

// Of topic and payload. Stored, so it never changes: MurmurHash64A over little-endian words.
[[nodiscard]] std::uint64_t hash_of(std::string_view topic, std::string_view payload);

// The last duplicates_max messages of one session by (packet identifier, hash). Up to 0.5 MiB.
class DuplicateMemory {
 public:
  [[nodiscard]] static std::uint64_t key_of(std::uint16_t packet_id, std::uint64_t hash);

  [[nodiscard]] bool contains(std::uint64_t key) const;
  void add(std::uint64_t key);
  void clear();
  // Oldest first.
  [[nodiscard]] std::vector<std::uint64_t> keys() const;

 private:
  [[nodiscard]] std::size_t home_of(std::uint64_t key) const;
  void insert(std::uint32_t place);
  void forget(std::uint32_t place);
  void grow();

  std::vector<std::uint64_t> ring_;   // keys; grows to duplicates_max, then its oldest is replaced
  std::vector<std::uint32_t> table_;  // open addressing: place in the ring + 1; 0: free
  std::size_t oldest_ = 0;
};

}  // namespace parkwatch::pipeline
