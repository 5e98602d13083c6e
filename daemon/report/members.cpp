// daemon/report/members.cpp - See the header.
#include "report/members.h"

#include <boost/json.hpp>

#include "model/value.h"

namespace parkwatch::report {
namespace json = boost::json;

std::string value_text(const json::value& value) {
  if (value.is_string()) return std::string{value.get_string()};
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_double()) return to_text(Value{value.get_double()});
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  return {};
}

std::string member_text(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? std::string{} : value_text(*found);
}

const json::array* member_array(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

std::vector<const json::object*> member_rows(const json::object& object, std::string_view key) {
  std::vector<const json::object*> rows;
  const json::array* array = member_array(object, key);
  if (array == nullptr) return rows;
  for (const json::value& row : *array) {
    if (row.is_object()) rows.push_back(&row.get_object());
  }
  return rows;
}

double member_number(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return 0;
  return found->to_number<double>();
}

const json::object& member_object(const json::object& object, std::string_view key) {
  static const json::object none;
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : none;
}

}  // namespace parkwatch::report
