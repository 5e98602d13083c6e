#!/usr/bin/env python3
"""Style as a test: budgets, bans and the arrows between folders (docs/style.md, cmake/layers.cmake).

tidy.py ROOT checks the tree and prints one line a finding; exit code 1 if there is any.
tidy.py --self-test proves that each check can fail.
"""
import pathlib
import re
import sys
import tempfile

FUNCTION_LINES_MAX, FUNCTION_LINES_P95 = 70, 40
FILE_LINES_MAX, FILE_LINES_P95 = 600, 450
COLUMNS_MAX = 100
TEST_RATIO_MIN = 0.9

# What an include in angle brackets belongs to.
THIRD_PARTY = [
    ("boost/asio", "ASIO"), ("boost/system", "ASIO"), ("boost/beast", "BEAST"), ("boost/url", "BEAST"),
    ("boost/json", "JSON"), ("sqlite3.h", "SQLITE"), ("zstd.h", "ZSTD"), ("simdjson.h", "SIMDJSON"),
    ("muParser", "MUPARSER"), ("mqtt/", "PAHO"), ("MQTTAsync.h", "PAHO"), ("openssl/", "OPENSSL"),
    ("toml++", "TOML"), ("spdlog", "SPDLOG"), ("CLI/", "CLI11"), ("prometheus/", "PROMETHEUS"),
    ("google/protobuf", "PROTOBUF"), ("curl/", "CURL"), ("modbus", "MODBUS"),
]
# The pure folders: same inputs, same outputs, so nothing of the world comes in.
PURE = {"model", "rules", "alarms", "gates", "pipeline", "mqtt_codec", "parksim_physics"}
WORLD = re.compile(
    r"#include <(thread|mutex|shared_mutex|condition_variable|future|fstream|filesystem|iostream|random|ctime|time\.h"
    r"|unistd\.h|fcntl\.h|sys/\w+\.h|netinet/\w+\.h|arpa/\w+\.h)>")
PURE_RANDOM = {"parksim_physics"}  # a simulator has seeded noise
CLOCKS = re.compile(r"(system_clock|steady_clock|high_resolution_clock)::now|\b(time|gettimeofday|clock_gettime)\(")
BANS = [
    (re.compile(r"\bsleep_(for|until)\b|\busleep\(|\bnanosleep\("), "wait for an event instead of sleeping"),
    (re.compile(r"\bs?rand\(\)"), "use a seeded engine of <random> and print the seed"),
    (re.compile(r"\bNOLINT"), "mend the finding instead of silencing it"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "do it, or file an issue"),
    (re.compile(r"(=|return|\()\s*new\s+[A-Za-z_]"), "use std::make_unique or a container"),
    (re.compile(r"^\s*delete\s+[A-Za-z_]"), "let an owner delete it"),
    (re.compile(r"using namespace std;"), "name what is used"),
    (re.compile(r"co_await [^;]*(\[[&=\w]|\{[^}\s])"),
     "g++ 12 destroys an aggregate or a capture inside co_await twice: name it first"),
]


def layers(root):
    text = (root / "cmake/layers.cmake").read_text()
    allowed = {m[1]: set(m[2].split()) for m in re.finditer(r'"LAYER ([^\s"]+) *([^"]*)"', text)}
    folders = {m[2]: m[1] for m in re.finditer(r'"FOLDER (\S+) +(\S+)"', text)}
    return allowed, folders


def layer_of(path, folders):
    """The layer of a path: that of the longest folder that holds it."""
    best = max((f for f in folders if path == f or path.startswith(f + "/")), key=len, default=None)
    return folders[best] if best else None


def sources(root):
    for top in ("daemon", "drivers", "tools", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp") and path.is_file():
                yield path.relative_to(root).as_posix(), path.read_text().splitlines()


FUNCTION = re.compile(r"^( *)(?!.*\b(namespace|struct|class|enum|union)\b)(?! *(if|for|while|switch|do|else|catch|return|case|default)\b)"
                      r"(?!.*= *\[).*\S.*\{$")


STATEMENT_END = re.compile(r"[;{}]\s*(//.*)?$|^\s*//|:\s*$|^#")


def functions(lines):
    """(line number, length) of each function body of clang-formatted code."""
    at = 0
    while at < len(lines):
        match = FUNCTION.match(lines[at])
        if match and (")" in lines[at] or (at and lines[at - 1].rstrip().endswith((",", ")", "("))) or re.search(r"\)\s*(const|noexcept|override)", lines[at])):
            first = at  # the line on which the signature begins
            while first > 0 and lines[first - 1].strip() and not STATEMENT_END.search(lines[first - 1]):
                first -= 1
            indent = re.match(" *", lines[first])[0]
            end = next((i for i in range(at + 1, len(lines)) if re.match(re.escape(indent) + r"\}", lines[i])), None)
            if end is not None:
                yield first + 1, end - first + 1
                at = end
        at += 1


def p95(values):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0


def include_findings(name, number, line, layer, allowed, folders):
    may = allowed.get(layer, set())
    if "*" in may or layer is None:
        return
    own = re.match(r'#include "([^"]+)"', line)
    if own:
        target = own[1]
        where = target if target.startswith(("drivers/", "tools/")) else "daemon/" + target
        other = "proto" if target.startswith("parkwatch/v1/") else layer_of(where, folders)
        if where == "drivers/driver.h":
            other = "drivers_api"
        if other is not None and other != layer and other not in may:
            yield f"{name}:{number} {layer} may not include {target} ({other}); see cmake/layers.cmake"
    foreign = re.match(r"#include <([^>]+)>", line)
    if foreign:
        for prefix, dependency in THIRD_PARTY:
            if foreign[1].startswith(prefix) and dependency not in may:
                yield f"{name}:{number} {layer} may not include <{foreign[1]}> ({dependency}); see cmake/layers.cmake"


def pure_findings(name, number, line, layer):
    if layer not in PURE or name.startswith("tests/"):
        return
    if WORLD.match(line) and not ("random" in line and layer in PURE_RANDOM):
        yield f"{name}:{number} {layer} is pure: no {line.split()[1]}"
    if CLOCKS.search(line.split("//")[0]):
        yield f"{name}:{number} {layer} is pure: time is an argument"


def line_findings(name, number, line):
    if len(line) > COLUMNS_MAX:
        yield f"{name}:{number} {len(line)} columns, {COLUMNS_MAX} are the limit"
    for ban, instead in BANS:
        if ban.search(line):
            yield f"{name}:{number} {ban.search(line)[0].strip()}: {instead}"


def check(root):
    allowed, folders = layers(root)
    found, function_lines, file_lines, test_lines, source_lines = [], [], [], 0, 0
    built = "\n".join(p.read_text() for p in (root / "tests").rglob("CMakeLists.txt"))
    for path in (root / "tests").rglob("*.py"):
        test_lines += len(path.read_text().splitlines())
    # What tests/systems expects of each park system stands beside the system.
    for path in (root / "config").glob("systems/*/incidents.toml"):
        test_lines += len(path.read_text().splitlines())
    for name, lines in sources(root):
        layer = None if name.startswith("tests/") else layer_of(name, folders)
        if name == "drivers/driver.h":
            layer = "drivers_api"
        for number, line in enumerate(lines, 1):
            found += line_findings(name, number, line)
            found += include_findings(name, number, line, layer, allowed, folders)
            found += pure_findings(name, number, line, layer)
        for number, length in functions(lines):
            function_lines.append(length)
            if length > FUNCTION_LINES_MAX:
                found.append(f"{name}:{number} a function of {length} lines, {FUNCTION_LINES_MAX} are the limit")
        file_lines.append(len(lines))
        if len(lines) > FILE_LINES_MAX:
            found.append(f"{name} has {len(lines)} lines, {FILE_LINES_MAX} are the limit")
        if name.startswith("tests/"):
            test_lines += len(lines)
            if name.endswith("_test.cpp") and pathlib.Path(name).name not in built:
                found.append(f"{name} is built by no CMakeLists.txt, so it never runs")
        else:
            source_lines += len(lines)
    if p95(function_lines) > FUNCTION_LINES_P95:
        found.append(f"functions: p95 is {p95(function_lines)} lines, {FUNCTION_LINES_P95} are the limit")
    if p95(file_lines) > FILE_LINES_P95:
        found.append(f"files: p95 is {p95(file_lines)} lines, {FILE_LINES_P95} are the limit")
    ratio = test_lines / max(1, source_lines)
    if ratio < TEST_RATIO_MIN:
        found.append(f"tests: {test_lines} lines for {source_lines} of source: {ratio:.2f}, {TEST_RATIO_MIN} are the least")
    figures = (f"tidy: {len(file_lines)} files, {source_lines} source and {test_lines} test lines ({ratio:.2f}), "
               f"functions p95 {p95(function_lines)} max {max(function_lines, default=0)}, files p95 {p95(file_lines)}")
    return found, figures


def self_test(real_root):
    """A tree with one mistake of each kind: every one must be found."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for part in ("daemon/rules", "tools", "tests/unit", "drivers", "cmake"):
            (root / part).mkdir(parents=True)
        (root / "cmake/layers.cmake").write_text((real_root / "cmake/layers.cmake").read_text())
        (root / "tests/CMakeLists.txt").write_text("")
        body = "".join(f"  step_{i}();\n" for i in range(80))
        (root / "daemon/rules/bad.cpp").write_text(
            '#include "store/store.h"\n#include <boost/asio.hpp>\n#include <thread>\n'
            "auto t = std::chrono::steady_clock::now();\n"
            "void f() { std::this_thread::sleep_for(1s); }\nint r = rand();\n// TODO later\nint* p = new int;\n"
            "int x;  // NOLINT\n" + "// " + "x" * 120 + "\n"
            "auto a = co_await f([&x] { return x; });\n"
            "void too_long(int a) {\n" + body + "}\n" + "\n" * 600)
        (root / "tests/unit/lost_test.cpp").write_text("")
        found = "\n".join(check(root)[0])
        for expected in ("may not include store/store.h", "may not include <boost/asio.hpp>", "no <thread>", "time is an argument",
                         "sleeping", "seeded engine", "file an issue", "make_unique", "silencing", "columns", "destroys an aggregate",
                         "a function of 82 lines", "are the limit", "so it never runs", "are the least"):
            if expected not in found:
                print(f"tidy does not find: {expected}")
                return 1
    print("tidy finds every kind of mistake")
    return 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test(pathlib.Path(sys.argv[2]))
    found, figures = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found + [figures]))
    return 1 if found else 0


sys.exit(main())
