"""Keypads: contacts on a matrix of pins, or a Linux input device, and the thread that watches them."""
