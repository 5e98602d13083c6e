// daemon/http/gates_view.h - Who is inside, permits and the muster, as committed. Thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/gates.h"

namespace parkwatch::http {

// Filled by `app`: set() at start, then apply() from the writer after each commit, so that nothing
// is shown that could still be lost. No call waits longer than for a copy of 1,000 rows.
class GatesView {
 public:
  void set(GateBook book);
  void apply(const std::vector<GateChange>& changes);

  // What is asked for of a list; rows come in the order of ids (numbers, of permits).
  struct Ask {
    std::string after;  // only those behind it
    std::size_t rows_max = 1000;
    std::optional<Subject> subject;
    std::optional<std::string> gate;  // by which it came
    std::optional<std::string> zone;
    std::optional<std::string> id;
    std::optional<MusterState> state;
  };
  template <typename Row>
  struct Page {
    std::vector<Row> rows;
    std::string next;  // `after` of the next page; empty: this is the last one
  };
  [[nodiscard]] Page<Stay> inside(const Ask& ask) const;
  [[nodiscard]] Page<Permit> permits(const Ask& ask) const;
  [[nodiscard]] Page<MusterEntry> muster(const Ask& ask) const;
  [[nodiscard]] std::array<std::size_t, subjects> counts() const;
  // Without its list.
  [[nodiscard]] Muster muster_state() const;
  [[nodiscard]] std::array<std::size_t, 3> muster_counts() const;  // by MusterState
  [[nodiscard]] std::optional<Permit> permit(std::string_view number) const;
  [[nodiscard]] DeviceStates devices() const;

 private:
  mutable std::mutex mutex_;  // protects all below
  GateBook book_;
  std::array<std::size_t, subjects> counts_{};
};

}  // namespace parkwatch::http
