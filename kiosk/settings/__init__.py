"""The configuration: its values, how it is read, and the credentials beside it."""

from kiosk.settings.model import ListenSection, Settings, rules
from kiosk.settings.reading import SettingsError, load, settings_file, shown

__all__ = ["ListenSection", "Settings", "SettingsError", "load", "rules", "settings_file", "shown"]
