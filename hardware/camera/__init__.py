"""Cameras: sensors, and the thread that watches them."""
