"""The alerts' tests look at a whole network, as Prometheus does."""

from tests.delivery.conftest import apache, networks, no_settings_from_outside, shared_network

__all__ = ["apache", "networks", "no_settings_from_outside", "shared_network"]
