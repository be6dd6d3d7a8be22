#!/usr/bin/env bash
# a | b | c | d | e | f | g | all [options of the script]: one measurement each, printed; see README.md. CI never runs this.
set -euo pipefail
cd "$(dirname "$0")"
what="${1:-}"
[ $# = 0 ] || shift

built() { [ -f ../../dist/index.html ] || { echo "no dist/: run ./build.sh build first" >&2; exit 1; }; }
tfjs() { [ -d node_modules/@tensorflow/tfjs ] || npm ci --silent --ignore-scripts; }

case "$what" in
  a) built && tfjs && node steps.mjs "$@" ;;
  b) built && node native.mjs "$@" ;;
  c) built && node csv.mjs "$@" ;;
  d) built && node size.mjs "$@" ;;
  e) built && node workers.mjs "$@" ;;
  f) node trees.mjs "$@" ;;
  g) node resampling.mjs "$@" ;;
  all) for one in a b c d e f g; do "./${0##*/}" "$one" "$@"; done ;;
  *) echo "usage: tests/bench/run.sh a|b|c|d|e|f|g|all [--pairs N] [--smoke]" >&2; exit 2 ;;
esac
