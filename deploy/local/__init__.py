"""The embedded stack: the whole network on one machine, without containers.

Where to start reading:

- `commands`  what a command line calls: `up`, `down`, `read_stack`
- `stack`     the parts in their order: broker, database, mail, `prepare`, the four services
- `supervisor` keeps one part running; `process` is one operating system process
- `parts`     what each part's command, environment and readiness check are
- `mail/`     the mail server with an inbox to look at, itself one of the parts
"""
