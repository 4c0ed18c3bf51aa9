"""A board without hardware, as strict as the contracts are."""
