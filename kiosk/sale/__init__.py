"""The business, pure: what a kiosk does about an amount, an order and the money paid for it.

Nothing in this room reads a clock, opens a file or socket, waits, or logs (`diagram`, a command for engineers, writes
its page); it imports the standard library only. Everything that happens comes in as an event with the time beside it,
and everything to be done goes out as a command: `machine.step(state, event, now) -> Step(state, commands)`.
"""
