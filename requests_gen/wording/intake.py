"""What kinds of files and verdicts are called, in sheets and in the intake report."""

from __future__ import annotations

from geodata.errors import Text

# by kind of file, as `kengai check` knows them, and by the source that read it
KINDS = {
    "population": Text("人口", "population"),
    "estat_mesh": Text("人口（国勢調査 地域メッシュ統計）", "population (census mesh statistics)"),
    "population_raster": Text("人口（ラスター）", "population (raster)"),
    "boundary": Text("市町村の境界", "municipal boundaries"),
    "n03": Text("市町村の境界（国土数値情報 行政区域）", "municipal boundaries (N03)"),
    "coverage": Text("携帯電話のエリア", "carrier's area"),
    "carrier_polygons": Text("携帯電話のエリア", "carrier's area"),
    "settlement": Text("地区（大字など）", "settlements"),
    "settlements": Text("地区（大字など）", "settlements"),
    "facility": Text("避難所・学校・医療などの施設", "facilities"),
    "gsi_shelters": Text("避難所・避難場所（国土地理院）", "shelters (GSI)"),
    "measurement": Text("現地の測定", "measurements"),
    "road": Text("道路", "roads"),
    "area": Text("指定地域・危険区域", "designated and hazardous areas"),
    "terrain": Text("標高", "heights of the ground"),
    "water": Text("川・湖", "rivers and lakes"),
    "criterion": Text("評価項目の数（県・市町の資料）", "figures of the office's own criteria"),
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
# facts that people ask for, in this order; intake.json holds them all
FACTS = {
    "year": Text("調査の年", "year"),
    "vintage": Text("版", "vintage"),
    "years": Text("推計の年", "years"),
    "statistics_id": Text("統計表ID", "table id"),
    "level": Text("メッシュの大きさ（m）", "mesh size (m)"),
    "population_total": Text("人口の合計", "people in all"),
    "households_total": Text("世帯の合計", "households in all"),
    "population_65plus_total": Text("65歳以上の合計", "aged 65+ in all"),
    "codes": Text("コードと件数", "codes and their rows"),
    "km_by_class": Text("道路の種別ごとの延長（km）", "km of road by class"),
    "km_by_emergency": Text("緊急輸送道路かどうかごとの延長（km）", "km of road by emergency road"),
    "areas_by_kind": Text("区域の種類ごとの件数", "areas by kind"),
    "kinds": Text("書かれた種別と、それをどの場所として数えたか（件数）", "kinds as written, what they were taken for, and their rows"),
    "municipalities": Text("市町村の数", "municipalities"),
    "carrier_name": Text("事業者", "carrier"),
    "generation": Text("世代", "generation"),
    "as_of": Text("基準日", "as of"),
    "people_covered_percent": Text("この調査の人のうちエリア内（％、面積割合）", "people of the study covered (%, by area)"),
    "layer": Text("層", "layer"),
    "tiles": Text("標高の枚数", "tiles of heights"),
    "resolution_m": Text("標高の細かさ（m）", "resolution of heights (m)"),
    "vertical": Text("標高の基準", "heights counted from"),
    "answer_field": Text("エリア内かどうかを読んだ列", "column of answers"),
    "cells_covered": Text("エリア内のメッシュ", "cells covered"),
    "cells_unknown": Text("不明のメッシュ", "cells unknown"),
    "crs": Text("座標系", "CRS"),
    "crs_operation": Text("座標の変換", "CRS operation"),
    "datum": Text("測地系", "datum"),
    "bounds": Text("範囲（西・南・東・北）", "extent (west, south, east, north)"),
    "encoding": Text("文字コード", "encoding"),
    "credit": Text("出典の表示", "credit"),
    "licence": Text("利用条件", "licence"),
}
VALUE_NAMES = {
    "none": Text("なし", "none"),
    "own": Text("自社", "own"),
    "expressway": Text("高速道路", "expressway"),
    "national": Text("国道", "national"),
    "prefectural": Text("都道府県道", "prefectural"),
    "municipal": Text("市町村道", "municipal"),
    "other": Text("その他", "other"),
    "yes": Text("該当", "yes"),
    "no": Text("非該当", "no"),
    "landslide": Text("土砂災害警戒区域", "landslide areas"),
    "landslide_special": Text("土砂災害特別警戒区域", "special landslide areas"),
    "tsunami": Text("津波浸水", "tsunami flooding"),
    "park_special": Text("自然公園（特別地域）", "special park areas"),
    "park_ordinary": Text("自然公園", "park areas"),
    "did": Text("人口集中地区", "densely inhabited districts"),
    "depopulated": Text("過疎", "depopulated"),
    "remote": Text("辺地", "remote"),
    "island": Text("離島", "islands"),
    "peninsula": Text("半島", "peninsulas"),
    "mountain": Text("振興山村", "mountain villages"),
    "farming": Text("特定農山村", "farming areas"),
    "snow": Text("豪雪", "snow"),
}
FORMATS = {"text table": Text("文字の表", "text table")}
PLACES = {
    "shelter": Text("指定避難所", "shelters"),
    "evacuation_site": Text("指定緊急避難場所", "evacuation sites"),
    "school": Text("学校", "schools"),
    "clinic": Text("医療機関", "clinics"),
    "office": Text("役場・支所", "offices"),
    "hall": Text("集会所", "halls"),
    "station": Text("駅", "stations"),
    "trail": Text("登山道", "trails"),
    "tourism": Text("観光地", "tourist places"),
    "worksite": Text("農林の作業場", "work sites"),
}


def counted_places(counts: dict[str, int], lang: str) -> str:
    """ "指定避難所 3か所、駅 1か所" of {category: count}."""
    if lang == "en":
        return ", ".join(f"{count:,} {PLACES[name].en}" for name, count in counts.items())
    return "、".join(f"{PLACES[name].ja} {count:,}か所" for name, count in counts.items())
