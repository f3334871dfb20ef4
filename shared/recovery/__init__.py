"""Losing more than a process: a service's database is read back from what the service has told Kafka.

catch_up.py   all of it, in order, before a service takes input; `tsunagu restore` runs the same
decisions.py  the journal topic → journal and documents      shared/kernel/recovery.py: one document, pure
letters.py    what lies aside for stuck documents            shared/shelf.py: rows of shelves
marker.py     is it still the same database, and how far do it and Kafka agree
holes.py      while it runs: an event that was passed over is read again from its topic
lease.py      one at a time: restoring, refilling
"""
