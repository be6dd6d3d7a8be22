#!/usr/bin/env bash
# a | b | c | d | e | f | g | h | i | j | all [options of the script]: one measurement each, printed; see README.md. CI never runs this.
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
  h) built && "${PYTHON:-python3}" dti.py "${PROGRAM:-../../target/native/autograft}" "$@" ;;
  i) built && "${PYTHON:-python3}" rounds.py "${PROGRAM:-../../target/native/autograft}" "$@" ;;
  j) built && "${PYTHON:-python3}" adversarial.py "${PROGRAM:-../../target/native/autograft}" "$@" ;;
  all) for one in a b c d e f g h i j; do "./${0##*/}" "$one" "$@"; done ;;
  *) echo "usage: tests/bench/run.sh a|b|c|d|e|f|g|h|i|j|all [--pairs N] [--smoke]" >&2; exit 2 ;;
esac
