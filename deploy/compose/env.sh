#!/bin/sh
# Makes .env from .env.example, or completes an older one: each name that the example has without a value gets a secret of
# its own, 32 random bytes. What has a value keeps it.
set -eu
cd "$(dirname "$0")/../.."
umask 077
example=deploy/compose/.env.example
[ -e .env ] || cp "$example" .env
sed -n 's/^\([A-Z_]*\)=$/\1/p' "$example" | while read -r name; do
    grep -q "^$name=" .env || printf '\n%s=\n' "$name" >>.env
done
awk -v random='od -An -N32 -tx1 /dev/urandom | tr -d " \n"' '
    NR == FNR { if (/^[A-Z_]+=$/) empty[$0]; next }
    $0 in empty { random | getline secret; close(random); $0 = $0 secret }
    { print }' "$example" .env >.env.new
mv .env.new .env
