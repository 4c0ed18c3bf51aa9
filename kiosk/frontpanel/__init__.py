"""The front panel: a page and an API that show the machine and press its keys."""
