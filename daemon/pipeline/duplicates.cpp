// daemon/pipeline/duplicates.cpp - A ring of keys and a hash table of their places.
#include "pipeline/duplicates.h"

#include <bit>
#include <cstring>

namespace parkwatch::pipeline {
namespace {

constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995;

std::uint64_t load(const char* bytes, std::size_t count) {
  static_assert(std::endian::native == std::endian::little, "the hash is kept in the store");
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

std::uint64_t murmur(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t h = seed ^ (bytes.size() * multiplier);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t k = load(bytes.data(), 8) * multiplier;
    k ^= k >> 47;
    h = (h ^ (k * multiplier)) * multiplier;
  }
  if (!bytes.empty()) h = (h ^ load(bytes.data(), bytes.size())) * multiplier;
  h = (h ^ (h >> 47)) * multiplier;
  return h ^ (h >> 47);
}

}  // namespace

std::uint64_t hash_of(std::string_view topic, std::string_view payload) {
  return murmur(payload, murmur(topic, 0));
}

std::uint64_t DuplicateMemory::key_of(std::uint16_t packet_id, std::uint64_t hash) {
  const std::uint64_t key = (hash ^ packet_id) * multiplier;
  return key ^ (key >> 47);
}

std::size_t DuplicateMemory::home_of(std::uint64_t key) const {
  return static_cast<std::size_t>(key) & (table_.size() - 1);
}

bool DuplicateMemory::contains(std::uint64_t key) const {
  if (table_.empty()) return false;
  for (std::size_t at = home_of(key); table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
    if (ring_[table_[at] - 1] == key) return true;
  }
  return false;
}

void DuplicateMemory::add(std::uint64_t key) {
  if (ring_.size() < duplicates_max) {
    ring_.push_back(key);
    if (ring_.size() * 2 > table_.size()) return grow();
    return insert(static_cast<std::uint32_t>(ring_.size() - 1));
  }
  const auto place = static_cast<std::uint32_t>(oldest_);
  forget(place);
  ring_[place] = key;
  insert(place);
  oldest_ = (oldest_ + 1) % duplicates_max;
}

void DuplicateMemory::clear() {
  ring_.clear();
  table_.clear();
  oldest_ = 0;
}

std::vector<std::uint64_t> DuplicateMemory::keys() const {
  std::vector<std::uint64_t> keys(ring_.begin() + static_cast<std::ptrdiff_t>(oldest_),
                                  ring_.end());
  keys.insert(keys.end(), ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(oldest_));
  return keys;
}

void DuplicateMemory::insert(std::uint32_t place) {
  std::size_t at = home_of(ring_[place]);
  while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
  table_[at] = place + 1;
}

// Closes the hole, so that no search stops early.
void DuplicateMemory::forget(std::uint32_t place) {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = home_of(ring_[place]);
  while (table_[hole] != place + 1) hole = (hole + 1) & mask;
  for (std::size_t at = (hole + 1) & mask; table_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = home_of(ring_[table_[at] - 1]);
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    table_[hole] = table_[at];
    hole = at;
  }
  table_[hole] = 0;
}

void DuplicateMemory::grow() {
  table_.assign(table_.empty() ? 64 : table_.size() * 2, 0);
  for (std::uint32_t place = 0; place < ring_.size(); ++place) insert(place);
}

}  // namespace parkwatch::pipeline
