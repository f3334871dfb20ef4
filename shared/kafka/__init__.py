"""Kafka, through FastStream and aiokafka. Every setting here that differs from a default has its reason beside it."""
