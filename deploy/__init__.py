"""Ways to run the network: embedded on one machine, in containers, on Kubernetes."""
