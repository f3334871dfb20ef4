"""What each service says of itself every few seconds, on a topic of its own, and what `tsunagu verify` last found: for the
status page in stats. Nothing of a person is in it. Why so: docs/decisions/0016-each-service-tells-how-it-stands.md.
"""
