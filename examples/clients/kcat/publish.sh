#!/usr/bin/env bash
# Publish a referral with kcat, the resident sealed with jose: publish.sh FILE [REFERENCE] [published|amended|withdrawn]
. "$(dirname "${BASH_SOURCE[0]}")/config.sh"
file=$1 kind=${3:-published}
reference=${2:-$(jq -r .reference "$file")}
data=$(jq -c --arg reference "$reference" '.reference = $reference' "$file")

if [[ $(jq -r '.resident | type' <<< "$data") == object ]]; then
    # To the first of the network's keys. `kid` says which one it was.
    key=$(curl -sS --fail-with-body "$TSUNAGU_URL/.well-known/jwks.json" | jq -c '.keys[0]')
    header=$(jq -c '{protected: {alg: "ECDH-ES", enc: "A256GCM", kid: .kid}}' <<< "$key")
    sealed=$(jq -c .resident <<< "$data" | jose jwe enc -i "$header" -I- -k <(echo "$key") -c)
    data=$(jq -c --arg sealed "$sealed" '.resident = $sealed' <<< "$data")
fi

id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # keep it for a repeat after an error: the network takes it once
kcat -q -P -t "partner.$TSUNAGU_ORG.referrals" -p 0 -k "$reference" \
    -H ce_specversion=1.0 -H "ce_id=$id" -H "ce_source=https://$TSUNAGU_ORG.example/referrals" \
    -H "ce_type=tsunagu.referral.$kind.v1" -H "ce_time=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    -H content-type=application/json <<< "$data"
echo "$reference is published"
