"""Weights as shares, as a link, as ready types: a link gives the same ranking or none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.ranking.criteria import CRITERIA
from geodata.errors import DataError
from requests_gen.ranking.weightings import (
    EQUAL,
    OWN,
    PRESETS,
    Weighting,
    criterion_names,
    points,
    preset_weighting,
    presets_for,
    read_weighting,
    slider_weights,
    weight_changes,
    weighting,
    weighting_text,
)

KEYS = [criterion.key for criterion in CRITERIA]
HUNDRED = {"uncovered_population": 30.0, "complete_population": 30.0, "shelters": 25.0, "carriers_missing": 15.0}
weights = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10_000).map(lambda n: n / 100), min_size=1)
gates = st.integers(0, 100_000).map(lambda n: n / 10)


def of(values: dict[str, float], least: float = 1.0) -> Weighting:
    return weighting(values, least, CRITERIA)


def test_shares_by_hand():
    """3 : 1 is 75 and 25 points; without data for the second, the first has all 100."""
    chosen = of({"shelters": 3.0, "uncovered_population": 1.0, "complete_population": 0.0})
    assert chosen.shares() == pytest.approx({"uncovered_population": 25.0, "shelters": 75.0})
    assert chosen.shares(without={"uncovered_population"}) == {"shelters": 100.0}
    assert (points(30.0), points(100 / 7)) == ("30", "14.3")


def test_a_link_by_hand():
    text = weighting_text(of({"uncovered_population": 12.5, "shelters": 15.0}, 3.0))
    assert text == "uncovered_population-12.5~shelters-15~least-3"
    assert read_weighting(text, CRITERIA) == of({"uncovered_population": 12.5, "shelters": 15.0}, 3.0)


@settings(deadline=None, max_examples=60)
@given(weights, gates, gates)
def test_a_link_gives_the_same_weights(values, least, road):
    chosen = weighting(values, least, CRITERIA, road)
    if chosen.pairs:
        assert read_weighting(weighting_text(chosen), CRITERIA) == chosen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shelters-15",
        "shelters-15~least-",
        "shelters-15~least-1~",
        "shelters-0~least-1",
        "shelters-1e9~least-1",
        "shelters-15~shelters-16~least-1",
        "<img onerror>~least-1",
        "least-1",
        "shelters-nan~least-1",
        "x" * 9999,
    ],
)
def test_a_broken_link_is_told(text):
    with pytest.raises(DataError) as told:
        read_weighting(text, CRITERIA)
    assert told.value.code == "weights-link-broken"


def test_a_link_of_another_study_is_told():
    with pytest.raises(DataError) as told:
        read_weighting("shelters-15~roads-3~least-1", CRITERIA)
    assert told.value.code == "weights-criterion-unknown"
    assert "roads" in told.value.problem.ja


def test_the_same_order_whatever_the_scale():
    assert of({"shelters": 1.0, "uncovered_population": 2.0}).same_order(of({"shelters": 10.0, "uncovered_population": 20.0}))
    assert not of({"shelters": 1.0}).same_order(of({"shelters": 1.0}, 2.0))
    assert not of({"shelters": 1.0, "uncovered_population": 2.0}).same_order(of({"shelters": 1.0, "uncovered_population": 2.1}))


def test_sliders_show_the_weights_as_written_where_they_fit():
    own = of(HUNDRED)
    assert slider_weights(own, own, CRITERIA) == dict.fromkeys(KEYS, 0.0) | HUNDRED
    small = of({"shelters": 1.0, "uncovered_population": 2.0})
    third = slider_weights(small, small, CRITERIA)
    assert (third["shelters"], third["uncovered_population"]) == (33.3, 66.7)
    moved = slider_weights(small, own, CRITERIA)
    assert (moved["shelters"], moved["uncovered_population"]) == (1.0, 2.0)
    large = slider_weights(of({"shelters": 500.0, "uncovered_population": 1500.0}), own, CRITERIA)
    assert (large["shelters"], large["uncovered_population"]) == (25.0, 75.0)


def test_changes_in_words():
    told = weight_changes(of(HUNDRED), of(HUNDRED | {"shelters": 125.0}, 5.0), criterion_names(CRITERIA))
    words = [text.ja for text in told]
    assert "避難所等: 25点 → 62.5点" in words
    assert words[-1] == "順位を付ける最少のエリア外人口（最多の社）: 1人 → 5人"
    assert weight_changes(of(HUNDRED), of(HUNDRED), {}) == []


def test_presets_by_hand():
    """Safety is shelters alone: 2/3 of 100 points = 67; the rest keep 30:30:15 of the other 33.3."""
    own = of(HUNDRED)
    safety = next(preset for preset in PRESETS if preset.key == "safety")
    assert preset_weighting(safety, own, CRITERIA).weights == {
        "uncovered_population": 13.0,
        "complete_population": 13.0,
        "shelters": 67.0,
        "carriers_missing": 7.0,
    }
    assert set(preset_weighting(EQUAL, own, CRITERIA).weights) == set(HUNDRED)
    assert len(set(preset_weighting(EQUAL, own, CRITERIA).weights.values())) == 1


@settings(deadline=None, max_examples=40)
@given(weights, gates)
def test_presets_weigh_what_the_study_weighs(values, least):
    own = of(values, least)
    if not own.pairs:
        return
    found = presets_for(own, CRITERIA)
    assert found[0] == OWN
    assert preset_weighting(OWN, own, CRITERIA) == own
    for preset in found[1:]:
        changed = preset_weighting(preset, own, CRITERIA)
        assert set(changed.weights) == set(own.weights)
        assert changed.least == own.least
        assert not changed.same_order(own)
