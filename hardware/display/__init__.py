"""Displays: panels as data, drivers, and the thread that writes to them."""
