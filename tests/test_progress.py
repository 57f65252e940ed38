"""States of a zone and carrier: nothing is resolved unconfirmed, history alone decides; debts, delays, promises."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_gen.progress.history import CONFIRM, EVENTS, TABLE, after, state_after
from requests_gen.progress.progress import rows, states
from requests_gen.progress.promised import promises
from requests_gen.progress.words import OUTCOMES
from requests_gen.registry.registry import open_registry
from requests_gen.registry.tables import STATES
from requests_gen.replies.codes import ANSWERS
from tests.reply_world import IDS, letter, registry_in

ZONE = IDS[4]  # both carriers were asked
events = st.lists(st.sampled_from(EVENTS), max_size=12)


@given(events)
@settings(deadline=None, max_examples=300)
def test_nothing_is_resolved_that_was_not_confirmed(history):
    if state_after(history) == "resolved":
        assert "resolve" in history[history.index(CONFIRM) :]
    if CONFIRM not in history:
        assert state_after(history) not in ("confirmed", "resolved")


def test_every_state_is_reached_and_every_step_is_named():
    reached, ahead = {"new"}, ["new"]
    while ahead:
        state = ahead.pop()
        for event in EVENTS:
            found = after(state, event)
            if found not in reached:
                reached.add(found)
                ahead.append(found)
    assert reached == set(STATES) == set(TABLE)
    assert {event for row in TABLE.values() for event in row} <= set(EVENTS)
    for state, event in (("gone", "ask"), ("new", "sleep")):
        with pytest.raises(ValueError, match="no such step"):
            after(state, event)


def test_only_confirm_leads_to_confirmed_and_only_from_there_to_resolved():
    for state, event in product(STATES, EVENTS):
        found = after(state, event)
        if found == "confirmed" != state:
            assert event == CONFIRM
        if found == "resolved" != state:
            assert (state, event) == ("confirmed", "resolve")


@given(events, st.sampled_from(EVENTS))
@settings(deadline=None, max_examples=100)
def test_the_last_step_starts_from_what_history_left(history, event):
    assert state_after([*history, event]) == after(state_after(history), event)


class World:
    """A registry, one day after another."""

    def __init__(self, registry):
        self.registry, self.day = registry, datetime(2026, 12, 1, 9, tzinfo=UTC)

    def at(self):
        self.day += timedelta(days=1)
        return self.day

    def reply(self, answer, year=2026, zone=ZONE, carrier="alpha", **more):
        row = {"year": year, "zone_id": zone, "carrier": carrier, "answer": answer, **more}
        self.registry.save_replies([row], who="担当", at=self.at())

    def verdict(self, state, year=2026, zone=ZONE, carrier="alpha", **more):
        row = {"year": year, "zone_id": zone, "carrier": carrier, "state": state, **more}
        self.registry.save_verdicts([row], who="担当", at=self.at())

    def send(self, carrier="alpha", year=2027, zones=(ZONE,), **more):
        self.registry.record_letter(letter(carrier, list(zones), year, **more), who="担当", at=self.at())

    def stand(self, zone=ZONE, carrier="alpha", **more):
        (found,) = [s for s in states(self.registry, **more) if (s.zone_id, s.carrier) == (zone, carrier)]
        return found


@pytest.fixture
def world(tmp_path):
    with registry_in(tmp_path) as registry:
        yield World(registry)


@pytest.mark.parametrize(
    ("code", "state", "owes"),
    [
        ("A1", "reported_built", "office-ground"),
        ("A2", "answered", "carrier-build"),
        ("B1", "answered", "office-conditions"),
        ("B2", "answered", "carrier-plan"),
        ("C1", "answered", "office-again"),
        ("D1", "answered", "office-ground"),
        ("D2", "answered", "office-facts"),
        ("N", "requested", "carrier-reply"),
    ],
)
def test_what_each_answer_leaves_open(world, code, state, owes):
    assert {answer.key for answer in ANSWERS} >= {code}
    assert (world.stand().state, world.stand().owes) == ("requested", "carrier-reply")
    world.reply(code)
    stand = world.stand()
    assert (stand.state, stand.code, stand.owes) == (state, code, owes)
    assert world.stand(carrier="beta").state == "requested"  # the other carrier's is another matter


def test_built_is_open_until_it_is_confirmed(world):
    world.reply("A1")
    world.verdict("resolved")
    assert (world.stand().state, world.stand().remark) == ("reported_built", "resolved-unconfirmed")
    world.verdict("confirmed", evidence_ids=["m1"])
    assert (world.stand().state, world.stand().owes) == ("confirmed", "office-close")
    world.verdict("resolved", reason="測定のとおり")
    assert (world.stand().state, world.stand().owes, world.stand().remark) == ("resolved", "", "")
    world.verdict("asked_again")
    assert world.stand().state == "asked_again"


def test_resolved_with_its_evidence_is_confirmed_by_it(world):
    world.verdict("resolved", evidence_ids=["m1"])
    assert world.stand().state == "resolved"


def test_the_next_years_letter_asks_again_whatever_order_things_were_recorded_in(world):
    world.send(year=2027)
    world.reply("C1", year=2026)  # last year's answer, typed in late
    stand = world.stand()
    assert (stand.state, stand.code, stand.year, stand.first_year) == ("asked_again", "C1", 2027, 2026)
    world.send(year=2027, letter_id="2027-alpha-2", version=2)  # a second version of the same year
    world.reply("A2", year=2027)
    assert world.stand().state == "answered"


def test_a_letter_that_is_not_sent_asks_nothing(world):
    world.send("gamma", 2026, state="ready")
    assert (world.stand(carrier="gamma").state, world.stand(carrier="gamma").owes) == ("new", "office-ask")


def test_a_zone_nobody_was_asked_about_is_new(tmp_path):
    import pandas as pd

    with open_registry(tmp_path) as registry:
        frame = pd.DataFrame([{"zone_id": "24201-001", "municipality_id": "24201", "place_id": "p", "name": "東", "first_year": "2026"}])
        registry.register_zones(frame, 2026, who="担当", at=datetime(2026, 1, 1, tzinfo=UTC))
        (row,) = rows(states(registry), registry.zones())
    assert (row["zone_id"], row["name"], row["carrier"], row["state"]) == ("24201-001", "東", "", "new")


def test_overdue_replies_and_promises(world):
    late = {"deadlines": {2026: "2027-01-29"}}
    assert world.stand(on=date(2027, 1, 29), **late).overdue == ()
    assert world.stand(on=date(2027, 1, 30), **late).overdue == ("reply",)
    world.reply("A2", planned="令和9年度上期")
    assert world.stand(on=date(2027, 9, 30), **late).overdue == ()
    assert world.stand(on=date(2027, 10, 1), **late).overdue == ("promise",)
    world.reply("A1")
    assert world.stand(on=date(2027, 10, 1)).overdue == ()  # nothing more is promised; confirming is the office's
    world.reply("A2", planned="未定")
    assert world.stand(on=date(2099, 1, 1)).overdue == ()


def test_a_campaigns_deadline_counts(world):
    world.registry.start_campaign(2026, who="担当", at=world.at(), reply_deadline="2027-01-15")
    assert world.stand(on=date(2027, 1, 16)).overdue == ("reply",)


def test_silence_takes_no_promise_back(world):
    world.reply("A2", planned="令和9年度上期")
    world.send(year=2027)
    world.reply("N", year=2027)
    stand = world.stand(on=date(2027, 10, 1))
    assert (stand.state, stand.code, stand.overdue) == ("asked_again", "N", ("promise",))


def test_a_superseded_zone_owes_nothing(world):
    world.registry.supersede([ZONE], [IDS[0]], year=2026, who="担当", at=world.at())
    stand = world.stand(on=date(2099, 1, 1), deadlines={2026: "2027-01-29"})
    assert (stand.superseded_by, stand.owes, stand.overdue) == ((IDS[0],), "", ())


def outcomes(world, on):
    return [promise.outcome for promise in promises(world.registry, on)["alpha"].promises]


def test_promises(world):
    after_ = date(2027, 10, 1)
    world.reply("A2", planned="令和9年度上期")
    assert outcomes(world, date(2027, 9, 30)) == ["open"]
    assert outcomes(world, after_) == ["broken"]
    world.reply("A1", year=2027)
    assert outcomes(world, after_) == ["claimed"]
    world.verdict("confirmed", year=2027)
    assert outcomes(world, after_) == ["kept"]


def test_promises_confirmed_too_late_put_off_or_taken_back(world):
    world.reply("A2", planned="令和8年11月")
    world.verdict("confirmed")
    assert outcomes(world, None) == ["late"]
    world.reply("A2", zone=IDS[5], planned="令和8年度")
    world.reply("A2", zone=IDS[5], planned="令和9年度", year=2027)
    world.reply("A2", zone=IDS[6], planned="令和9年度")
    world.reply("C1", zone=IDS[6], year=2027)
    world.reply("A2", zone=IDS[7], planned="未定")
    world.reply("A2", zone=IDS[8], planned="令和9年度")
    world.reply("A2", zone=IDS[8], planned="2027年度下期", year=2027)  # the same last day
    kept = promises(world.registry, date(2027, 5, 1))["alpha"]
    assert [p.outcome for p in kept.promises] == ["late", "postponed", "open", "withdrawn", "undated", "open"]
    assert sum(kept.counts.values()) == kept.made == 6
    assert set(kept.counts) == set(OUTCOMES)


@given(st.lists(st.tuples(st.sampled_from([a.key for a in ANSWERS]), st.sampled_from([2026, 2027])), max_size=5))
@settings(deadline=None, max_examples=15)
def test_replies_alone_never_resolve_anything(tmp_path_factory, told):
    with registry_in(tmp_path_factory.mktemp("r")) as registry:
        world = World(registry)
        for code, year in told:
            world.reply(code, year=year)
        assert {stand.state for stand in states(registry)}.isdisjoint({"confirmed", "resolved"})
        first = states(registry)
        assert first == states(registry)
