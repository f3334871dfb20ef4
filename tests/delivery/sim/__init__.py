"""The whole network in one process, driven by one seed: real kernels, members, sweepers, inlets, outlets and deciders on
a simulated broker, database, clock and network, with everything that goes wrong. See docs/simulation.md.

    loop.py       time and order          wire.py, storm.py   what goes wrong, and when
    broker.py, group.py, consumer.py      Kafka               store.py, bus.py, mail.py   ports of one process
    replica.py    one process of a service                    people.py, partners.py      who lives outside
    world.py      all of it               history.py          what happened
    invariants.py what must be true       run.py              many seeds
"""
