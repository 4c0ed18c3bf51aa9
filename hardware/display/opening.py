"""How a panel is opened: the driver that its kind needs, and no other, is loaded."""

from hardware.config import Bus, DisplayConfig
from hardware.display.bus import SYSTEM, Buses
from hardware.display.panels import PANELS, OpenPanel, unfit
from hardware.errors import DeviceError
from hardware.pins.factory import PinFactory


def open_panel(display: DisplayConfig, pins: PinFactory, buses: Buses = SYSTEM) -> OpenPanel:
    """Open the panel. Blocks; raises DeviceError, and then leaves nothing open."""
    for line in unfit(display):
        raise DeviceError(line)
    panel = PANELS[display.driver]
    if display.bus is Bus.FRAMEBUFFER:
        from hardware.display.framebuffer import FramebufferPanel  # noqa: PLC0415 - who has another panel does not need it

        return FramebufferPanel(display, buses)
    try:
        from hardware.display.luma import LumaPanel  # noqa: PLC0415 - loads luma

        return LumaPanel(display, panel, pins, buses)
    except ImportError as error:
        raise DeviceError(f"display: luma can't be loaded ({error}); pip install luma.oled luma.lcd") from None
