"""Which coordinate reference system a file is in, and the way from there to ours. Never guessed.

A CRS comes from the file or from an answer recorded in the study. A definition whose name and numbers
disagree is refused. The way from one CRS to another is in geodata.crs.datum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from geodata.crs.names import CRS_REMEDY, NO_SHIFT_DEGREES, TOKYO_POINT, crs_name, is_tokyo, parse_crs, short_name
from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from pyproj import CRS

    from geodata.report import IntakeReport


@dataclass(frozen=True)
class Declared:
    """What a file says of its CRS.

    state: "declared" (text is WKT, PROJJSON or a code), "default" (the format's own rule: GeoJSON and KML are
    WGS84), "unknown" (the file says that it does not know) or "absent".
    """

    state: Literal["declared", "default", "unknown", "absent"]
    text: str = ""


def decide_crs(declared: Declared, answer: str | None, report: IntakeReport) -> CRS:
    """The CRS to read by: the file's own, else the study's `answer`, else a DataError that asks for it."""
    answered = parse_crs(answer) if answer else None
    if declared.state in {"absent", "unknown"}:
        if answered is None:
            raise _missing(declared)
        report.note(
            "warn",
            "crs-from-study",
            Text(
                f"ファイルに座標系の記載がないため、設定（study.toml）の {crs_name(answered)} として読みました。",
                f"the file names no CRS: read as {crs_name(answered)}, as study.toml says",
            ),
        )
        return answered
    own = parse_crs(declared.text)
    if answered is None or _agree(own, answered):
        _tell_custom(own, report)
        return own
    if declared.state == "default":
        report.note(
            "warn",
            "crs-from-study",
            Text(
                f"形式の決まりでは WGS84 ですが、設定（study.toml）の {crs_name(answered)} として読みました。",
                f"WGS84 by the rule of the format, but read as {crs_name(answered)}, as study.toml says",
            ),
        )
        return answered
    raise DataError(
        "crs-conflict",
        Text(
            f"ファイルの座標系（{crs_name(own)}）と設定の座標系（{crs_name(answered)}）が違います。",
            f"the file says {crs_name(own)}, the study says {crs_name(answered)}",
        ),
        Text(
            "ファイルが正しければ study.toml の crs の行を消してください。設定が正しければ、GISソフトでファイルの座標系の定義（.prj など）を直してください。",
            "drop the crs line from study.toml if the file is right; else mend the definition in the file (.prj) with GIS software",
        ),
    )


def _missing(declared: Declared) -> DataError:
    if declared.state == "unknown":
        problem = Text("ファイルに「座標系は不明」と書かれています（crs が null）。", "the file itself says that its CRS is unknown (null)")
    else:
        problem = Text("座標系（測地系）がファイルに書かれていません。", "the file does not say which CRS it is in")
    return DataError("crs-missing", problem, CRS_REMEDY)


def _agree(own: CRS, answered: CRS) -> bool:
    """Equal, or degrees on datums that PROJ moves by nothing (WGS84, JGD2000, JGD2011)."""
    if own.equals(answered, ignore_axis_order=True):
        return True
    if not (own.is_geographic and answered.is_geographic) or is_tokyo(own) or is_tokyo(answered):
        return False
    from geodata.crs.datum import transformer

    route = transformer(own, answered)
    return bool(np.abs(np.subtract(route.transform(*TOKYO_POINT), TOKYO_POINT)).max() < NO_SHIFT_DEGREES)


def _tell_custom(crs: CRS, report: IntakeReport) -> None:
    if not crs.to_epsg(min_confidence=100):
        report.note(
            "warn",
            "crs-custom",
            Text(
                f"EPSG コードのない座標系（{short_name(crs.name)}）です。書かれた定義のとおりに変換しました。",
                f"a CRS without an EPSG code ({short_name(crs.name)}): converted exactly as it is defined",
            ),
        )
