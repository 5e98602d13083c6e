// tools/parksim/main.cpp - The simulated park as a program (README.md).
#include <exception>
#include <iostream>

#include "tools/parksim/options.h"
#include "tools/parksim/run.h"

int main(int argc, char** argv) {
  using namespace parkwatch::parksim;
  try {
    const Parsed parsed = parse_command_line(argc, argv);
    if (!parsed.run) {
      (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
      return parsed.exit_code;
    }
    block_signals();
    return run(parsed.options, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "parksim: " << error.what() << '\n';
    return 1;
  }
}
