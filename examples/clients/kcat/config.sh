# Sourced by the others: writes kcat's settings into a file, so that the password is in no process's arguments.
set -euo pipefail
: "${TSUNAGU_URL:?load the file of tsunagu partner add first}" "${TSUNAGU_ORG:?}" "${KAFKA_SERVERS:?}"
KCAT_CONFIG=$(umask 077 && mktemp)
export KCAT_CONFIG
trap 'rm -f "$KCAT_CONFIG"' EXIT
[[ ${KAFKA_TLS:-} == true ]] && way=SSL || way=PLAINTEXT
cat > "$KCAT_CONFIG" <<END
bootstrap.servers=$KAFKA_SERVERS
security.protocol=${KAFKA_USER:+SASL_}$way
END
[[ -z ${KAFKA_CA:-} ]] || echo "ssl.ca.location=$KAFKA_CA" >> "$KCAT_CONFIG" # none: the CAs that this machine trusts
if [[ -n ${KAFKA_USER:-} ]]; then
    cat >> "$KCAT_CONFIG" <<END
sasl.mechanisms=SCRAM-SHA-512
sasl.username=$KAFKA_USER
sasl.password=$KAFKA_PASSWORD
END
fi
