#!/usr/bin/env bash
# The GitHub Action: installs validate-runs into a virtual environment of its own and checks the files. The inputs come
# as environment variables, one word per line, and are never run as shell code.
set -euo pipefail

words() { # TEXT: fills `lines` with the lines of the text that are not empty
  mapfile -t lines < <(printf '%s\n' "$1" | tr -d '\r' | sed '/^[[:space:]]*$/d')
}

words "${INPUT_FILES:-}"
files=("${lines[@]}")
words "$(tr ' \t' '\n' <<< "${INPUT_ARGS:-}")"
args=("${lines[@]}")
if [ "${#files[@]}" = 0 ]; then
  echo "::error title=validate-runs::the input files names nothing to check"
  exit 2
fi

package=$ACTION_PATH
if [ -n "${INPUT_VERSION:-}" ]; then
  [[ "$INPUT_VERSION" =~ ^[0-9][0-9A-Za-z.+!-]*$ ]] || { echo "::error title=validate-runs::the input version is no version"; exit 2; }
  package="validate-runs==$INPUT_VERSION"
fi
# -I: no module comes from the folder that is checked. What pip starts has no -I, so that the variables go too.
unset "${!PYTHON@}"
python3 -I -m venv "$RUNNER_TEMP/validate-runs"
"$RUNNER_TEMP/validate-runs/bin/python" -I -m pip install --quiet --disable-pip-version-check "$package"

reports=(-f github)
[ -z "${INPUT_SARIF:-}" ] || reports+=(-f "sarif:$INPUT_SARIF")
exec "$RUNNER_TEMP/validate-runs/bin/python" -I -m validator "${reports[@]}" "${args[@]}" -- "${files[@]}"
