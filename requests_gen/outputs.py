"""Everything a run writes, all at once or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import Text
from requests_gen.captions import Caption, caption, dates_by_layer, plain
from requests_gen.geofiles import write_cells_parquet, write_zones_gpkg, zones_geojson
from requests_gen.maps import map_html
from requests_gen.publishing import MANIFEST, output_list, publish
from requests_gen.report import intake_facts, intake_html
from requests_gen.result_store import FILES, write_result
from requests_gen.sheets import ranking_csv, write_ranking_xlsx

if TYPE_CHECKING:
    from coverage.run import Result

Told = Callable[[Text], None]

OUTPUTS = (
    "summary.json", "ranking.csv", "ranking.xlsx", "zones.gpkg", "zones.geojson", "cells.parquet", "map.html",
    "intake.json", "intake.html", *FILES, MANIFEST,
)  # fmt: skip


def write_outputs(
    result: Result, out_dir: Path | str, *, lang: str = "ja", told: Told | None = None
) -> list[Path]:
    """Write OUTPUTS into `out_dir` and return their paths. The same result gives the same bytes.

    What a former run wrote there is kept as `<out_dir>.old`. Raises DataError, changing nothing, when the
    folder holds files that no run wrote (requests_gen.publishing.check_target tells beforehand).
    """
    out_dir = Path(out_dir)
    if told is not None:
        told(Text("結果を書き出しています", "writing the findings"))
    said = caption(result, lang)
    publish(lambda folder: _write_all(result, folder, said), out_dir)
    return [out_dir / name for name in OUTPUTS]


def _write_all(result: Result, folder: Path, said: Caption) -> None:
    """All files into an empty folder; the manifest last, for it names the others."""
    _write(folder / "summary.json", json_bytes(summary_facts(result, said)))
    _write(folder / "ranking.csv", ranking_csv(result, said))
    write_ranking_xlsx(folder / "ranking.xlsx", result, said)
    write_zones_gpkg(folder / "zones.gpkg", result, said)
    _write(folder / "zones.geojson", zones_geojson(result, said))
    write_cells_parquet(folder / "cells.parquet", result, said)
    _write(folder / "map.html", map_html(result, said).encode("utf-8"))
    reports = result.reports
    _write(folder / "intake.json", json_bytes(intake_facts(reports, result.study.about.fictitious, said)))
    _write(folder / "intake.html", intake_html(result, said).encode("utf-8"))
    write_result(result, folder)
    _write(
        folder / MANIFEST,
        json_bytes({**result.provenance, "lang": said.lang, "outputs": output_list(folder)}),
    )


def summary_facts(result: Result, said: Caption) -> dict[str, Any]:
    """The contents of summary.json: the summary, the dates of its layers, and the notice."""
    return {**result.summary, "as_of": dates_by_layer(result), "notice": said.notice}


def json_bytes(facts: dict[str, Any]) -> bytes:
    """JSON for people and programs: Japanese as it is, unknown numbers as null."""
    return (json.dumps(plain(facts), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
