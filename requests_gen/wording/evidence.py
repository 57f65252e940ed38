"""What was measured on the ground, in words: for the letter, annex 2 and the map card. Each carrier its own only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from requests_gen.wording.numbers_and_eras import Wording, listed

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import EvidenceFiles

MAP, NOTHING = "エリア図", "－"
KIND_NAMES = {
    "field_test": Text("現地測定", "field tests"),
    "municipal_report": Text("市町の報告", "reports of municipalities"),
    "resident_report": Text("住民の報告", "reports of residents"),
}
SHORT = {
    "claimed_confirmed": "圏内を確認",
    "claimed_out": "図は圏内だが不通",
    "unclaimed_works": "図は圏外だが通じる",
    "unclaimed_out": "圏外を確認",
    "unpublished_works": "通じる",
    "unpublished_out": "不通",
    "mixed": "結果が分かれる",
}


def rule_words(rule: EvidenceFiles) -> Text:
    """When tests are believed, in one sentence."""
    kinds_ja, kinds_en = ("・".join(KIND_NAMES[kind].ja for kind in rule.kinds), ", ".join(KIND_NAMES[kind].en for kind in rule.kinds))
    place_ja = "屋内外の" if rule.indoors else "屋内を除く"
    days_ja = f"（{rule.least_days}日以上）" if rule.least_days > 1 else ""
    return Text(
        f"{place_ja}{kinds_ja}が{rule.least_tests}回以上{days_ja}あり、{rule.share * 100:g}％以上が同じ結果のとき判定。"
        f"圏外、通話不可、RSRP −{abs(rule.weak_dbm):g}dBm未満（通話できたものを除く）を「つながらない」と数える。"
        f"最新の記録から{rule.newest_months}か月以内",
        f"{kinds_en}, {'indoors too' if rule.indoors else 'not indoors'}: judged from {rule.least_tests} tests on "
        f"{rule.least_days} days where {rule.share * 100:g} % agree; no service, a failed call or RSRP under "
        f"{rule.weak_dbm:g} dBm (unless a call got through) count as not served; newest {rule.newest_months} months",
    )


def contradiction(row: pd.Series, rule: EvidenceFiles, wording: Wording) -> str:
    """貴社のエリア図では圏内だが、現地測定では… of a verdict "claimed_out"; ValueError for any other verdict."""
    if row["verdict"] != "claimed_out":
        raise ValueError(f"no contradiction: {row['verdict']}")
    return wording.say(
        "貴社の{generation}のエリア図では圏内だが、{kinds}では{tests}回のうち{bad}回がつながらなかった（{span}、延べ{days}日。{rule}）。",
        generation=wording.text(row["generation"]),
        kinds=_kinds(rule),
        tests=int(row["tests"]),
        bad=int(row["bad"]),
        span=span(row, wording),
        days=int(row["days"]),
        rule=wording.text(rule_words(rule).ja),
    ) + (wording.say("うち{n}回は、エリアの基準日より前の測定である。", n=int(row["before_area"])) if row["before_area"] else "")


def span(row: pd.Series, wording: Wording) -> str:
    """The day of the tests, or the first and the last."""
    first, last = str(row["first_day"]), str(row["last_day"])
    return wording.iso(first) if first == last else f"{wording.iso(first)}から{wording.iso(last)}まで"


def of_carrier(verdicts: pd.DataFrame, carrier: str, zone_id: str | None = None) -> pd.DataFrame:
    """The verdicts that `carrier` may see: its own. zone_id: only those of one zone."""
    mine = verdicts[verdicts["carrier"] == carrier]
    return mine if zone_id is None else mine[mine["zone_id"] == zone_id]


def contradictions(verdicts: pd.DataFrame, carrier: str, zone_id: str, rule: EvidenceFiles | None, wording: Wording) -> list[str]:
    """The sentences on one zone for the letter and annex 2 of `carrier`; none without [evidence]."""
    if rule is None:
        return []
    mine = of_carrier(verdicts, carrier, zone_id)
    return [contradiction(row, rule, wording) for _, row in mine[mine["verdict"] == "claimed_out"].iterrows()]


def claim_basis(
    verdicts: pd.DataFrame, zone_id: str, carrier: str, addressee: str, area_days: str, rule: EvidenceFiles | None, wording: Wording
) -> tuple[str, str]:
    """(判定の根拠, 確認日) of `carrier` in a zone, for row 3 of annex 2 that goes to `addressee`.

    area_days: as printed, "" where the carrier published no area. What was measured of a carrier is told to
    that carrier alone. 確認日: the last day that a test in the verdicts was made, "－" without any.
    """
    said = [MAP] if area_days else []
    days: list[str] = []
    if rule is not None and carrier == addressee:
        for _, row in of_carrier(verdicts, carrier, zone_id).iterrows():
            if row["verdict"] in SHORT:
                said.append(
                    wording.say(
                        "{kinds} {generation}：{verdict}（{tests}回中{bad}回不通）",
                        kinds=_kinds(rule),
                        generation=wording.text(row["generation"]),
                        verdict=SHORT[row["verdict"]],
                        tests=int(row["tests"]),
                        bad=int(row["bad"]),
                    )
                )
                days.append(str(row["last_day"]))
    return listed(said, wording.comma) or NOTHING, wording.iso(max(days)) if days else NOTHING


def _kinds(rule: EvidenceFiles) -> str:
    return "・".join(KIND_NAMES[kind].ja for kind in rule.kinds)


def field_test_counts(result: Result, zones: pd.Index) -> dict[str, pd.Series]:
    """{column: float64 by zone}: tests that decide, and layers that are claimed but measured out. 0 where none were made.

    Both are NaN everywhere without [evidence]: nobody has looked.
    """
    nobody = pd.Series(np.nan, index=zones)
    if result.study.evidence is None:
        return {"ground_tests": nobody, "claimed_out": nobody}
    by_zone = result.verdicts.groupby("zone_id")
    out = (result.verdicts["verdict"] == "claimed_out").groupby(result.verdicts["zone_id"]).sum()
    return {
        "ground_tests": by_zone["tests"].sum().reindex(zones, fill_value=0.0).astype(float),
        "claimed_out": out.reindex(zones, fill_value=0).astype(float),
    }
