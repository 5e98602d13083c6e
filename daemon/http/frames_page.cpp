// daemon/http/frames_page.cpp - Readings as length-delimited PullFrames.
#include <algorithm>
#include <span>

#include "http/frames.h"
#include "http/readings_page.h"
#include "store/block_codec.h"
#include "store/convert.h"

namespace parkwatch::http {
namespace {

class Writer {
 public:
  Writer(const PageInput& input, PageOutput& out)
      : input_(input), out_(out), definitions_(input.page, input.after, input.all_definitions) {}

  Result<Done> write() {
    const store::ReadingsPage& page = input_.page;
    for (const store::Gap& gap : page.gaps) {
      v1::PullFrame frame;
      store::to_proto(gap, *frame.mutable_gap());
      append_frame(out_.body, frame);
    }
    first_sequence_ = input_.after + 1;
    for (std::size_t at = 0; at < page.readings.size();) {
      if (out_.body.size() + estimate(at) >= input_.bytes_max && at > 0) {
        out_.next_sequence = page.readings[at - 1].sequence;
        out_.end = false;
        break;
      }
      auto taken = take_message(at);
      if (!taken) return taken;
      at = message_end(page.readings, at);
      end_ = at;
    }
    if (auto flushed = flush(out_.next_sequence); !flushed) return flushed;
    announce_all(definitions_.reached(out_.next_sequence));
    return write_end();
  }

 private:
  // Bytes of the readings that are not written yet: 16 a reading is more than usual columns take.
  [[nodiscard]] std::size_t estimate(std::size_t at) const { return (at - begin_) * 16; }

  // Gathers the message at `at` into the block, after what it must follow.
  Result<Done> take_message(std::size_t at) {
    const auto& readings = input_.page.readings;
    const auto rows = definitions_.reached(readings[at].sequence);
    const std::size_t end = message_end(readings, at);
    const bool full = end - begin_ > store::block_readings_max;
    // A block is read with the definitions before it, so one that changes in the page ends it.
    if (!rows.empty() || full) {
      if (auto flushed = flush(readings[at].sequence - 1); !flushed) return flushed;
    }
    announce_all(rows);
    for (std::size_t i = at; i < end; ++i) {
      const auto use = definitions_.use(readings[i].tag);
      if (use.announce) add(*use.row);
    }
    return Done{};
  }

  void add(const store::TagRow& row) {
    store::to_proto(TagDefined{row.id, row.version, row.sequence, row.tag},
                    *dictionary_.add_tags());
  }
  void announce_all(const std::vector<const store::TagRow*>& rows) {
    for (const store::TagRow* row : rows) add(*row);
  }

  // Writes the gathered definitions, then the gathered readings.
  Result<Done> flush(std::uint64_t last_sequence) {
    write_dictionary();
    if (end_ == begin_) return Done{};
    const std::span readings{input_.page.readings.data() + begin_, end_ - begin_};
    v1::PullFrame frame;
    const store::BlockSpan span{input_.generation, first_sequence_, last_sequence};
    auto encoded = store::encode_block(readings, span, *frame.mutable_block());
    if (!encoded) return encoded;
    append_frame(out_.body, frame);
    begin_ = end_;
    first_sequence_ = last_sequence + 1;
    return Done{};
  }

  void write_dictionary() {
    if (dictionary_.tags().empty()) return;
    v1::PullFrame frame;
    frame.mutable_tags()->Swap(&dictionary_);
    append_frame(out_.body, frame);
    dictionary_.Clear();
  }

  Result<Done> write_end() {
    write_dictionary();
    v1::PullFrame frame;
    frame.mutable_page()->set_cursor(
        store::to_text(store::Cursor{input_.generation, out_.next_sequence}));
    frame.mutable_page()->set_end(out_.end);
    append_frame(out_.body, frame);
    return Done{};
  }

  const PageInput& input_;
  PageOutput& out_;
  Definitions definitions_;
  v1::TagDictionary dictionary_;
  std::size_t begin_ = 0;  // of the readings that are gathered for the next block
  std::size_t end_ = 0;
  std::uint64_t first_sequence_ = 1;
};

}  // namespace

Result<PageOutput> frames_page(const PageInput& input) {
  PageOutput out{{}, input.page.next_sequence, input.page.end, {}};
  Writer writer{input, out};
  if (const auto written = writer.write(); !written) return written.error();
  return out;
}

}  // namespace parkwatch::http
