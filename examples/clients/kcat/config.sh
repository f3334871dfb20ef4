# Sourced by the others: writes kcat's settings into a file, so that the password is in no process's arguments.
set -euo pipefail
: "${TSUNAGU_URL:?load the file of tsunagu partner add first}" "${TSUNAGU_ORG:?}" "${KAFKA_SERVERS:?}"
KCAT_CONFIG=$(umask 077 && mktemp)
export KCAT_CONFIG
trap 'rm -f "$KCAT_CONFIG"' EXIT
echo "bootstrap.servers=$KAFKA_SERVERS" > "$KCAT_CONFIG"
if [[ -n ${KAFKA_USER:-} ]]; then
    cat >> "$KCAT_CONFIG" <<END
security.protocol=SASL_PLAINTEXT
sasl.mechanisms=SCRAM-SHA-512
sasl.username=$KAFKA_USER
sasl.password=$KAFKA_PASSWORD
END
fi
