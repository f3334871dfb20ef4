"""Commands that belong together, each group as the command line has it. What they do is in `tsunagu.commands`."""
