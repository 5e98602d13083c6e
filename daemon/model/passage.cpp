// daemon/model/passage.cpp - Words of passages, and what a passage must have.
#include "model/passage.h"

#include <algorithm>

#include "model/utf8.h"
#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<Subject, subjects> subject_words{{"person", "vehicle", "hazmat"}};
constexpr Words<PassageKind, passage_kinds> kind_words{{"enter", "leave", "seen", "card_out",
                                                        "card_in", "cycle", "barrier_open",
                                                        "barrier_closed", "count", "report"}};

bool is_fine_if_given(std::string_view text) { return text.empty() || is_passage_text(text); }

bool is_of_barrier(PassageKind k) {
  return k == PassageKind::cycle || k == PassageKind::barrier_open ||
         k == PassageKind::barrier_closed;
}

}  // namespace

std::string_view to_text(Subject s) { return subject_words.text(s); }
std::string_view to_text(PassageKind k) { return kind_words.text(k); }
std::optional<Subject> parse_subject(std::string_view text) { return subject_words.parse(text); }
std::optional<PassageKind> parse_passage_kind(std::string_view text) {
  return kind_words.parse(text);
}

bool is_passage_text(std::string_view text) {
  if (text.empty() || text.size() > passage_text_bytes_max || first_not_utf8(text)) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
}

bool is_pseudonym(std::string_view id) {
  constexpr std::size_t digits = 32;
  return id.size() == digits + 1 && id.front() == '~' &&
         id.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

const char* fault_of(const Passage& p) {
  for (const std::string* text : {&p.id, &p.name, &p.gate, &p.lane, &p.zone, &p.card, &p.permit}) {
    if (!is_fine_if_given(*text)) return "a text is too long, not UTF-8 or has control characters";
  }
  if (has_subject(p.kind) && p.id.empty()) return "there is no id and no plate";
  if (p.kind == PassageKind::card_in && p.card.empty() && p.id.empty()) return "there is no card";
  if (p.kind == PassageKind::card_out && p.card.empty()) return "there is no card";
  if (is_of_barrier(p.kind) && p.gate.empty()) return "there is no gate";
  if (p.kind == PassageKind::count && p.count < 0) return "a counter is below zero";
  return nullptr;
}

}  // namespace parkwatch
