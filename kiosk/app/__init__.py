"""The daemon: one event loop, one consumer, one timer, one door from threads."""
