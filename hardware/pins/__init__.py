"""Pins of the header: the factory that drives them, parts on them, the wiring and its drawing."""
