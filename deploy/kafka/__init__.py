"""The topics of the network, and whose they are."""
