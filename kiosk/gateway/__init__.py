"""UQPAY's acquiring gateway: the wire, its signatures, and the only HTTP client that speaks to it."""
