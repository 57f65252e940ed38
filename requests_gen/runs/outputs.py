"""Everything a run writes, all at once or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import Text
from geodata.progress import Progress
from requests_gen.files import json_bytes, replace_folder
from requests_gen.results import FILES, columns, gis, intake_report, ranking_sheets, write_result
from requests_gen.web_map import map_html
from requests_gen.wording import Caption, caption, captions, questions

if TYPE_CHECKING:
    from coverage.result import Result

OUTPUTS = (
    "summary.json",
    "ranking.csv",
    "ranking.xlsx",
    "zones.gpkg",
    "zones.geojson",
    "cells.parquet",
    "map.html",
    "intake.json",
    "intake.html",
    *FILES,
    replace_folder.MANIFEST,
)


WRITING = Text("結果を書き出しています", "writing the findings")  # the last step of a run


def write_outputs(result: Result, out_dir: Path | str, *, lang: str = "ja", progress: Progress | None = None) -> list[Path]:
    """Write OUTPUTS into `out_dir` and return their paths. The same result gives the same bytes.

    What a former run wrote there is kept as `<out_dir>.old`. Raises DataError, changing nothing, when the
    folder holds files that no run wrote (requests_gen.files.replace_folder.check_target tells beforehand).
    """
    out_dir = Path(out_dir)
    if progress is not None:
        progress(WRITING)
    said = caption(result, lang)
    replace_folder.publish(lambda folder: _write_all(result, folder, said), out_dir)
    return [out_dir / name for name in OUTPUTS]


def _write_all(result: Result, folder: Path, caption: Caption) -> None:
    """All files into an empty folder; the manifest last, for it names the others."""
    rows = columns.ranking_rows(result, caption)
    _write(folder / "summary.json", json_bytes(summary_facts(result, caption)))
    _write(folder / "ranking.csv", ranking_sheets.ranking_csv(result, caption, rows))
    ranking_sheets.write_ranking_xlsx(folder / "ranking.xlsx", result, caption, rows)
    gis.write_zones_gpkg(folder / "zones.gpkg", result, caption, rows)
    _write(folder / "zones.geojson", gis.zones_geojson(result, caption, rows))
    gis.write_cells_parquet(folder / "cells.parquet", result, caption)
    _write(folder / "map.html", map_html(result, caption, rows).encode("utf-8"))
    asked = questions.asked_in(result.summary)
    facts = intake_report.intake_facts(result.reports, result.study.about.fictitious, caption, asked)
    _write(folder / "intake.json", json_bytes(facts))
    _write(folder / "intake.html", intake_report.intake_html(result, caption).encode("utf-8"))
    write_result(result, folder)
    _write(
        folder / replace_folder.MANIFEST,
        json_bytes({**result.provenance, "lang": caption.lang, "outputs": replace_folder.output_list(folder)}),
    )


def summary_facts(result: Result, caption: Caption) -> dict[str, Any]:
    """The contents of summary.json: the summary, the dates of its layers, and the notice."""
    return {**result.summary, "as_of": captions.dates_by_layer(result), "notice": caption.notice}


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
