"""`python -m kiosk` is `kiosk`."""

from kiosk.cli.entry import main

main()
