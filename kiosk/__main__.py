"""`python -m kiosk` is `kiosk`."""

from kiosk.cli.commands import main

main()
