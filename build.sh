#!/usr/bin/env bash
# serve | build | wasm | test: everything from a clean clone; what is missing is fetched first.
set -euo pipefail
cd "$(dirname "$0")"

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/autograft"
TARGET="${CARGO_TARGET_DIR:-target}"
WASM_TARGET=wasm32-unknown-unknown
# Budgets of the engine, in bytes: what a visit costs. Some hosts serve no brotli.
BROTLI_MAX=4000000
GZIP_MAX=6000000
# The pack for molecules, as the page loads it.
MOLECULES=(www/pkg/molecules.js www/pkg/molecules.wasm)

say() { printf '\n== %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian's packages, where there is apt-get and the right to use it.
packages() {
  local root=()
  have apt-get || { echo "please install: $*" >&2; return 1; }
  [ "$(id -u)" = 0 ] || root=(sudo)
  say "installing $*"
  "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || {
    "${root[@]}" apt-get update -qq && "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  }
}

need_rust() {
  have cargo || { echo "please install Rust: https://rustup.rs" >&2; return 1; }
  # rust-toolchain.toml names the target; an older rustup does not fetch it by itself.
  have rustup && { rustup target list --installed 2>/dev/null | grep -q "$WASM_TARGET" || rustup target add "$WASM_TARGET"; }
  return 0
}

# The command must be of the very version of the library that Cargo.lock names.
need_bindgen() {
  local version
  version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
  BINDGEN="$CACHE/wasm-bindgen-$version/bin/wasm-bindgen"
  [ -x "$BINDGEN" ] && return 0
  if have wasm-bindgen && [ "$(wasm-bindgen --version)" = "wasm-bindgen $version" ]; then BINDGEN=$(command -v wasm-bindgen); return 0; fi
  say "building wasm-bindgen $version, once"
  cargo install --quiet wasm-bindgen-cli --version "$version" --root "$CACHE/wasm-bindgen-$version"
}

need_node() {
  have node || packages nodejs npm
  # A stamp, so that an unchanged lock file costs nothing.
  local stamp=node_modules/.autograft-lock
  cmp -s package-lock.json "$stamp" || { say "npm ci"; npm ci --silent && cp package-lock.json "$stamp"; }
}

need_browsers() {
  have chromium || have google-chrome || [ -n "${CHROMIUM:-}" ] || packages chromium
  have firefox-esr || have firefox || [ -n "${FIREFOX:-}" ] || packages firefox-esr
}

wasm() {
  need_rust && need_bindgen || return 1
  cargo rustc --lib --crate-type cdylib --target "$WASM_TARGET" --release || return 1
  # wasm-bindgen reads the target features from the names' section, so it strips, not cargo.
  "$BINDGEN" --target no-modules --no-typescript --remove-name-section --remove-producers-section \
    --out-dir www/pkg --out-name autograft "$TARGET/$WASM_TARGET/release/autograft.wasm"
}

# RDKit's glue without code from text, beside the engine. It fails where the glue is not the one that was read.
molecules() { need_node && node www/packs/patch.mjs; }

pack() { molecules && npx --no-install vite build --logLevel warn && npx --no-install vite build --logLevel warn -c vite.report.config.js; }

serve() {
  wasm && pack
  npx --no-install vite preview --host 127.0.0.1 --port "${PORT:-8000}"
}

# --- test -----------------------------------------------------------------------------------------------------------

PASSED=0 FAILED=0 SKIPPED=0
FAILURES=()

# check NAME COMMAND...: one thing that holds or does not.
# suite NAME COMMAND...: a run of many tests, whose own counts are added.
check() { local name=$1; shift; timed "$name" "$@"; if [ "$STATUS" = 0 ]; then PASSED=$((PASSED + 1)); else miss "$name"; fi; }

suite() {
  local name=$1; shift
  timed "$name" "$@"
  # cargo: "test result: ok. 5 passed; 0 failed; 1 ignored; ..."; node's tap: "# pass 5". A test in Rust that lacks its
  # data says SKIPPED and passes; what is ignored there is a measurement, no test.
  local passed failed skipped told
  passed=$(awk '/^test result:/ { n += $4 } /^# pass / { n += $3 } END { print n + 0 }' "$LOG")
  failed=$(awk '/^test result:/ { n += $6 } /^# (fail|cancelled) / { n += $3 } END { print n + 0 }' "$LOG")
  skipped=$(awk '/^# (skipped|todo) / { n += $3 } END { print n + 0 }' "$LOG")
  told=$(awk '/^---- .* stdout ----$/ { name = $2 } /SKIPPED: / && !seen[name]++ { n += 1 } END { print n + 0 }' "$LOG")
  passed=$((passed - told)) skipped=$((skipped + told))
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  if [ "$failed" != 0 ]; then FAILURES+=("$name ($failed)"); elif [ "$STATUS" != 0 ] || [ "$passed" = 0 ]; then miss "$name"; fi
}

miss() { FAILED=$((FAILED + 1)); FAILURES+=("$1"); }

timed() {
  local name=$1 start=$SECONDS; shift
  say "$name"
  STATUS=0
  "$@" >"$LOG" 2>&1 || STATUS=$?
  # A closing line of a part is not the closing line of the whole.
  if [ "$STATUS" = 0 ]; then grep -E '^# (cold|pack|cpu|gpu|cancel|firefox)|SKIPPED: ' "$LOG" || true; else tail -n 300 "$LOG"; fi
  printf '%s: %s, %s min\n' "$name" "$([ "$STATUS" = 0 ] && echo ok || echo FAILED)" "$(awk "BEGIN { printf \"%.1f\", ($SECONDS - $start) / 60 }")"
}

types() { need_node && npx --no-install tsc -p .; }

browsers() {
  need_browsers
  node --test --test-reporter=tap --test-concurrency=1 tests/browser/*.test.mjs
}

size() {
  local engine=www/pkg/autograft_bg.wasm brotli gzip
  have brotli || packages brotli
  brotli=$(brotli -c -q 11 "$engine" | wc -c)
  gzip=$(gzip -c -9 "$engine" | wc -c)
  printf '# cold: engine %s bytes, brotli %s of %s, gzip %s of %s\n' "$(wc -c <"$engine")" "$brotli" "$BROTLI_MAX" "$gzip" "$GZIP_MAX"
  # Loaded by those who ask for it, and by nobody else: no part of the budget.
  printf '# pack: molecules %s bytes, brotli %s, gzip %s\n' "$(cat "${MOLECULES[@]}" | wc -c)" "$(cat "${MOLECULES[@]}" | brotli -c -q 11 | wc -c)" "$(cat "${MOLECULES[@]}" | gzip -c -9 | wc -c)"
  [ "$brotli" -le "$BROTLI_MAX" ] && [ "$gzip" -le "$GZIP_MAX" ]
}

test_all() {
  LOG=$(mktemp)
  # shellcheck disable=SC2064
  trap "rm -f '$LOG'" EXIT
  need_rust
  check "format" cargo fmt --check
  check "lints" cargo clippy --all-targets -- -D warnings
  suite "tests in Rust" cargo test --quiet -- --format pretty --show-output
  check "engine" wasm
  check "types of the JavaScript" types
  check "page" pack
  check "size of the engine" size
  suite "tests in browsers" browsers
  [ ${#FAILURES[@]} = 0 ] || printf '\nfailed: %s\n' "$(IFS=,; echo "${FAILURES[*]}")"
  printf '\n%s passed, %s failed, %s skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  [ "$FAILED" = 0 ]
}

case "${1:-}" in
  serve) serve ;;
  build) wasm && pack ;;
  wasm) wasm ;;
  test) test_all ;;
  *) echo "usage: ./build.sh serve | test | build | wasm" >&2; exit 2 ;;
esac
