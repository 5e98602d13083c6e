// tests/support/certificates.cpp - Calls of the openssl command; EC keys, since they are made at
// once.
#include "tests/support/certificates.h"

#include <vector>

#include "tests/support/child_process.h"

namespace parkwatch::test {

namespace {

std::vector<std::string> request(const std::string& common_name, const std::string& key) {
  return {
      "openssl", "req",     "-newkey", "ec",    "-pkeyopt",          "ec_paramgen_curve:prime256v1",
      "-nodes",  "-keyout", key,       "-subj", "/CN=" + common_name};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name)
    : files_{path("ca.pem"), path("ca.key")} {
  std::vector<std::string> argv = request(name, files_.key);
  argv.insert(argv.end(), {"-x509", "-days", "2", "-out", files_.cert});
  run_to_end(argv);
}

CertificateFiles CertificateAuthority::issue(const std::string& common_name,
                                             const std::string& alternative_names, int days) {
  const std::string stem = path(std::to_string(++issued_));
  std::vector<std::string> argv = request(common_name, stem + ".key");
  if (!alternative_names.empty()) {
    argv.insert(argv.end(), {"-addext", "subjectAltName=" + alternative_names});
  }
  argv.insert(argv.end(), {"-out", stem + ".csr"});
  run_to_end(argv);
  run_to_end({"openssl", "x509", "-req", "-in", stem + ".csr", "-CA", files_.cert, "-CAkey",
              files_.key, "-CAcreateserial", "-days", std::to_string(days), "-copy_extensions",
              "copy", "-out", stem + ".pem"});
  return {stem + ".pem", stem + ".key"};
}

}  // namespace parkwatch::test
