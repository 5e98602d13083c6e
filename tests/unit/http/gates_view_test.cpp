// tests/unit/http/gates_view_test.cpp - Who is inside, as committed: pages, filters, counts.
#include "http/gates_view.h"

#include <catch2/catch.hpp>

namespace gates_view_test {

using namespace parkwatch;
using http::GatesView;

namespace {

Stay stay(const std::string& id, Subject subject = Subject::person,
          const std::string& gate = "g1") {
  Stay s;
  s.id = id;
  s.subject = subject;
  s.gate = gate;
  s.zone = subject == Subject::person ? "plant" : "yard";
  return s;
}

std::string ids(const GatesView::Page<Stay>& page) {
  std::string text;
  for (const Stay& each : page.rows) text += each.id + " ";
  return text;
}

GatesView::Ask at_most(std::size_t rows, const std::string& after = "") {
  GatesView::Ask ask;
  ask.rows_max = rows;
  ask.after = after;
  return ask;
}

}  // namespace

TEST_CASE("gates view: pages follow each other without a gap or a double", "[http]") {
  GatesView view;
  std::vector<GateChange> changes;
  for (int i = 0; i < 2500; ++i) changes.emplace_back(stay("id" + std::to_string(10'000 + i)));
  view.apply(changes);
  std::string after;
  std::size_t rows = 0;
  std::string last;
  do {
    const auto page = view.inside(at_most(700, after));
    rows += page.rows.size();
    for (const Stay& each : page.rows) {
      CHECK(each.id > last);
      last = each.id;
    }
    after = page.next;
  } while (!after.empty());
  CHECK(rows == 2500);
  CHECK(view.inside(at_most(2500)).next.empty());
}

TEST_CASE("gates view: filters take what is asked for", "[http]") {
  GatesView view;
  view.apply({stay("a"), stay("b", Subject::vehicle), stay("c", Subject::person, "g2")});
  GatesView::Ask ask;
  ask.subject = Subject::person;
  CHECK(ids(view.inside(ask)) == "a c ");
  ask.gate = "g2";
  CHECK(ids(view.inside(ask)) == "c ");
  ask = {};
  ask.zone = "yard";
  CHECK(ids(view.inside(ask)) == "b ");
  ask = {};
  ask.id = "a";
  CHECK(ids(view.inside(ask)) == "a ");
}

TEST_CASE("gates view: counts follow every change", "[http]") {
  GatesView view;
  GateBook book;
  book.inside.emplace("a", stay("a"));
  view.set(book);
  view.apply({stay("b", Subject::hazmat), stay("a"), StayGone{"nobody"}});
  CHECK(view.counts() == std::array<std::size_t, subjects>{1, 0, 1});
  view.apply({stay("a", Subject::vehicle), StayGone{"b"}});
  CHECK(view.counts() == std::array<std::size_t, subjects>{0, 1, 0});
}

TEST_CASE("gates view: a muster's list by state", "[http]") {
  GatesView view;
  view.apply({stay("a"), stay("b"), MusterBegun{from_us(5), "li", "drill"},
              MusterMarked{"a", MusterState::reported, from_us(9), "mp1"}});
  CHECK(view.muster_state().active);
  CHECK(view.muster_state().reason == "drill");
  CHECK(view.muster_counts() == std::array<std::size_t, 3>{1, 0, 1});
  GatesView::Ask ask;
  ask.state = MusterState::missing;
  const auto missing = view.muster(ask);
  REQUIRE(missing.rows.size() == 1);
  CHECK(missing.rows[0].stay.id == "b");
  view.apply({MusterForgotten{}});
  CHECK_FALSE(view.muster_state().known);
}

TEST_CASE("gates view: permits by whose they are", "[http]") {
  GatesView view;
  Permit permit;
  permit.number = "P1";
  permit.id = "a";
  view.apply({permit});
  CHECK(view.permit("P1").has_value());
  CHECK_FALSE(view.permit("P2").has_value());
  GatesView::Ask ask;
  ask.id = "b";
  CHECK(view.permits(ask).rows.empty());
  view.apply({PermitGone{"P1"}});
  CHECK_FALSE(view.permit("P1").has_value());
}

}  // namespace gates_view_test
