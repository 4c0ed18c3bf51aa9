"""What a part of the board can say when it does not work."""


class DeviceError(Exception):
    """A device failed. The message is one line for a person: what, where, what to do."""


class ReleaseJammed(DeviceError):  # noqa: N818 - it is a state of the machine, and reads as one
    """The release was driven, but the goods did not come out or the barrier did not move."""
