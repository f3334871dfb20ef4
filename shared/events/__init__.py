"""The contracts: one file per topic, frozen models, CloudEvents types."""
