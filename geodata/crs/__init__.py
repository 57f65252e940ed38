"""Which coordinate reference system a file is in, and the way from there to ours. Never guessed.

crs = decide_crs(declared, answer, report)   # the file's own, or the one the study answers with; refuses what disagrees
change = transformer(crs, JGD2011)      # never a ballpark shift
position.check_near(boxes, near, …)     # data that lies elsewhere is refused
metric.metric_crs(study.about.metric_crs)   # what distances are taken in: metres, made for the place
"""

from __future__ import annotations

from geodata.crs import metric, position
from geodata.crs.datum import to_target, transformer
from geodata.crs.declared import Declared, decide_crs
from geodata.crs.names import JGD2011, crs_name, is_tokyo, parse_crs

__all__ = ["JGD2011", "Declared", "crs_name", "decide_crs", "is_tokyo", "metric", "parse_crs", "position", "to_target", "transformer"]
