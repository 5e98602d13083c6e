// tools/parkwatch/gates_commands.cpp - See the header.
#include "tools/parkwatch/gates_commands.h"

#include <boost/json.hpp>
#include <initializer_list>
#include <sstream>
#include <utility>

#include "report/table.h"
#include "report/terminal_text.h"
#include "tools/parkwatch/position.h"
#include "tools/parkwatch/views.h"

namespace parkwatch::cli {
using report::printable;
using report::Table;
namespace json = boost::json;
namespace {

using Verb = GatesCommand::Verb;

void put(json::object& body, const char* key, const std::string& text) {
  if (!text.empty()) body[key] = text;
}

void put(json::object& body, const char* key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json::array& out = body[key].emplace_array();
  for (const std::string& text : texts) out.push_back(json::value_from(text));
}

std::string parameter(const char* key, const std::string& value) {
  return value.empty() ? std::string{} : std::string{"&"} + key + '=' + percent_encoded(value);
}

// Every page of a list, as one document; what stands beside the list is the first page's.
Result<json::object> all_pages(Api& api, const std::string& target, const char* key,
                               const std::string& filters) {
  json::object all;
  json::array rows;
  std::string after;
  for (bool first = true;; first = false) {
    auto page = api.get(target + "?max=10000" + filters + parameter("after", after));
    if (!page) return page.error();
    if (const json::array* some = member_array(*page, key)) {
      for (const json::value& row : *some) rows.push_back(row);
    }
    const std::string next = member_text(*page, "next");
    if (first) all = std::move(*page);
    if (next.empty() || next == after) break;
    after = next;
  }
  all[key] = std::move(rows);
  all["next"] = nullptr;
  return all;
}

// "g1/2": where, as people read it.
std::string place(const json::object& row, const char* gate, const char* lane) {
  const std::string of_lane = member_text(row, lane);
  return member_text(row, gate) + (of_lane.empty() ? "" : "/" + of_lane);
}

std::string inside_view(const json::array& rows, const report::ViewStyle& style) {
  Table table{
      {{"ID"}, {"NAME"}, {"CLASS"}, {"SINCE"}, {"BY"}, {"LAST SEEN"}, {"AT"}, {"ZONE"}, {"CARD"}}};
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& row = value.get_object();
    table.add({member_text(row, "id"), member_text(row, "name"), member_text(row, "class"),
               member_text(row, "since"), place(row, "gate", "lane"), member_text(row, "seen_at"),
               place(row, "seen_gate", "seen_lane"), member_text(row, "zone"),
               member_text(row, "card")});
  }
  return table.empty() ? "nobody\n" : table.text(style.colour);
}

std::string devices_view(const json::array& rows, const report::ViewStyle& style) {
  Table table{{{"GATE"}, {"DEVICE"}, {"KIND"}, {"STATE"}, {"LAST SEEN"}, {"TAG"}}};
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& row = value.get_object();
    const std::string state = member_text(row, "state");
    table.add({place(row, "gate", "lane"), member_text(row, "device"), member_text(row, "kind"),
               state, member_text(row, "seen_at"), member_text(row, "tag")},
              state == "silent" ? "31" : "");
  }
  return table.empty() ? "no devices\n" : table.text(style.colour);
}

std::string permits_view(const json::array& rows, const report::ViewStyle& style) {
  Table table{{{"NUMBER"}, {"ID"}, {"NAME"}, {"CLASS"}, {"FROM"}, {"UNTIL"}, {"OF"}}};
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& row = value.get_object();
    table.add({member_text(row, "number"), member_text(row, "id"), member_text(row, "name"),
               member_text(row, "class"), member_text(row, "from"), member_text(row, "until"),
               member_text(row, "source")});
  }
  return table.empty() ? "no permits\n" : table.text(style.colour);
}

std::string muster_view(const json::array& rows, const report::ViewStyle& style) {
  Table table{{{"STATE"}, {"ID"}, {"NAME"}, {"CLASS"}, {"LAST SEEN"}, {"AT"}, {"ZONE"}}};
  for (const char* state : {"missing", "reported", "left"}) {
    for (const json::value& value : rows) {
      if (!value.is_object() || member_text(value.get_object(), "state") != state) continue;
      const json::object& row = value.get_object();
      const std::string where = member_text(row, "place");
      table.add(
          {state, member_text(row, "id"), member_text(row, "name"), member_text(row, "class"),
           member_text(row, "seen_at"),
           where.empty() ? place(row, "seen_gate", "seen_lane") : where, member_text(row, "zone")},
          std::string_view{state} == "missing" ? "31" : "");
    }
  }
  return table.text(style.colour);
}

template <typename View>
int show(Console& console, const Result<json::object>& document, const char* key, View view) {
  if (!document) return failed(console, document.error());
  if (console.json) {
    console.out << json::serialize(*document) << '\n';
    return exit_ok;
  }
  const json::array* rows = member_array(*document, key);
  console.out << view(rows == nullptr ? json::array{} : *rows, console.style);
  return exit_ok;
}

int show_inside(const GatesCommand& c, Api& api, Console& console) {
  const std::string filters = parameter("class", c.subject) + parameter("gate", c.gate) +
                              parameter("zone", c.zone) + parameter("id", c.id);
  return show(console, all_pages(api, "/v1/gates/inside", "inside", filters), "inside",
              inside_view);
}

int show_passages(const GatesCommand& c, Api& api, Console& console) {
  HttpRequest request;
  request.accept = "application/x-ndjson";
  request.target = "/v1/gates/passages?max=" + std::to_string(c.max) + parameter("after", c.after);
  const auto page = api.call(request);
  if (!page) return failed(console, page.error());
  std::istringstream lines{page->body};
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code wrong;
    const json::value value = json::parse(line, wrong);
    if (wrong || !value.is_object()) continue;
    const json::object& row = value.get_object();
    if (console.json) {
      console.out << line << '\n';
    } else if (member_text(row, "type") == "passage") {
      const std::string time = member_text(row, "time");
      console.out << printable(member_text(row, "passage") + "  " +
                               (time.empty() ? member_text(row, "received_at") : time) + "  " +
                               member_text(row, "kind") + "  " + member_text(row, "class") + "  " +
                               member_text(row, "id") + "  " + place(row, "gate", "lane"))
                  << '\n';
    }
  }
  if (!console.json) {
    const bool end = page->header("parkwatch-end") == "true";
    console.err << (end ? "the end; new ones: " : "there are more: ")
                << "parkwatch gates passages --after " << page->header("parkwatch-cursor") << '\n';
  }
  return exit_ok;
}

int show_muster(const GatesCommand& c, Api& api, Console& console) {
  const auto document = all_pages(api, "/v1/gates/muster", "list", parameter("state", c.state));
  if (document && !console.json) {
    const json::value* known = document->if_contains("known");
    if (known == nullptr || !known->is_bool() || !known->get_bool()) {
      console.out << "no muster\n";
      return exit_ok;
    }
    const json::value* active = document->if_contains("active");
    const bool goes_on = active != nullptr && active->is_bool() && active->get_bool();
    console.out << printable("muster since " + member_text(*document, "began") +
                             (goes_on ? "" : ", ended " + member_text(*document, "ended")) + ": " +
                             member_text(*document, "reason") + "; missing " +
                             member_text(*document, "missing") + ", reported " +
                             member_text(*document, "reported") + ", left " +
                             member_text(*document, "left"))
                << '\n';
  }
  return show(console, document, "list", muster_view);
}

struct Order {
  std::string method = "POST";
  std::string target;
  json::object body;
  std::string said;
};

Order order_of(const GatesCommand& c) {
  Order order;
  const std::string permit = "/v1/gates/permits/" + percent_encoded(c.number);
  switch (c.verb) {
    case Verb::permit_put:
      order = {"PUT", permit, {}, "permit " + c.number + " is in force"};
      for (const auto& [key, text] :
           std::initializer_list<std::pair<const char*, std::string>>{{"id", c.id},
                                                                      {"name", c.name},
                                                                      {"class", c.subject},
                                                                      {"from", c.from},
                                                                      {"until", c.until}}) {
        put(order.body, key, text);
      }
      put(order.body, "gates", c.gates);
      put(order.body, "lanes", c.lanes);
      break;
    case Verb::permit_remove:
      order = {"DELETE", permit, {}, "permit " + c.number + " is taken away"};
      break;
    case Verb::correct:
      order = {"POST", "/v1/gates/corrections", {}, "corrected: " + c.what + " " + c.id};
      for (const auto& [key, text] :
           std::initializer_list<std::pair<const char*, std::string>>{{"verb", c.what},
                                                                      {"id", c.id},
                                                                      {"to", c.to},
                                                                      {"class", c.subject},
                                                                      {"name", c.name},
                                                                      {"gate", c.gate},
                                                                      {"zone", c.zone},
                                                                      {"reason", c.reason}}) {
        put(order.body, key, text);
      }
      break;
    case Verb::muster_start:
      order = {"POST", "/v1/gates/muster/start", {}, "the muster began"};
      put(order.body, "reason", c.reason);
      break;
    case Verb::muster_end:
      order = {"POST", "/v1/gates/muster/end", {}, "the muster ended"};
      put(order.body, "comment", c.reason);
      break;
    default:
      order = {"POST", "/v1/gates/muster/report", {}, "reported: " + c.id};
      put(order.body, "id", c.id);
      put(order.body, "point", c.point);
      break;
  }
  return order;
}

}  // namespace

int run_gates(const GatesCommand& command, Api& api, Console& console) {
  switch (command.verb) {
    case Verb::inside:
      return show_inside(command, api, console);
    case Verb::passages:
      return show_passages(command, api, console);
    case Verb::devices:
      return show(console,
                  api.get("/v1/gates/devices" +
                          (command.gate.empty() ? "" : "?gate=" + percent_encoded(command.gate))),
                  "devices", devices_view);
    case Verb::permits:
      return show(console,
                  all_pages(api, "/v1/gates/permits", "permits", parameter("id", command.id)),
                  "permits", permits_view);
    case Verb::muster:
      return show_muster(command, api, console);
    default:
      break;
  }
  const Order order = order_of(command);
  const auto answer = api.command(order.method, order.target, order.body);
  if (!answer) return failed(console, answer.error());
  if (console.json) {
    console.out << json::serialize(*answer) << '\n';
  } else {
    console.out << printable(order.said) << '\n';
    say_warnings(console, *answer);
  }
  return exit_ok;
}

}  // namespace parkwatch::cli
