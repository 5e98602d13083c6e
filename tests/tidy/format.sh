#!/usr/bin/env bash
# format.sh CLANG_FORMAT ROOT: names every file that clang-format would change.
set -euo pipefail
cd "$2"
find daemon drivers tools tests cmake \( -name '*.h' -o -name '*.cpp' \) -print0 | xargs -0 "$1" --dry-run -Werror
