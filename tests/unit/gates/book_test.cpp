// tests/unit/gates/book_test.cpp - How changes keep the book of who is inside.
#include <catch2/catch.hpp>

#include "model/gates.h"

namespace book_test {

using namespace parkwatch;

namespace {

Stay stay(const std::string& id) {
  Stay s;
  s.id = id;
  s.gate = "g1";
  return s;
}

Permit permit(const std::string& number) {
  Permit p;
  p.number = number;
  p.id = "a";
  p.from = from_us(10);
  p.until = from_us(20);
  return p;
}

}  // namespace

TEST_CASE("A stay is put over the one of the same id, and goes") {
  GateBook book;
  book.apply(stay("a"));
  Stay moved = stay("a");
  moved.zone = "north";
  book.apply(moved);
  REQUIRE(book.inside.size() == 1);
  CHECK(book.inside.at("a").zone == "north");
  book.apply(StayGone{"a"});
  book.apply(StayGone{"a"});
  CHECK(book == GateBook{});
}

TEST_CASE("A permit is put over the one of the same number, and goes") {
  GateBook book;
  book.apply(permit("P1"));
  book.apply(permit("P2"));
  book.apply(PermitGone{"P1"});
  CHECK(book.permits.size() == 1);
  CHECK(book.permits.contains("P2"));
}

TEST_CASE("A permit holds from its beginning until before its end, for its class") {
  Permit p = permit("P1");
  CHECK_FALSE(p.is_for(Subject::person, from_us(9)));
  CHECK(p.is_for(Subject::person, from_us(10)));
  CHECK(p.is_for(Subject::hazmat, from_us(19)));
  CHECK_FALSE(p.is_for(Subject::person, from_us(20)));
  p.subject = Subject::hazmat;
  CHECK(p.is_for(Subject::hazmat, from_us(15)));
  CHECK_FALSE(p.is_for(Subject::vehicle, from_us(15)));
}

TEST_CASE("A muster begins with everyone inside, missing") {
  GateBook book;
  book.apply(stay("a"));
  book.apply(stay("b"));
  book.apply(MusterBegun{from_us(5), "li", "drill"});
  CHECK(book.muster.known);
  CHECK(book.muster.active);
  CHECK(book.muster.began == from_us(5));
  REQUIRE(book.muster.entries.size() == 2);
  CHECK(book.muster.entries.at("a").state == MusterState::missing);
  CHECK(book.muster.entries.at("a").stay.gate == "g1");
}

TEST_CASE("Marks and names change the entry that they are about, and no other") {
  GateBook book;
  book.apply(stay("a"));
  book.apply(stay("b"));
  book.apply(MusterBegun{from_us(5), "li", "drill"});
  book.apply(MusterMarked{"a", MusterState::reported, from_us(7), "mp1"});
  book.apply(MusterMarked{"z", MusterState::left, from_us(8), "g1"});
  book.apply(MusterRenamed{"b", "c"});
  book.apply(MusterRenamed{"z", "y"});
  REQUIRE(book.muster.entries.size() == 2);
  CHECK(book.muster.entries.at("a").place == "mp1");
  CHECK(book.muster.entries.at("a").at == from_us(7));
  CHECK(book.muster.entries.at("c").stay.id == "c");
  CHECK(book.muster.entries.at("c").state == MusterState::missing);
}

TEST_CASE("A muster that ended is kept until it is forgotten; another begins anew") {
  GateBook book;
  book.apply(stay("a"));
  book.apply(MusterBegun{from_us(5), "li", "drill"});
  book.apply(MusterEnded{from_us(9)});
  CHECK_FALSE(book.muster.active);
  CHECK(book.muster.ended == from_us(9));
  CHECK(book.muster.entries.size() == 1);
  book.apply(StayGone{"a"});
  book.apply(MusterBegun{from_us(20), "", "gas"});
  CHECK(book.muster.active);
  CHECK(book.muster.entries.empty());
  book.apply(MusterForgotten{});
  CHECK(book == GateBook{});
}

TEST_CASE("A plan finds its gates and zones by name") {
  GatePlan plan;
  plan.gates.push_back({"g1", {}, {true, true, true}, "", {}});
  plan.zones.push_back({"north", {}, {}});
  REQUIRE(plan.gate("g1") != nullptr);
  CHECK(plan.gate("g1")->name == "g1");
  CHECK(plan.gate("g2") == nullptr);
  CHECK(plan.zone("north") != nullptr);
  CHECK(plan.zone("") == nullptr);
}

TEST_CASE("The gates' rule ids are taken: no rule of a configuration has one") {
  CHECK(is_gate_rule("gate-overstay"));
  CHECK_FALSE(is_gate_rule("gate-silent"));
  CHECK_FALSE(is_gate_rule(""));
}

TEST_CASE("A pseudonym is known by its form") {
  CHECK(is_pseudonym("~0123456789abcdef0123456789abcdef"));
  CHECK_FALSE(is_pseudonym("0123456789abcdef0123456789abcdef0"));
  CHECK_FALSE(is_pseudonym("~0123456789ABCDEF0123456789abcdef"));
  CHECK_FALSE(is_pseudonym("~0123"));
  CHECK_FALSE(is_pseudonym(""));
}

}  // namespace book_test
