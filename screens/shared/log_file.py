"""The screen's log: a file on the machine that serves it, never beside the data.

A study may lie on a shared drive that is read-only or open to many; a traceback may hold names from its files.
So the log stays in the user's own folder: KENGAI_LOG_DIR, else LOCALAPPDATA (Windows), else XDG_STATE_HOME, else
~/.local/state, each with kengai/app.log; where none can be written, the folder for temporary files.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOGGER = "kengai"
FILE = "app.log"
LARGEST_BYTES, KEPT = 1_000_000, 3
_once = threading.Lock()


def log_folder() -> Path:
    """The first folder of the list above that can be written."""
    named = os.environ.get("KENGAI_LOG_DIR")
    state = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME")
    spec = [Path(named)] if named else []
    spec += [Path(state) / "kengai"] if state else []
    spec += [Path(os.path.expanduser("~")) / ".local" / "state" / "kengai"]  # noqa: PTH111 (no home: no error)
    for folder in spec:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


def keep_log() -> logging.Logger:
    """The logger of the screen, writing to its file. The file is made with the first line."""
    log = logging.getLogger(LOGGER)
    with _once:
        if not any(isinstance(handler, RotatingFileHandler) for handler in log.handlers):
            handler = RotatingFileHandler(log_folder() / FILE, maxBytes=LARGEST_BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
            log.addHandler(handler)
    return log
