#!/bin/bash
# Runs "dns01 check" for action.yml: the inputs that are no environment
# variables of dns01 itself become arguments. Its status is the step's.
set -euo pipefail

args=(check --format github)
if [[ -n ${INPUT_SARIF:-} ]]; then args+=(--output "sarif=$INPUT_SARIF"); fi
if [[ -n ${INPUT_JUNIT:-} ]]; then args+=(--output "junit=$INPUT_JUNIT"); fi
while IFS= read -r line; do
	if [[ -n $line ]]; then args+=("$line"); fi
done <<<"${INPUT_ARGS:-}"

# Split at white space without taking * for a pattern; read ends with 1 at the
# end of its input.
read -r -d '' -a names <<<"${INPUT_NAMES:-}" || true

exec "$RUNNER_TEMP/dns01" "${args[@]}" -- "${names[@]}"
