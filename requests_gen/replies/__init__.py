"""回答: the form that goes out, what comes back, and what a person has to decide.

write_reply = form.write_reply_form(…)                     # the workbook for one carrier
intake = take_in(registry, file, names, who="…", at=now)   # accepted, unchanged, to be reviewed
review.open_review_items(registry)                               # what waits for a decision
"""

from __future__ import annotations

from requests_gen.replies import codes, form, report, review
from requests_gen.replies.import_replies import Intake, look_at, take_in
from requests_gen.replies.judge import carrier_names

__all__ = ["Intake", "carrier_names", "codes", "form", "look_at", "report", "review", "take_in"]
