// tests/unit/config/files_test.cpp - Files by pattern, bundles, hashes, and files that hold
// secrets.
#include "config/files.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace files_test {

using namespace parkwatch;
using namespace parkwatch::config;

TEST_CASE("files: a pattern finds regular files in byte order, level by level", "[config]") {
  const Folder folder;
  for (const char* name :
       {"b.toml", "a.toml", "a.txt", ".x.toml", "s/c.toml", "s2/d.toml", "s2/e/f.toml"}) {
    folder.write(name, "");
  }
  std::filesystem::create_directory(folder / "dir.toml");
  using Names = std::vector<std::string>;
  CHECK(find_files(folder.path(), "*.toml") == Names{"a.toml", "b.toml"});
  CHECK(find_files(folder.path(), "a.toml") == Names{"a.toml"});
  CHECK(find_files(folder.path(), "*/*.toml") == Names{"s/c.toml", "s2/d.toml"});
  CHECK(find_files(folder.path(), "s*/d.toml") == Names{"s2/d.toml"});
  CHECK(find_files(folder.path(), "s/../a.toml") == Names{"s/../a.toml"});
  CHECK(find_files(folder.path(), ".*.toml") == Names{".x.toml"});
  CHECK(find_files(folder.path(), folder / "s/*.toml") == Names{folder / "s/c.toml"});
  CHECK(find_files(folder.path(), "").empty());
  CHECK(find_files(folder.path(), "s/").empty());
  CHECK(find_files(folder.path(), "dir.toml").empty());
  CHECK(find_files(folder / "none", "*.toml").empty());
}

TEST_CASE("files: without a folder a pattern begins where the program stands", "[config]") {
  const Folder folder;
  folder.write("a.toml", "");
  folder.write("s/b.toml", "");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::vector<std::string> here = find_files("", "*.toml");
  const std::vector<std::string> below = find_files("", "*/*.toml");
  std::filesystem::current_path(before);
  CHECK(here == std::vector<std::string>{"a.toml"});
  CHECK(below == std::vector<std::string>{"s/b.toml"});
}

TEST_CASE("files: a relative path begins in the folder, an absolute one stands", "[config]") {
  CHECK(path_from("/etc/p", "a/b") == "/etc/p/a/b");
  CHECK(path_from("etc", "b") == "etc/b");
  CHECK(path_from("/etc/p", "/a") == "/a");
  CHECK(path_from("", "a") == "a");
  CHECK(path_from("/etc/p", "").empty());
}

TEST_CASE("files: reading says what kept it from it", "[config][fault]") {
  const Folder folder;
  folder.write("a", std::string("x\0y", 3));
  CHECK(*read_file(folder / "a") == std::string("x\0y", 3));
  CHECK(read_file(folder / "b").error().kind == ErrorKind::not_found);
  CHECK(read_file(folder.path()).error().kind == ErrorKind::bad_input);
  folder.write("long", std::string(file_bytes_max, 'x'));
  CHECK(read_file(folder / "long").ok());
  folder.write("long", std::string(file_bytes_max + 1, 'x'));
  CHECK(read_file(folder / "long").error().kind == ErrorKind::bad_input);
}

TEST_CASE("bundle: whatever the files hold, it gives them back", "[config]") {
  const std::vector<File> files{{"p.toml", "a = 1\n"}, {"中 文.toml", ""}, {"x\ny", "\n1 2\n"}};
  const std::string bundle = make_bundle(files);
  const auto back = parse_bundle(bundle);
  REQUIRE(back);
  REQUIRE(back->size() == files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK((*back)[i].path == files[i].path);
    CHECK((*back)[i].text == files[i].text);
  }
  CHECK(make_bundle(*back) == bundle);
}

TEST_CASE("bundle: nothing that is cut short or counts wrongly is taken", "[config][fault]") {
  const std::string bundle = make_bundle({{"p.toml", "a = 1\n"}, {"b", "c"}});
  const std::size_t second = bundle.rfind("1 1\n");  // between files it ends where a bundle may end
  for (std::size_t end = 0; end < bundle.size(); ++end) {
    CAPTURE(end);
    CHECK(parse_bundle(bundle.substr(0, end)).ok() == (end == second));
  }
  for (const char* bad :
       {"parkwatch-bundle 2\n1 1\na\nb\n", "parkwatch-bundle 1\n-1 1\na\nb\n",
        "parkwatch-bundle 1\n99999999999999999999 1\na\nb\n", "parkwatch-bundle 1\n1 2\na\nb\n",
        "parkwatch-bundle 1\n1 18446744073709551615\na\nb\n", "parkwatch-bundle 1\n1\n1\na\nb\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_bundle(bad).ok());
  }
}

TEST_CASE("bundle: its hash is SHA-256", "[config]") {
  // FIPS 180-2, B.1, and the empty text.
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("files: a secret that others may read is refused with the command that mends it",
          "[config][fault]") {
  const Folder folder;
  folder.write("secret", "x\n");
  const std::string path = folder / "secret";
  folder.chmod("secret", 0600);
  CHECK(fault_of_file(path, 077).empty());
  folder.chmod("secret", 0640);
  CHECK(fault_of_file(path, 077) ==
        path + " holds a secret but others may read it (mode 0640): run chmod 600 " + path);
  CHECK(fault_of_file(path, 007).empty());
  folder.chmod("secret", 0644);
  CHECK(fault_of_file(path, 007) ==
        path + " holds a secret but others may read it (mode 0644): run chmod 640 " + path);
  CHECK(fault_of_file(path, 0).empty());
  CHECK(fault_of_file(folder / "none", 077) == "no such file: " + (folder / "none"));
  CHECK(fault_of_file(folder.path(), 0) == "is not a regular file: " + folder.path());
}

TEST_CASE("files: the state directory is found in a main file that has mistakes", "[config]") {
  const Folder folder;
  const auto found = [&folder](const std::string& text) {
    folder.write("p.toml", text);
    return find_state_directory(folder / "p.toml");
  };
  CHECK(found("[daemon]\nstate_directory = \"state\"\n") == folder / "state");
  CHECK(found("[[[ nonsense\n  state_directory='/a/b c' # here\n") == "/a/b c");
  CHECK(found("# state_directory = \"no\"\npark = \"p\n") == "/var/lib/parkwatch");
  CHECK(found("") == "/var/lib/parkwatch");
  CHECK(find_state_directory(folder / "none.toml").empty());
}

}  // namespace files_test
