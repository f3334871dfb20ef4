package client;

import java.util.Properties;

/** How to reach the network, from the environment. */
final class Access {
    static final String URL = System.getenv("TSUNAGU_URL");
    static final String ORG = System.getenv("TSUNAGU_ORG");
    static final String REFERRALS = "partner." + ORG + ".referrals";
    static final String UPDATES = "partner." + ORG + ".updates";

    private Access() {}

    /** Kafka's settings; a new object, to add to. */
    static Properties kafka() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", System.getenv("KAFKA_SERVERS"));
        boolean tls = given("KAFKA_TLS").equals("true");
        if (tls) {
            settings.put("security.protocol", "SSL");
            if (!given("KAFKA_CA").isEmpty()) { // none: the CAs that this machine trusts
                settings.put("ssl.truststore.type", "PEM");
                settings.put("ssl.truststore.location", given("KAFKA_CA"));
            }
        }
        if (!user().isEmpty()) {
            settings.put("security.protocol", tls ? "SASL_SSL" : "SASL_PLAINTEXT");
            settings.put("sasl.mechanism", "SCRAM-SHA-512");
            settings.put("sasl.jaas.config", String.format(
                    "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";",
                    user(), System.getenv("KAFKA_PASSWORD")));
        }
        return settings;
    }

    /** A consumer group that this partner may use: its name begins with the user's and a dot. */
    static String group() {
        return (user().isEmpty() ? "partner-" + ORG : user()) + ".example-java";
    }

    private static String user() {
        return given("KAFKA_USER");
    }

    private static String given(String name) {
        String value = System.getenv(name);
        return value == null ? "" : value;
    }
}
