package tsunagu.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Each step changes its account's stored state and tells a total: exactly once, state in RocksDB with a changelog.
 *
 * <p>A processor, not an aggregate(): that one's cache would tell only the last total of each commit.
 * All that is not set here is Kafka Streams' default; with exactly_once_v2 it commits every 100 ms.
 */
public final class Ledger {
  private static final String STORE = "accounts";
  private static final ObjectMapper JSON = new ObjectMapper();

  public record Step(@JsonProperty("case") String key, String kind, String language, String area, long amount, String sealed) {}

  public record Account(String kind, long count, long total) {}

  public record Counted(@JsonProperty("case") String key, String kind, long count, long total) {}

  /** Arguments: servers, topic to read, topic to write, group, folder for its state, threads. */
  public static void main(String[] arguments) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(STORE), Serdes.String(), json(Account.class)));
    builder.stream(arguments[1], Consumed.with(Serdes.String(), json(Step.class)))
        .process(Counting::new, STORE)
        .to(arguments[2], Produced.with(Serdes.String(), json(Counted.class)));
    KafkaStreams streams = new KafkaStreams(builder.build(), settings(arguments));
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static Properties settings(String[] arguments) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[3]);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, arguments[4]);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments[5]);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  private static final class Counting implements Processor<String, Step, String, Counted> {
    private ProcessorContext<String, Counted> context;
    private KeyValueStore<String, Account> accounts;

    @Override
    public void init(ProcessorContext<String, Counted> context) {
      this.context = context;
      this.accounts = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, Step> record) {
      Account before = accounts.get(record.key());
      Account known = before == null ? new Account("", 0, 0) : before;
      Step step = record.value();
      Account after = new Account(step.kind(), known.count() + 1, known.total() + step.amount());
      accounts.put(record.key(), after);
      context.forward(
          record.withValue(new Counted(record.key(), after.kind(), after.count(), after.total())));
    }
  }

  private static <T> Serde<T> json(Class<T> type) {
    return Serdes.serdeFrom(
        (topic, value) -> value == null ? null : written(value),
        (topic, bytes) -> bytes == null ? null : read(bytes, type));
  }

  private static byte[] written(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (java.io.IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static <T> T read(byte[] bytes, Class<T> type) {
    try {
      return JSON.readValue(bytes, type);
    } catch (java.io.IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private Ledger() {}
}
