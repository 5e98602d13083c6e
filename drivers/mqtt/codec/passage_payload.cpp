// drivers/mqtt/codec/passage_payload.cpp - From a document to passages.
#include "drivers/mqtt/codec/passage_payload.h"

#include <string>
#include <utility>

#include "drivers/mqtt/codec/json_document.h"
#include "drivers/mqtt/codec/scalar.h"

namespace parkwatch::mqtt_codec {

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

// A scalar as a text; empty: it is none.
std::optional<std::string> text_of(element found) {
  switch (found.type()) {
    case element_type::STRING:
      return std::string{held<std::string_view>(found)};
    case element_type::INT64:
      return std::to_string(held<std::int64_t>(found));
    case element_type::UINT64:
      return std::to_string(held<std::uint64_t>(found));
    case element_type::BOOL:
      return std::string{held<bool>(found) ? "true" : "false"};
    case element_type::DOUBLE:
      return parkwatch::to_text(Value{held<double>(found)});
    case element_type::NULL_VALUE:
      return std::string{};
    default:
      return std::nullopt;
  }
}

template <typename Word>
std::optional<Word> word_of(const std::string& text,
                            const std::vector<std::pair<std::string, Word>>& words,
                            std::optional<Word> (*parse)(std::string_view)) {
  for (const auto& [word, meaning] : words) {
    if (word == text) return meaning;
  }
  return parse(text);
}

}  // namespace

class PassagePayload::Impl {
 public:
  void decode(std::string_view payload, const PassageMapping& mapping,
              const std::vector<std::string_view>& captured, Output& out) {
    mapping_ = &mapping;
    captured_ = &captured;
    out_ = &out;
    scope_path_.clear();
    // What the parser says of a payload may quote it.
    Decoded unsaid;
    Output quiet{unsaid};
    if (const auto root = document_.parse(payload, quiet)) {
      if (mapping.each) {
        read_each(*root, *mapping.each);
      } else if (out.next()) {
        read_scope(*root);
      }
    } else {
      const auto reason =
          unsaid.faults.empty() ? RefusalReason::malformed : unsaid.faults.front().reason;
      out.fault(reason, "the payload is no JSON");
    }
    document_.release();
  }

 private:
  void fault(RefusalReason reason, std::string_view where, std::string_view what) {
    std::string detail = scope_path_;
    out_->fault(reason, detail.append(where).append(what));
  }

  void read_each(element root, const JsonPointer& pointer) {
    const auto found = find(root, pointer);
    if (!found) return fault(RefusalReason::malformed, pointer.text, " is not in the message");
    if (!found->is_array()) {
      return fault(RefusalReason::wrong_type, pointer.text, " must be an array");
    }
    std::size_t index = 0;
    const auto array = held<simdjson::dom::array>(*found);  // must outlive the loop
    for (const element scope : array) {
      scope_path_.assign(pointer.text).append("/").append(std::to_string(index++));
      if (!out_->next()) return;
      read_scope(scope);
    }
  }

  void read_scope(element scope) {
    Passage p;
    const PassageMapping& m = *mapping_;
    const bool texts = take(m.id, scope, p.id) && take(m.name, scope, p.name) &&
                       take(m.gate, scope, p.gate) && take(m.lane, scope, p.lane) &&
                       take(m.zone, scope, p.zone) && take(m.card, scope, p.card) &&
                       take(m.permit, scope, p.permit);
    if (!texts || (p.id.empty() && !take(m.plate, scope, p.id))) return;
    if (!take_words(scope, p) || !take_count(scope, p) || !take_time(scope, p)) return;
    if (const char* wrong = fault_of(p)) return fault(RefusalReason::malformed, "", wrong);
    out_->add_passage() = std::move(p);
  }

  // False, and a fault: there is something that is no text. What is not there is empty.
  bool take(const PassageField& field, element scope, std::string& text) {
    switch (field.kind) {
      case PassageField::Kind::absent:
        break;
      case PassageField::Kind::fixed:
        text = field.text;
        break;
      case PassageField::Kind::capture:
        text = (*captured_)[field.capture];
        break;
      case PassageField::Kind::pointer: {
        const auto found = find(scope, field.pointer);
        if (!found) break;
        auto known = text_of(*found);
        if (!known) {
          fault(RefusalReason::wrong_type, field.pointer.text,
                " must be a text, a number, true or false");
          return false;
        }
        text = *std::move(known);
        break;
      }
    }
    return true;
  }

  bool take_words(element scope, Passage& p) {
    std::string kind;
    std::string subject;
    if (!take(mapping_->kind, scope, kind) || !take(mapping_->subject, scope, subject)) {
      return false;
    }
    const auto known_kind = kind.empty()
                                ? std::optional{PassageKind::enter}
                                : word_of<PassageKind>(kind, mapping_->kinds, &parse_passage_kind);
    const auto known_subject = subject.empty()
                                   ? std::optional{Subject::person}
                                   : word_of<Subject>(subject, mapping_->classes, &parse_subject);
    if (!known_kind) fault(RefusalReason::wrong_type, "", "an unknown kind of passage");
    if (!known_subject) fault(RefusalReason::wrong_type, "", "an unknown class");
    if (!known_kind || !known_subject) return false;
    p.kind = *known_kind;
    p.subject = *known_subject;
    return true;
  }

  bool take_count(element scope, Passage& p) {
    if (p.kind != PassageKind::count) return true;
    std::string text;
    if (!take(mapping_->count, scope, text)) return false;
    const ParsedNumber number = parse_number(text);
    if (const auto* whole = std::get_if<std::int64_t>(&number)) {
      p.count = *whole;
      return true;
    }
    fault(RefusalReason::not_a_number, "", "the count is no whole number");
    return false;
  }

  bool take_time(element scope, Passage& p) {
    if (!mapping_->time) return true;
    const auto found = find(scope, *mapping_->time);
    if (!found || found->is_null()) return true;
    p.time = time_of_element(*found, mapping_->time_format, mapping_->time_zone);
    if (!p.time) {
      fault(RefusalReason::time_out_of_range, mapping_->time->text,
            " is no time between 1970 and 9999 in the passage's time_format");
    }
    return p.time.has_value();
  }

  JsonDocument document_;
  // Of the message in hand.
  const PassageMapping* mapping_ = nullptr;
  const std::vector<std::string_view>* captured_ = nullptr;
  Output* out_ = nullptr;
  std::string scope_path_;  // "/events/3", or "" for the root
};

PassagePayload::PassagePayload() : impl_(std::make_unique<Impl>()) {}
PassagePayload::~PassagePayload() = default;

void PassagePayload::decode(std::string_view payload, const PassageMapping& mapping,
                            const std::vector<std::string_view>& captured, Output& out) {
  impl_->decode(payload, mapping, captured, out);
}

}  // namespace parkwatch::mqtt_codec
