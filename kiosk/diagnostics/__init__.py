"""How the kiosk is, and what is wrong with it: for technicians and the operator."""
