"""The words of map.html, in both languages."""

from __future__ import annotations

from geodata.errors import Text

MAP_WORDS = {
    "page": Text("携帯電話の不感地区の地図", "Map of places without mobile coverage"),
    "map_label": Text(
        "不感地区の地図。同じ内容が優先順位の表にあります。", "Map of zones; the ranked table holds the same"
    ),
    "ranking": Text("優先順位", "Ranking"),
    "search": Text("地区名・市町名・地区IDで探す", "search zone, municipality or id"),
    "found": Text("{n}地区", "{n} zones"),
    "found_of": Text("{n}地区／全{all}地区", "{n} of {all} zones"),
    "nothing": Text("当てはまる地区がありません。", "no zone fits"),
    "rank": Text("順位", "rank"),
    "zone": Text("地区", "zone"),
    "score": Text("評点", "score"),
    "uncovered": Text("エリア外人口", "uncovered people"),
    "complete": Text("どの会社も届かない人がいる地区", "some people have no carrier"),
    "partial": Text("一部の会社だけ届かない地区", "only some carriers are missing"),
    "unknown": Text("不明（人口またはエリアが分からない）", "unknown (people or an area not known)"),
    "short_complete": Text("全社エリア外の人がいる", "some have no carrier"),
    "short_partial": Text("一部の会社がエリア外", "some carriers missing"),
    "short_unknown": Text("不明な会社がある", "a carrier is unknown"),
    "legend": Text("凡例と表示", "Legend and layers"),
    "zones": Text("地区", "Zones"),
    "layers": Text("エリア（会社ごとの模様）", "Coverage (a pattern a carrier)"),
    "layer": Text("会社", "carrier"),
    "not_published": Text("未公表", "not published"),
    "shelters_layer": Text("避難所など", "shelters"),
    "depth": Text(
        "色の濃さ: 区画の95%以上／半分以上／一部がエリア",
        "depth of tint: 95 %, half, some of the cell is covered",
    ),
    "rank_nth": Text("{n}位", "rank {n}"),
    "no_rank": Text("順位なし", "not ranked"),
    "range": Text("（重み±{p}%で {low}〜{high}位）", "({low} to {high} when weights move ±{p} %)"),
    "tied": Text("同点の地区があります", "another zone has the same score"),
    "without": Text(
        "不明のため評点に入れていない項目: {names}", "left out of the score, being unknown: {names}"
    ),
    "parts": Text("評点の内訳", "Parts of the score"),
    "of_points": Text("{v} / {max}点", "{v} of {max}"),
    "unknown_value": Text("不明", "unknown"),
    "who": Text("会社ごとの利用", "Who serves it"),
    "needs": Text("地区のようす", "The zone"),
    "population": Text("地区の人口", "people"),
    "of_whom_complete": Text("うち全社エリア外", "of whom no carrier serves"),
    "households": Text("エリア外世帯", "uncovered households"),
    "old": Text("エリア外の65歳以上", "uncovered aged 65+"),
    "shelters": Text("避難所等", "shelters"),
    "nearest": Text("最寄りエリアまで", "to the nearest coverage"),
    "people_unit": Text("人", ""),
    "households_unit": Text("世帯", ""),
    "places_unit": Text("か所", ""),
    "km_unit": Text("km", "km"),
    "estimate": Text("人数・世帯は推計です。", "People and households are estimates."),
    "close": Text("閉じる", "close"),
    "whole": Text("全体を表示", "show all"),
    "mark_○": Text("利用できる", "served"),
    "mark_△": Text("一部", "in part"),
    "mark_×": Text("利用できない", "not served"),
    "mark_－": Text("不明", "unknown"),
    "credits": Text("出典と判定の規則", "Sources and rules"),
    "choose": Text(
        "地図の印か、表の地区名を選ぶと、内訳が出ます。", "Choose a marker or a row to see its parts."
    ),
    "no_script": Text(
        "地図を表示するには JavaScript が必要です。同じ内容は ranking.xlsx にあります。",
        "The map needs JavaScript; ranking.xlsx holds the same.",
    ),
    "pattern_note": Text("5Gは細かい模様", "5G in a finer pattern"),
    # the map of the screen
    "screen_map_label": Text(
        "不感地区の地図。同じ内容が下の表にあり、表はキーボードで使えます。",
        "Map of zones. The table below holds the same and works with the keyboard.",
    ),
    "legend_only": Text("凡例", "Legend"),
    "layers_on": Text("エリア", "Coverage"),
    "opacity": Text("濃さ", "depth"),
    "nobody": Text("0人（塗りません）", "nobody (not tinted)"),
    "people_below": Text("{n}人未満（0人を除く）", "fewer than {n}, not nobody"),
    "people_between": Text("{low}〜{high}人未満", "{low} to below {high}"),
    "people_from": Text("{n}人以上", "{n} or more"),
    "people_unknown": Text("不明（0人ではありません）", "unknown (not nobody)"),
    "people_cells": Text("人口（区画ごと）", "People, by cell"),
    "no5g_cells": Text("5Gなし（区画ごと）", "No 5G, by cell"),
    "no5g_lacking": Text("4Gは届くが5Gはどの会社も届かない", "4G reaches, nobody's 5G does"),
    "no5g_unknown": Text("不明（未公表の会社がある）", "unknown (a carrier has not published)"),
    "shelter": Text("避難所", "shelter"),
    "evacuation_site": Text("緊急避難場所", "evacuation site"),
    "no5g": Text("4Gは届くが5Gがない地区", "4G reaches, 5G does not"),
    "new": Text("新しくできた不感地区", "new"),
    "grown": Text("広がった地区", "grown"),
    "shrunk": Text("狭まった地区", "shrunk"),
    "unchanged": Text("変わらない地区", "unchanged"),
    "resolved": Text("解消した地区", "resolved"),
    "came_back": Text("再び不感になった地区", "came back"),
    "picture_note": Text(
        "エリアの絵は約50m刻みです。数値は絵からではなく正確な面積から計算しています。",
        "Coverage is drawn in steps of about 50 m; figures come from exact areas, not from the picture.",
    ),
    "tiles_credit": Text(
        "出典：地理院タイル（国土地理院）", "GSI tiles (Geospatial Information Authority of Japan)"
    ),
    "tiles_missing": Text(
        "地理院タイルを読み込めません（インターネットが必要です）。ほかの表示はそのまま使えます。",
        "GSI tiles cannot be loaded (they need the internet). Everything else works.",
    ),
    "load_failed": Text(
        "地図の一部を読み込めませんでした。画面を開き直してください。",
        "Part of the map could not be loaded; open the page again.",
    ),
}
