"""The flow tests go through a whole network, as its people do."""

from tests.delivery.conftest import apache, networks, no_settings_from_outside, own_network, shared_network

__all__ = ["apache", "networks", "no_settings_from_outside", "own_network", "shared_network"]
