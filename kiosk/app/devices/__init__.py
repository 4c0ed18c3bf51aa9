"""The board as the daemon uses it. Of `kiosk`, only this room and the composition root see hardware."""
