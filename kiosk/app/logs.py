"""Logs: to the journal with fields under systemd, readable lines on a terminal. No payment code gets through."""

import logging
import os
import re
import sys

from kiosk.app.printable import one_line, printable
from kiosk.sale.payment_code import masked

CODE = re.compile(r"[0-9]{16,}")  # whatever is written around it
QUIET = ("httpx", "httpcore", "uvicorn", "uvicorn.error", "asyncio")


def without_codes(text: str) -> str:
    """The text with whatever may be a payment code shown as `28**************1234`."""
    return CODE.sub(lambda found: masked(found[0]), text)


class _Masking(logging.Filter):
    """The last line of defence: nothing above it logs codes, and if it did, they would not be read."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = without_codes(message), None
        if record.exc_info:
            record.exc_text = without_codes(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None  # the journal's handler would write it out once more
        if record.stack_info:
            record.stack_info = without_codes(record.stack_info)
        for name, value in vars(record).items():
            if name.isupper() and isinstance(value, str) and name != "ORDER_ID":
                setattr(record, name, without_codes(value))
        return True


class _Readable(logging.Formatter):
    """One line: date and time, level, order, message."""

    def format(self, record: logging.LogRecord) -> str:
        order = getattr(record, "ORDER_ID", "")
        said = one_line(f"{order + ' ' if order else ''}{record.msg}")
        line = f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {record.levelname:7} {said}"
        return f"{line}\n{printable(record.exc_text)}" if record.exc_text else line


def configure(level: int, kiosk_id: str) -> None:
    """Set up logging for the daemon."""
    handler = _journal(kiosk_id) if _under_systemd() else None
    if handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(_Readable())
    handler.addFilter(_Masking())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _under_systemd() -> bool:
    """Whether stderr goes to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(stderr.st_dev), str(stderr.st_ino))


def _journal(kiosk_id: str) -> logging.Handler | None:
    try:
        from systemd import journal  # noqa: PLC0415 - only where systemd is
    except ImportError:
        return None
    handler: logging.Handler = journal.JournalHandler(SYSLOG_IDENTIFIER="kiosk", KIOSK_ID=kiosk_id)
    handler.setFormatter(logging.Formatter("%(message)s"))  # level and logger are fields there
    return handler
