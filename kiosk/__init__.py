"""The payment kiosk daemon."""
