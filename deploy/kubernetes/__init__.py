"""The network on Kubernetes: docs/kubernetes.md. What is generated here is so by `python -m deploy.kubernetes`."""
