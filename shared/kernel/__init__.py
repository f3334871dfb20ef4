"""The kernel: every input is a record, every document has one writer. Start with kernel.py, then fold.py and step.py."""
