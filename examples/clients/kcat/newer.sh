# To be sourced: has kcat use the librdkafka that comes with the Python package confluent-kafka: . newer.sh VENV
TSUNAGU_KCAT_LIBS=$(mktemp -d)
ln -s "$(realpath "$1"/lib/python*/site-packages/confluent_kafka.libs/librdkafka*.so.1)" "$TSUNAGU_KCAT_LIBS/librdkafka.so.1"
export LD_LIBRARY_PATH=$TSUNAGU_KCAT_LIBS${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
