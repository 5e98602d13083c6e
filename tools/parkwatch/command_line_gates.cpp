// tools/parkwatch/command_line_gates.cpp - `parkwatch gates` in CLI11.
#include "tools/parkwatch/command_line_parts.h"

namespace parkwatch::cli {
namespace {

CLI::App* add_inner(CLI::App& parent, const std::shared_ptr<GatesCommand>& g, const char* name,
                    const char* help, GatesCommand::Verb verb) {
  CLI::App* out = parent.add_subcommand(name, help);
  out->fallthrough();
  out->parse_complete_callback([g, verb] { g->verb = verb; });
  return out;
}

void add_permits(CLI::App& gates, const std::shared_ptr<GatesCommand>& g) {
  using Verb = GatesCommand::Verb;
  CLI::App* list = add_inner(gates, g, "permits", "Permits and appointments", Verb::permits);
  list->add_option("--id", g->id, "Only those of this badge or plate");
  CLI::App* permit = gates.add_subcommand("permit", "Put or take away a permit");
  permit->fallthrough();
  permit->require_subcommand(1);
  CLI::App* put = add_inner(*permit, g, "put", "Put a permit, also over one", Verb::permit_put);
  put->add_option("number", g->number, "Its number")->required();
  put->add_option("id", g->id, "Whose: a badge or a plate")->required();
  put->add_option("--class", g->subject, "person, vehicle or hazmat (default: any)");
  put->add_option("--from", g->from, "From when (RFC 3339)");
  put->add_option("--until", g->until, "Until when (RFC 3339)");
  put->add_option("--gate", g->gates, "Only by these gates");
  put->add_option("--lane", g->lanes, "Only on these lanes");
  put->add_option("--name", g->name, "A person's name");
  CLI::App* gone = add_inner(*permit, g, "remove", "Take a permit away", Verb::permit_remove);
  gone->add_option("number", g->number, "Its number")->required();
}

void add_muster(CLI::App& gates, const std::shared_ptr<GatesCommand>& g) {
  using Verb = GatesCommand::Verb;
  CLI::App* muster = gates.add_subcommand("muster", "Who is missing in a muster");
  muster->fallthrough();
  // Behind those of its own commands, which say more.
  muster->parse_complete_callback([g, muster] {
    if (muster->get_subcommands().empty()) g->verb = Verb::muster;
  });
  muster->add_option("--state", g->state, "missing, left or reported (default: missing first)")
      ->check(CLI::IsMember({"missing", "left", "reported"}));
  CLI::App* start =
      add_inner(*muster, g, "start", "Freeze the list of everyone inside", Verb::muster_start);
  start->add_option("--reason", g->reason, "Why")->required();
  CLI::App* end = add_inner(*muster, g, "end", "End it", Verb::muster_end);
  end->add_option("--comment", g->reason, "For the journal");
  CLI::App* report = add_inner(*muster, g, "report", "Somebody is safe", Verb::muster_report);
  report->add_option("id", g->id, "Who")->required();
  report->add_option("--point", g->point, "The muster point");
  muster->require_subcommand(0, 1);
}

}  // namespace

void add_gates(CLI::App& app, CommandLine& line) {
  using Verb = GatesCommand::Verb;
  auto g = std::make_shared<GatesCommand>();
  CLI::App* sub = app.add_subcommand("gates", "Who and what is inside");
  sub->fallthrough();
  command_of(*sub, g, line);
  CLI::App* inside = add_inner(*sub, g, "inside", "Who and what is inside", Verb::inside);
  inside->add_option("--class", g->subject, "person, vehicle or hazmat");
  inside->add_option("--gate", g->gate, "Who came in by this gate");
  inside->add_option("--zone", g->zone, "Who is in this zone");
  inside->add_option("--id", g->id, "Only this one");
  CLI::App* passages = add_inner(*sub, g, "passages", "Who passed where", Verb::passages);
  passages->add_option("--after", g->after, "Only what came after this cursor");
  passages->add_option("--max", g->max, "At most so many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}))
      ->capture_default_str();
  CLI::App* devices = add_inner(*sub, g, "devices", "What stands at the gates", Verb::devices);
  devices->add_option("--gate", g->gate, "Only at this gate");
  add_permits(*sub, g);
  CLI::App* correct = add_inner(*sub, g, "correct", "Correct who is inside", Verb::correct);
  correct->add_option("what", g->what, "enter, leave or rename")
      ->required()
      ->check(CLI::IsMember({"enter", "leave", "rename"}));
  correct->add_option("id", g->id, "Who")->required();
  correct->add_option("--to", g->to, "rename: the right id");
  correct->add_option("--class", g->subject, "enter: person (default), vehicle or hazmat");
  correct->add_option("--name", g->name, "enter: a person's name");
  correct->add_option("--gate", g->gate, "enter: by which gate");
  correct->add_option("--zone", g->zone, "enter: into which zone");
  correct->add_option("--reason", g->reason, "Why, for the journal")->required();
  add_muster(*sub, g);
  sub->require_subcommand(1);
}

}  // namespace parkwatch::cli
