package client;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what became of a referral, until a step: Updates REFERENCE UNTIL. Ends with 1 after a minute without it. */
public final class Updates {
    public static void main(String[] asked) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        Properties settings = Access.kafka();
        settings.put("group.id", Access.group());
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(Access.UPDATES));
            while (Instant.now().isBefore(end)) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    if (!asked[0].equals(record.key())) {
                        continue;
                    }
                    System.out.println(line(record)); // a real client stores it, and then commits
                    if (step(record).equals(asked[1])) {
                        return;
                    }
                }
            }
        }
        System.err.println("nothing of that kind within a minute");
        System.exit(1);
    }

    private static String line(ConsumerRecord<String, String> record) throws Exception {
        Map<String, Object> said = JSONObjectUtils.parse(record.value());
        return Stream.of(said.get("reference"), header(record, "ce_sequence"), step(record), said.get("state"),
                        said.get("reason"), said.get("message"), said.get("outcome"))
                .filter(one -> one != null)
                .map(Object::toString)
                .collect(Collectors.joining("  "));
    }

    /** `accepted` of `tsunagu.referral.accepted.v1`. */
    private static String step(ConsumerRecord<String, String> record) {
        return header(record, "ce_type").split("\\.")[2];
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
