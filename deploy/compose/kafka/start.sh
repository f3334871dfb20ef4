#!/bin/bash
# Kafka as docker-compose.yml starts it: a cluster id of its own for each empty disk, and the users of .env.
set -euo pipefail
data=/var/lib/kafka/data
users=(tsunagu tsunagu-intake tsunagu-matching tsunagu-notify tsunagu-stats)
passwords=("$NETWORK_PASSWORD" "$INTAKE_PASSWORD" "$MATCHING_PASSWORD" "$NOTIFY_PASSWORD" "$STATS_PASSWORD")
for password in "${passwords[@]}"; do
    [[ $password =~ ^[A-Za-z0-9._-]+$ ]] || { echo "a KAFKA_PASSWORD… in .env has other signs than letters, digits, . _ -" >&2; exit 1; }
done
made_of=$(printf '%s\n' "${passwords[@]}" | sha256sum)

# A password is handed on in a file: arguments can be read by whoever sees the list of processes. Nor is it for the log.
set_password() { # USER PASSWORD
    local file status=0
    file=$(mktemp)
    printf 'SCRAM-SHA-512=password=%s\n' "$2" >"$file"
    /opt/kafka/bin/kafka-configs.sh --bootstrap-server localhost:9091 --alter \
        --entity-type users --entity-name "$1" --add-config-file "$file" 2>&1 |
        sed 's/password=.*/password=…/' || status=$?
    rm "$file"
    return "$status"
}

# At the first start, and whenever .env has others. `users-made` is what the health check waits for.
set_passwords() {
    if [[ $(cat "$data/users" 2>/dev/null) != "$made_of" ]]; then
        until (exec 3<>/dev/tcp/localhost/9091) 2>/dev/null; do sleep 0.5; done
        for i in "${!users[@]}"; do
            until set_password "${users[i]}" "${passwords[i]}"; do sleep 2; done
        done
        echo "$made_of" >"$data/users"
    fi
    touch /tmp/users-made
}

# The image's cluster id is the same for everybody. By a changed one the services notice that a broker lost its memory,
# and refill it.
CLUSTER_ID=$(sed -n 's/^cluster.id=//p' "$data/meta.properties" 2>/dev/null || true)
export CLUSTER_ID=${CLUSTER_ID:-$(/opt/kafka/bin/kafka-storage.sh random-uuid)}
export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:-"-Xms512m -Xmx512m"}
rm -f /tmp/users-made
KAFKA_HEAP_OPTS=-Xmx128m set_passwords &
unset NETWORK_PASSWORD INTAKE_PASSWORD MATCHING_PASSWORD NOTIFY_PASSWORD STATS_PASSWORD
exec /etc/kafka/docker/run
