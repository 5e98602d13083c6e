// daemon/store/block_codec.h - Readings in columns: what a commit stores and a pull streams. Pure:
// bytes and values only; one object a thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/reading.h"
#include "model/result.h"
#include "parkwatch/v1/reading.pb.h"
#include "store/compression.h"

namespace parkwatch::store {

// Of one ReadingBlock. The bounds that a decoder holds before it allocates; BlockPacker keeps
// within them by cutting. A single text may be as long as the bytes of a block, less 16 MiB.
inline constexpr std::size_t block_readings_max = std::size_t{1} << 16;
inline constexpr std::size_t block_bytes_max = std::size_t{64} << 20;

// What a block says about itself beside its readings.
struct BlockSpan {
  std::string generation;
  std::uint64_t first_sequence = 0;  // of the messages that it stands for
  std::uint64_t last_sequence = 0;
};

// Replaces `out`. Every value comes back with the same bits: a double becomes a decimal (mantissa
// and exponent) only where that gives exactly it, so -0.0 and denormals are stored as doubles.
// Errors: bad_input - more than block_readings_max readings; sequences that fall or lie outside the
// span; a time outside timestamp_min..timestamp_max. `out` is then unspecified.
Result<Done> encode_block(std::span<const Reading> readings, const BlockSpan& span,
                          v1::ReadingBlock& out);

// Appends to `out`, or leaves it as it was. Safe on hostile blocks: the lengths of all columns,
// kinds, qualities, sequences and times are checked. Errors: bad_input - what does not fit.
Result<Done> decode_block(const v1::ReadingBlock& block, std::vector<Reading>& out);

// The stored form: one or more zstd frames end to end, each one serialized ReadingBlock.
class BlockPacker {
 public:
  // Appends to `out`; as many blocks as the bounds need (a message may lie in two). Nothing for no
  // readings. Errors: as encode_block, or permanent from zstd; `out` is then unspecified.
  Result<Done> pack(std::span<const Reading> readings, const BlockSpan& span, std::string& out);

 private:
  Compressor compressor_;
  v1::ReadingBlock block_;
  std::string bytes_;
};

class BlockUnpacker {
 public:
  // Reads the block at the front of `packed`, drops it from there and appends its readings to
  // `out`. Errors: bad_input - damaged; nothing is appended.
  Result<Done> take_block(std::string_view& packed, std::vector<Reading>& out);
  // All of it. Errors: as take_block; what came before the damage is appended.
  Result<Done> unpack(std::string_view packed, std::vector<Reading>& out);

 private:
  Decompressor decompressor_;
  v1::ReadingBlock block_;
  std::string bytes_;
};

}  // namespace parkwatch::store
