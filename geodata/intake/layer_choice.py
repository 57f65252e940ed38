"""Which layer of a file is meant: the only one that fits, the one the study names, or a question."""

from __future__ import annotations

from geodata.errors import DataError, Text
from geodata.formats import raw as formats_raw

ALL_LAYERS = "*"


def chosen_layer(
    entries: list[formats_raw.LayerEntry], layer: str | None, kind: str
) -> tuple[list[formats_raw.LayerEntry], list[formats_raw.LayerEntry]]:
    """(layers to read, layers left out). Asks, by a DataError that lists them, when more than one would do."""
    if layer == ALL_LAYERS:
        return entries, []
    if layer is not None:
        picked = [entry for entry in entries if entry.name == layer] or (entries if len(entries) == 1 and not entries[0].name else [])
        if not picked:
            raise _which(entries, Text(f"指定された層「{layer}」がありません。", f"there is no layer {layer!r}."), "layer-missing")
        return picked[:1], [entry for entry in entries if entry is not picked[0]]
    fit = [entry for entry in entries if entry.records and (not entry.kinds or kind in entry.kinds or kind == "any")]
    if len(entries) == 1 or len(fit) == 1:
        picked = fit or entries
        return picked, [entry for entry in entries if entry is not picked[0]]
    raise _which(
        fit or entries,
        Text("層（レイヤ）が複数あり、どれを使うか決められません。", "several layers: which one is meant?"),
        "layer-ambiguous",
    )


def _which(entries: list[formats_raw.LayerEntry], problem: Text, code: str) -> DataError:
    listed = "、".join(f"「{entry.name}」{entry.records:,} 件" for entry in entries[:30])
    example = entries[0].name if entries else ""
    return DataError(
        code,
        Text(f"{problem.ja} 候補: {listed}", f"{problem.en} Choices: {', '.join(entry.name for entry in entries[:30])}"),
        Text(
            f'study.toml のこのデータの欄に layer = "{example}" のように書いてください（すべて使うなら layer = "*"）。',
            f'write layer = "{example}" beside this file in study.toml (layer = "*" for all of them)',
        ),
    )


def together(raws: list[formats_raw.RawLayer], names: list[str]) -> formats_raw.RawLayer:
    """Several layers as one: rows one after the other, columns of all."""
    import numpy as np
    import pandas as pd

    first = raws[0]
    first.name = names[0]
    if len(raws) == 1:
        return first
    if len({raw.crs for raw in raws}) > 1:
        raise DataError(
            "layers-differ-crs",
            Text("層ごとに座標系が違うため、まとめて読めません。", "the layers are in different CRSs: they cannot be read together"),
            Text('layer = "層の名前" で1つずつ指定してください。', 'name one with layer = "…"'),
        )
    frames = [raw.attributes.assign(layer=name) for raw, name in zip(raws, names, strict=True)]
    attributes = pd.concat(frames, ignore_index=True)
    for name in attributes.columns:
        if not pd.api.types.is_numeric_dtype(attributes[name]):
            attributes[name] = attributes[name].fillna("").astype(str)
    return formats_raw.RawLayer(
        "*",
        np.concatenate([raw.geometries for raw in raws]),
        attributes,
        first.crs,
        sum(raw.records for raw in raws),
        np.concatenate([raw.numbers for raw in raws]),
        first.word,
        [remark for raw in raws for remark in raw.remarks],
        first.facts,
    )
