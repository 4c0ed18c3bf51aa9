"""Serving ASGI apps to whoever connects: who may be connected, for how long, and how much of them is read.

Knows nothing of what is served.
"""
