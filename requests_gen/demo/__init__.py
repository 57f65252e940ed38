"""The example from beginning to end: three years with survey, letters and replies.

folder, result = make_demo(EXAMPLE, Path("demo"), progress, who="…", at=now)
"""

from __future__ import annotations

from requests_gen.demo.demo import make_demo

__all__ = ["make_demo"]
