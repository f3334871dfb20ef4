"""Ways in: a partner's Kafka record, or its HTTP request (web.py), becomes a command. Both end in `taking.to_command`."""
