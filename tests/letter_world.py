"""Letters about the hand-made world of mini_study: alpha leaves 28 + 5 people (14 + 2 households) in two zones.

Zone 24202-001 南 (alpha △, beta ×) and 24201-001 東 (× ×, nobody); beta leaves out those and 24201-002 西.
"""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from pathlib import Path

import geopandas as gpd

from coverage.result import Result
from coverage.run import run
from coverage.study.study import read_study
from requests_gen.letters.annexes.annex1 import Annex, annex, edge_km
from requests_gen.letters.last_year import History
from requests_gen.letters.papers import Papers, make_papers
from requests_gen.wording.captions import caption
from requests_gen.workspace.letters_toml import LetterSettings, read_letter_settings
from requests_gen.zone_maps.maps import map_frames
from tests.mini_study import write_mini_study

SETTINGS = """
[letter]
date = "2026-11-20"
symbol = "デ"
deadline = "2027-01-29"
[sender]
organisation = "見本県"
title = "見本県知事"
name = "見本　太郎"
[contact]
office = "見本課"
person = "例示"
phone = "000-000-0000"
email = "a@example.invalid"
[texts]
approved_commitments = ["用地の情報提供", "関係機関との調整"]
[carriers.alpha]
organisation = "架空アルファ株式会社"
title = "代表取締役社長"
name = "架空　一郎"
number = "12の1"
[carriers.beta]
organisation = "架空ベータ株式会社"
title = "代表取締役社長"
name = "架空　二郎"
number = "12の2"
"""


def settings_of(folder: Path, text: str = SETTINGS, study_folder: Path | None = None) -> LetterSettings:
    """letters.toml with this text, read for the hand-made study."""
    (folder / "letters.toml").write_text(text, encoding="utf-8")
    return read_letter_settings(read_study(study_folder or world_folder()), folder / "letters.toml")


@functools.cache
def world_folder() -> Path:
    return write_mini_study(Path(tempfile.mkdtemp(prefix="kengai-test-")))


@functools.cache
def world() -> Result:
    """The result of the hand-made study; not to be changed."""
    return run(read_study(world_folder()))


def named(result: Result, names: dict[str, str]) -> Result:
    """The same result with other names of zones."""
    zones = result.zones.copy()
    for zone_id, name in names.items():
        zones.loc[zone_id, "name"] = name
    return dataclasses.replace(result, zones=gpd.GeoDataFrame(zones, crs=result.zones.crs))


def annex_of(result: Result, settings: LetterSettings, carrier: str = "alpha", history: History | None = None) -> Annex:
    km = edge_km(map_frames(result), carrier, "4G")
    return annex(result, carrier, settings.zones, history.of(carrier) if history else None, km)


def papers_of(result: Result, settings: LetterSettings, carrier: str = "alpha", history: History | None = None) -> Papers:
    zones = annex_of(result, settings, carrier, history)
    return make_papers(result, settings, zones, history, caption(result, "ja"), f"2026-{carrier}-1")
