// daemon/store/wal_check.cpp - Follows the checksums of a write-ahead log (the format is in
// SQLite's fileformat2, section 4). Blocking file access; any thread.
#include "store/wal_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace parkwatch::store {
namespace {

constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::size_t summed_of_frame_header = 8;
constexpr std::size_t salt_bytes = 8;
constexpr std::uint32_t magic = 0x377F0682;  // its last bit: sums are big-endian
constexpr std::uint32_t page_bytes_least = 512;
constexpr std::uint32_t page_bytes_most = 65536;

using Bytes = std::span<const unsigned char>;

std::uint32_t big_endian(Bytes at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         std::uint32_t{at[3]};
}

std::uint32_t little_endian(Bytes at) {
  return std::uint32_t{at[3]} << 24 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[1]} << 8 |
         std::uint32_t{at[0]};
}

// The running checksum of a log.
struct Sum {
  bool is_big = false;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(Bytes bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes.subspan(at)) + second;
      second += word(bytes.subspan(at + 4)) + first;
    }
  }
  [[nodiscard]] bool is(Bytes stored) const {
    return big_endian(stored) == first && big_endian(stored.subspan(4)) == second;
  }
  [[nodiscard]] std::uint32_t word(Bytes at) const {
    return is_big ? big_endian(at) : little_endian(at);
  }
};

bool read_all(std::ifstream& file, std::span<unsigned char> out) {
  return static_cast<bool>(
      file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size())));
}

// Whether a transaction that was synced lies behind the first frame that does not fit: a commit
// whose checksums follow from the commit before it, which was synced before the second was begun.
// Torn ends of transactions that a cut or a failed sync left behind never follow from each other.
bool lost_a_commit(std::ifstream& file, Bytes header, Sum sum) {
  const std::uint32_t page_bytes = big_endian(header.subspan(8));
  const Bytes salt = header.subspan(16, salt_bytes);
  std::vector<unsigned char> frame(frame_header_bytes + page_bytes);
  const Bytes view{frame};
  bool broken = false;  // a frame did not fit
  bool follows = true;  // the frames so far, from the beginning or from a commit behind the break
  while (read_all(file, frame)) {
    const bool ours = std::ranges::equal(view.subspan(8, salt_bytes), salt);
    sum.add(view.first(summed_of_frame_header));
    sum.add(view.subspan(frame_header_bytes));
    follows = follows && ours && sum.is(view.subspan(16, 8));
    const bool ends = ours && big_endian(view.subspan(4)) != 0;
    if (broken && follows && ends) return true;
    if (follows) continue;
    broken = true;
    if (!ends) continue;
    sum.first = big_endian(view.subspan(16));
    sum.second = big_endian(view.subspan(20));
    follows = true;
  }
  return false;
}

}  // namespace

std::string fault_of_wal(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::array<unsigned char, header_bytes> header{};
  if (!read_all(file, header)) return {};
  if (std::ranges::all_of(header, [](unsigned char byte) { return byte == 0; })) return {};
  const Bytes view{header};
  const std::uint32_t page_bytes = big_endian(view.subspan(8));
  Sum sum;
  sum.is_big = (big_endian(view) & 1U) != 0;
  sum.add(view.first(24));
  if ((big_endian(view) & ~1U) != magic || page_bytes < page_bytes_least ||
      page_bytes > page_bytes_most || !sum.is(view.subspan(24))) {
    return path + ": its header is damaged, so what it holds is lost";
  }
  if (!lost_a_commit(file, view, sum)) return {};
  return path + ": a frame in its middle is damaged, so what was committed after it is lost";
}

}  // namespace parkwatch::store
