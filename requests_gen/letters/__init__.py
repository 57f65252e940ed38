"""要望書: from findings and registry to the papers of each carrier.

make.write_letters(result, settings, folder, carriers, progress, history=history)
make.mark_sent(folder, ["alpha"], day)        # from then on nothing rewrites it
status.letter_status(…)                       # draft, ready, sent, changed by hand
"""

from __future__ import annotations

from requests_gen.letters import background, last_year, make, proof, status, versions
from requests_gen.letters.annexes.annex1 import Annex
from requests_gen.letters.docx import template_file
from requests_gen.letters.papers import PaperStore
from requests_gen.letters.zip import letters_zip

__all__ = ["Annex", "PaperStore", "background", "last_year", "letters_zip", "make", "proof", "status", "template_file", "versions"]
