"""Personal data: sealed under a key of that person alone, so that destroying the key erases them everywhere.

    person's data --data key--> sealed (travels in events, journals, documents)
    data key --wrapping key--> wrapped (lies on a shelf and its compacted topic, never in a journal)

`wrapping.py`: the network's wrapping keys. `data_keys.py`: one person's key. `vault.py`: who makes and destroys keys.
`opener.py`: who reads. `audit.py`: every opening, chained by hash. `person.py`: what is kept of a person.
"""
