"""The sliders: a weight a criterion, the gates, ready weightings, and the way back to the study's own."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from coverage.criteria import GROUPS, Criterion
from geodata.errors import Text
from requests_gen.ranking_presets import OWN, Preset, preset_weighting, presets_for
from requests_gen.ranking_view import signs
from requests_gen.ranking_weights import HIGHEST_WEIGHT, Weighting, points, slider_weights, weighting
from screens.priorities_desk import Desk, keep_weighting
from screens.words import as_written

SLIDER, LEAST, ROAD_KM, PRESET = "weight ", "weight gate", "weight road gate", "weight preset"
NOTHING = "weights all zero"
HIGHEST_GATE = 100_000.0


def weights_panel(desk: Desk) -> None:
    """Presets, sliders by group, gates. Whatever is moved is kept before the page is drawn again."""
    _presets(desk)
    if st.session_state.pop(NOTHING, False):
        st.warning(
            desk.say(
                Text(
                    "すべての重みを0にはできません。前の重みに戻しました。",
                    "Not all weights can be 0; the former ones are back.",
                )
            )
        )
    values = slider_weights(desk.chosen, desk.own, desk.criteria)
    shares, sign = desk.chosen.shares(desk.missing), signs(desk.criteria)
    for group, members in groupby(
        sorted(desk.criteria, key=lambda c: list(GROUPS).index(c.group)), key=lambda c: c.group
    ):
        st.markdown(f"**{desk.say(GROUPS[group])}**")
        for criterion in members:
            _slider(
                desk, criterion, values[criterion.key], shares.get(criterion.key, 0.0), sign[criterion.key]
            )
    _gates(desk)


def _presets(desk: Desk) -> None:
    presets = {preset.key: preset for preset in presets_for(desk.own, desk.criteria)}
    now = next(
        (key for key, preset in presets.items() if preset_weighting(preset, desk.own, desk.criteria).same_order(desk.chosen)),
        None,
    )  # fmt: skip
    _hold(PRESET, now)
    st.selectbox(
        desk.say(Text("重みの型", "Ready weights")), list(presets), key=PRESET, index=None,
        format_func=lambda key: desk.say(presets[key].name),
        placeholder=desk.say(Text("自分で動かした重み", "your own weights")),
        help="\n\n".join(f"{desk.say(p.name)}: {desk.say(p.why)}" for p in presets.values()),
        on_change=_take_preset, args=(desk, presets),
    )  # fmt: skip
    st.button(
        desk.say(Text("元に戻す（この調査の既定）", "Back to the study's own")), disabled=now == OWN.key,
        on_click=keep_weighting, args=(None,), width="stretch",
    )  # fmt: skip


def _slider(desk: Desk, criterion: Criterion, value: float, share: float, sign: str) -> None:
    key, missing = SLIDER + criterion.key, criterion.key in desk.missing
    _hold(key, float(value))
    name = as_written(desk.say(Text(criterion.ja, criterion.en)))
    st.slider(
        f"{sign} {name}", 0.0, HIGHEST_WEIGHT, step=1.0, format="%g", key=key, disabled=missing,
        help=as_written(f"{desk.say(criterion.why)}\n{desk.say(criterion.rule())}"),
        on_change=_take_sliders, args=(desk,),
    )  # fmt: skip
    if missing:
        said = Text(
            "データがないため、採点に入っていません（0とはしていません）", "no data: left out, not taken as 0"
        )
    else:
        rule = criterion.rule()
        said = Text(f"100点中 {points(share)}点 ／ {rule.ja}", f"{points(share)} of 100 points / {rule.en}")
    st.caption(as_written(desk.say(said)))


def _gates(desk: Desk) -> None:
    st.markdown(f"**{desk.say(Text('順位を付ける条件', 'What is ranked'))}**")
    _hold(LEAST, float(desk.chosen.least))
    st.number_input(
        desk.say(Text("エリア外人口がこの人数以上", "at least this many uncovered people")), 0.0, HIGHEST_GATE, step=1.0,
        format="%g", key=LEAST, on_change=_take_sliders, args=(desk,),
        help=desk.say(Text("これより少ない地区にも評点は付き、下の「順位を付けていない地区」に並びます。",
                           "Zones with fewer keep their score and are listed below.")),
    )  # fmt: skip
    if desk.own.road_km or desk.chosen.road_km:
        _hold(ROAD_KM, float(desk.chosen.road_km))
        st.number_input(
            desk.say(Text("または、不感道路がこの長さ（km）以上（0＝使わない）", "or this much uncovered road in km (0: not used)")),
            0.0, 1000.0, step=0.5, format="%g", key=ROAD_KM, on_change=_take_sliders, args=(desk,),
        )  # fmt: skip


def _hold(key: str, value: float | str | None) -> None:
    """Make a widget show `value`; it is left alone where it does, so that a hand on it is not disturbed."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _take_sliders(desk: Desk) -> None:
    """Keep what the sliders say as this visit's weights."""
    weights = {c.key: float(st.session_state.get(SLIDER + c.key, 0.0)) for c in desk.criteria}
    least = float(st.session_state.get(LEAST) or 0.0)
    road_km = float(st.session_state.get(ROAD_KM, desk.chosen.road_km) or 0.0)
    taken = weighting(weights, least, desk.criteria, road_km)
    if not set(taken.weights) - desk.missing:
        st.session_state[NOTHING] = True
        return
    _keep(taken, desk.own)


def _take_preset(desk: Desk, presets: dict[str, Preset]) -> None:
    chosen = st.session_state.get(PRESET)
    if chosen in presets:
        _keep(preset_weighting(presets[chosen], desk.own, desk.criteria), desk.own)


def _keep(taken: Weighting, own: Weighting) -> None:
    keep_weighting(None if taken.same_order(own) else taken)
