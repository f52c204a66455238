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
url=${INPUT_LIVE_URL:-}
if [ "${#files[@]}" = 0 ] && [ -z "$url" ]; then
  echo "::error title=validate-runs::the inputs files and live-url name nothing to check"
  exit 2
fi
[ -z "$url" ] || [[ "$url" =~ ^https?:// ]] || { echo "::error title=validate-runs::the input live-url is no URL"; exit 2; }
if [ "${#files[@]}" != 0 ] && [ -n "$url" ]; then
  echo "::error title=validate-runs::files and live-url are two checks: use the action twice"
  exit 2
fi

extra=${url:+[live]}
package=$ACTION_PATH$extra
if [ -n "${INPUT_VERSION:-}" ]; then
  [[ "$INPUT_VERSION" =~ ^[0-9][0-9A-Za-z.+!-]*$ ]] || { echo "::error title=validate-runs::the input version is no version"; exit 2; }
  package="validate-runs$extra==$INPUT_VERSION"
fi
# -I: no module comes from the folder that is checked. What pip starts has no -I, so that the variables go too.
unset "${!PYTHON@}"
python3 -I -m venv "$RUNNER_TEMP/validate-runs"
"$RUNNER_TEMP/validate-runs/bin/python" -I -m pip install --quiet --disable-pip-version-check "$package"

reports=(-f github)
[ -z "${INPUT_SARIF:-}" ] || reports+=(-f "sarif:$INPUT_SARIF")
if [ -n "$url" ]; then
  words "${INPUT_THREAD:-}"
  for thread in "${lines[@]}"; do args+=("--thread=$thread"); done
  [ -z "${INPUT_KEY_ENV:-}" ] || args+=("--key-env=$INPUT_KEY_ENV")
  exec "$RUNNER_TEMP/validate-runs/bin/python" -I -m validator live "$url" "${reports[@]}" "${args[@]}"
fi
exec "$RUNNER_TEMP/validate-runs/bin/python" -I -m validator "${reports[@]}" "${args[@]}" -- "${files[@]}"
