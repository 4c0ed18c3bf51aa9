"""Keypad, lamps, display, camera and release behind contracts. Imports nothing of `kiosk`."""
