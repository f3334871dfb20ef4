package client;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes a referral, the resident sealed: Publish FILE [REFERENCE] [published|amended|withdrawn] */
public final class Publish {
    public static void main(String[] asked) throws Exception {
        Map<String, Object> data = JSONObjectUtils.parse(Files.readString(Path.of(asked[0])));
        if (asked.length > 1) {
            data.put("reference", asked[1]);
        }
        if (data.get("resident") instanceof Map<?, ?> resident) {
            data.put("resident", sealed(resident));
        }
        send(data, asked.length > 2 ? asked[2] : "published");
    }

    /** A JWE that only the network can open, to the first of its keys. */
    private static String sealed(Map<?, ?> resident) throws Exception {
        ECKey key = JWKSet.load(URI.create(Access.URL + "/.well-known/jwks.json").toURL()).getKeys().get(0).toECKey();
        JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM)
                .keyID(key.getKeyID())
                .build();
        @SuppressWarnings("unchecked")
        JWEObject jwe = new JWEObject(header, new Payload((Map<String, Object>) resident));
        jwe.encrypt(new ECDHEncrypter(key));
        return jwe.serialize();
    }

    private static void send(Map<String, Object> data, String kind) throws Exception {
        String reference = (String) data.get("reference");
        var record = new ProducerRecord<>(Access.REFERRALS, reference, JSONObjectUtils.toJSONString(data));
        // A CloudEvent in binary mode. To repeat after an error, keep the id: the network takes it once.
        Map.of(
                "ce_specversion", "1.0",
                "ce_id", UUID.randomUUID().toString(),
                "ce_source", "https://" + Access.ORG + ".example/referrals",
                "ce_type", "tsunagu.referral." + kind + ".v1",
                "ce_time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                "content-type", "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        Properties settings = Access.kafka();
        settings.put("acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            var place = producer.send(record).get();
            System.out.println(reference + " is at " + place.topic() + ", offset " + place.offset());
        }
    }
}
