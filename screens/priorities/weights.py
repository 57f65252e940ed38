"""The sliders: a weight a criterion, the gates, ready weightings, and the way back to the study's own."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from coverage.figures import figure
from coverage.ranking import GROUPS, Criterion
from geodata.errors import Text
from requests_gen.ranking import tables, weightings
from screens.priorities.context import PageContext, keep_weighting
from screens.shared import as_written

SLIDER, LEAST, ROAD_KM, PRESET = "weight ", "weight gate", "weight road gate", "weight preset"
NOTHING = "weights all zero"
HIGHEST_GATE = 100_000.0


def weights_panel(context: PageContext) -> None:
    """Presets, sliders by group, gates. Whatever is moved is kept before the page is drawn again."""
    _presets(context)
    if st.session_state.pop(NOTHING, False):
        st.warning(
            context.say(
                Text("すべての重みを0にはできません。前の重みに戻しました。", "Not all weights can be 0; the former ones are back.")
            )
        )
    values = weightings.slider_weights(context.chosen, context.own, context.criteria)
    shares, sign = context.chosen.shares(context.missing), tables.signs(context.criteria)
    for group, members in groupby(sorted(context.criteria, key=lambda c: list(GROUPS).index(c.group)), key=lambda c: c.group):
        st.markdown(f"**{context.say(GROUPS[group])}**")
        for criterion in members:
            _slider(context, criterion, values[criterion.key], shares.get(criterion.key, 0.0), sign[criterion.key])
    _gates(context)


def _presets(context: PageContext) -> None:
    presets = {preset.key: preset for preset in weightings.presets_for(context.own, context.criteria)}
    now = next(
        (
            key
            for key, preset in presets.items()
            if weightings.preset_weighting(preset, context.own, context.criteria).same_order(context.chosen)
        ),
        None,
    )
    _hold(PRESET, now)
    st.selectbox(
        context.say(Text("重みの型", "Ready weights")),
        list(presets),
        key=PRESET,
        index=None,
        format_func=lambda key: context.say(presets[key].name),
        placeholder=context.say(Text("自分で動かした重み", "your own weights")),
        help="\n\n".join(f"{context.say(p.name)}: {context.say(p.why)}" for p in presets.values()),
        on_change=_take_preset,
        args=(context, presets),
    )
    st.button(
        context.say(Text("元に戻す（この調査の既定）", "Back to the study's own")),
        disabled=now == weightings.OWN.key,
        on_click=keep_weighting,
        args=(None,),
        width="stretch",
    )


def _slider(context: PageContext, criterion: Criterion, value: float, share: float, sign: str) -> None:
    key, missing = SLIDER + criterion.key, criterion.key in context.missing
    _hold(key, float(value))
    name = as_written(context.say(Text(criterion.ja, criterion.en)))
    st.slider(
        f"{sign} {name}",
        0.0,
        weightings.HIGHEST_WEIGHT,
        step=1.0,
        format="%g",
        key=key,
        disabled=missing,
        help=as_written(f"{context.say(criterion.why)}\n{context.say(criterion.rule())}"),
        on_change=_take_sliders,
        args=(context,),
    )
    if missing:
        message = Text("データがないため、採点に入っていません（0とはしていません）", "no data: left out, not taken as 0")
    else:
        rule = criterion.rule()
        message = Text(f"100点中 {weightings.points(share)}点 ／ {rule.ja}", f"{weightings.points(share)} of 100 points / {rule.en}")
    st.caption(as_written(context.say(message)))


def _gates(context: PageContext) -> None:
    st.markdown(f"**{context.say(Text('順位を付ける条件', 'What is ranked'))}**")
    _hold(LEAST, float(context.chosen.least))
    people = figure("uncovered_population").name
    st.number_input(
        context.say(Text(f"{people.ja}がこの人数以上", f"at least this many: {people.en}")),
        0.0,
        HIGHEST_GATE,
        step=1.0,
        format="%g",
        key=LEAST,
        on_change=_take_sliders,
        args=(context,),
        help=context.say(
            Text(
                "これより少ない地区にも評点は付き、下の「順位を付けていない地区」に並びます。",
                "Zones with fewer keep their score and are listed below.",
            )
        ),
    )
    if context.own.road_km or context.chosen.road_km:
        _hold(ROAD_KM, float(context.chosen.road_km))
        st.number_input(
            context.say(Text("または、不感道路がこの長さ（km）以上（0＝使わない）", "or this much uncovered road in km (0: not used)")),
            0.0,
            1000.0,
            step=0.5,
            format="%g",
            key=ROAD_KM,
            on_change=_take_sliders,
            args=(context,),
        )


def _hold(key: str, value: float | str | None) -> None:
    """Make a widget show `value`. Its state is not touched where it does, so that dragging is not interrupted."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _take_sliders(context: PageContext) -> None:
    """Keep what the sliders say as this visit's weights."""
    weights = {c.key: float(st.session_state.get(SLIDER + c.key, 0.0)) for c in context.criteria}
    least = float(st.session_state.get(LEAST) or 0.0)
    road_km = float(st.session_state.get(ROAD_KM, context.chosen.road_km) or 0.0)
    taken = weightings.weighting(weights, least, context.criteria, road_km)
    if not set(taken.weights) - context.missing:
        st.session_state[NOTHING] = True
        return
    _keep(taken, context.own)


def _take_preset(context: PageContext, presets: dict[str, weightings.Preset]) -> None:
    chosen = st.session_state.get(PRESET)
    if chosen in presets:
        _keep(weightings.preset_weighting(presets[chosen], context.own, context.criteria), context.own)


def _keep(taken: weightings.Weighting, own: weightings.Weighting) -> None:
    keep_weighting(None if taken.same_order(own) else taken)
