"""What kinds of files and verdicts are called, in sheets and in the intake report."""

from __future__ import annotations

from geodata.errors import Text

KINDS = {
    "population": Text("人口", "population"),
    "estat_mesh": Text("人口（地域メッシュ統計）", "population (mesh statistics)"),
    "population_raster": Text("人口（ラスター）", "population (raster)"),
    "boundary": Text("市町村の境界", "municipal boundaries"),
    "coverage": Text("携帯電話のエリア", "carrier's area"),
    "settlement": Text("地区（大字など）", "settlements"),
    "facility": Text("避難所など", "facilities"),
    "measurement": Text("現地の測定", "measurements"),
    "road": Text("道路", "roads"),
}

# a sign and words, so that nothing depends on colour
VERDICTS = {
    "accept": Text("○ そのまま使用", "○ used as it is"),
    "warn": Text("△ 直して使用", "△ used after repair or choice"),
    "refuse": Text("× 使用できない", "× cannot be used"),
}
LEVELS = {
    "info": Text("お知らせ", "for your information"),
    "warn": Text("確認してください", "please check"),
    "refuse": Text("使えない理由", "why it cannot be used"),
}
FACTS = {
    "crs": Text("座標系", "CRS"),
    "rows": Text("行数", "rows"),
    "bounds": Text("範囲", "extent"),
    "encoding": Text("文字コード", "encoding"),
    "population_total": Text("人口の合計", "people in all"),
    "households_total": Text("世帯の合計", "households in all"),
    "level": Text("メッシュの大きさ（m）", "mesh size (m)"),
    "credit": Text("出典の表示", "credit"),
    "licence": Text("利用条件", "licence"),
    "as_of": Text("基準日", "as of"),
}
