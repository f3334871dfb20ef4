#!/bin/sh
# `make compose-up`: secrets, start, and what to do when it does not come up. Arguments: how Docker Compose is called.
set -eu
cd "$(dirname "$0")/../.."
if ! "$@" version >/dev/null 2>&1; then
    echo "'$*' does not run here: install Docker with its compose plugin, or name another: make compose-up COMPOSE=…" >&2
    exit 1
fi
sh deploy/compose/env.sh
if ! "$@" up --build --detach --wait; then
    cat >&2 <<EOT

It did not come up. Which container, and why: $* ps --all; $* logs NAME
"port is already allocated", "address already in use": another program has that port; set a free one in .env (PORT_…).
EOT
    exit 1
fi
port() { value=$(sed -n "s/^PORT_$1=//p" .env | tail -n 1); echo "http://localhost:${value:-$2}"; }
cat <<EOT
what this is   $(port INTAKE 8101)
coordinators   $(port MATCHING 8102)/cases
dashboard      $(port STATS 8104)/dashboard
mail           $(port MAIL 8025)
Prometheus     $(port PROMETHEUS 9090)
Grafana        $(port GRAFANA 3000)
command line   $* run --rm tsunagu status
EOT
