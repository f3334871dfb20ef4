#!/usr/bin/env bash
# What became of referrals, all there is until now: updates.sh [REFERENCE]
. "$(dirname "${BASH_SOURCE[0]}")/config.sh"
kcat -C -q -e -t "partner.$TSUNAGU_ORG.updates" -p 0 -o beginning -f '%s\n' |
    jq -r --arg reference "${1:-}" 'select($reference == "" or .reference == $reference)
        | [.reference, .state, .reason, .message, .outcome] | map(select(. != null)) | join("  ")'
