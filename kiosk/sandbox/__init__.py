"""The gateway, played on this machine: strict about what comes in, with shoppers, books and fault switches."""
