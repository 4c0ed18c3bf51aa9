"""The demo: the whole kiosk on one machine, with a local gateway and an operator, played by a person or by a script."""

from kiosk.demo.script import script
from kiosk.demo.stage import Look, gateway_alone, stage

__all__ = ["Look", "gateway_alone", "script", "stage"]
