"""The partners' contract as documents and as pages: what can be published over Kafka and HTTP, and what comes back."""
