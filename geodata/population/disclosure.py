"""Disclosure control of e-Stat mesh tables: who was counted where, and fair shares of what was merged.

Totals and households are never suppressed and never moved (docs/definitions.md, Disclosure). Details of a small cell (HTKSYORI
2) are added to a neighbour (HTKSYORI 1) and replaced by `*`, so a rate is only true for the *group* of a
receiving cell and all that gave to it. The group's people aged 65+ are handed out in proportion to each
cell's own total, as whole persons by largest remainder: the sum of the group stays exactly what was published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.grid import FloatArray, IntArray

OPEN, RECEIVED, SUPPRESSED = 0, 1, 2  # HTKSYORI
NOWHERE = -1


@dataclass(frozen=True)
class Shared:
    """`values` float64[n]: own figures and shares; NaN = unknown. `grouped` bool[n]: came from a group.

    Row numbers of what did not fit: `lost` suppressed rows whose receiver was not read; `partial` receivers
    some of whose givers were not read; `contradicted` rows where HTKSAKI and GASSAN disagree; `overfull`
    receivers whose group counts more than its total.
    """

    values: FloatArray
    grouped: npt.NDArray[np.bool_]
    lost: IntArray
    partial: IntArray
    contradicted: IntArray
    overfull: IntArray


def share_out(
    keys: IntArray, totals: FloatArray, details: FloatArray, treatment: IntArray, into: IntArray, given: tuple[IntArray, IntArray]
) -> Shared:
    """Hand each group's detail out to its cells.

    keys: unique key of each row. totals: people, NaN unknown. details: as published, NaN where suppressed or
    unknown. treatment: HTKSYORI. into: key of the receiver (HTKSAKI) of suppressed rows. given: (row of the
    receiver, key of the giver), one pair for each code of GASSAN.
    """
    receiver = _rows_of(into, keys)
    receiver[treatment != SUPPRESSED] = NOWHERE
    told, givers = given[0], _rows_of(given[1], keys)
    # a receiver must really have received, else the chain leads nowhere
    astray = (receiver != NOWHERE) & (treatment[receiver] != RECEIVED)
    receiver[astray] = NOWHERE
    here = givers != NOWHERE
    disagree = _disagreeing(receiver, told[here], givers[here], treatment, astray)
    group = np.where(treatment == RECEIVED, np.arange(len(keys)), receiver)
    lost = np.flatnonzero((treatment == SUPPRESSED) & (receiver == NOWHERE))
    partial = np.unique(told[~here])
    values, overfull = _largest_remainder(group, totals, details, partial, keys)
    grouped = group != NOWHERE
    values = np.where(grouped, values, np.where(treatment == SUPPRESSED, np.nan, details))
    return Shared(values, grouped, lost, partial, disagree, overfull)


def _rows_of(spec: IntArray, keys: IntArray) -> IntArray:
    """Row of each wanted key, NOWHERE where no row has it."""
    if not len(keys):
        return np.full(len(spec), NOWHERE)
    order = np.argsort(keys, kind="stable")
    at = order[np.searchsorted(keys, spec, sorter=order).clip(max=len(keys) - 1)]
    return np.where(keys[at] == spec, at, NOWHERE)


def _disagreeing(receiver: IntArray, told: IntArray, givers: IntArray, treatment: IntArray, astray: npt.NDArray[np.bool_]) -> IntArray:
    """Rows where giver and receiver do not name each other (both being here)."""
    confirmed = np.zeros(len(receiver), bool)
    confirmed[givers[receiver[givers] == told]] = True
    unconfirmed = (receiver != NOWHERE) & ~confirmed
    wrong_giver = givers[(receiver[givers] != told) & (treatment[givers] != SUPPRESSED)]
    return np.union1d(np.flatnonzero(unconfirmed | astray), wrong_giver)


def _largest_remainder(
    group: IntArray, totals: FloatArray, details: FloatArray, partial: IntArray, keys: IntArray
) -> tuple[FloatArray, IntArray]:
    """(share of each row in its group's detail, receivers whose detail exceeds the total)."""
    out = np.full(len(group), np.nan)
    rows = np.flatnonzero(group != NOWHERE)
    size = len(group)
    # NaN goes through: an unknown total spoils its group. (bincount of nothing would be whole numbers)
    people = np.bincount(group[rows], totals[rows], size).astype(float)
    detail = np.bincount(group[rows], np.nan_to_num(details[rows]), size).astype(float)
    detail[np.isnan(details)] = np.nan  # the receiver's own figure is unknown
    detail[partial] = np.nan  # includes people of cells that were not read
    overfull = np.flatnonzero(detail > people)
    rows = rows[np.isfinite(people[group[rows]]) & np.isfinite(detail[group[rows]])]
    of = group[rows]
    weight = np.where(people[of] > 0, totals[rows], (rows == of).astype(float))  # an empty group: all to the receiver
    quota = weight * detail[of] / np.where(people[of] > 0, people[of], 1.0)
    whole = np.floor(quota + 1e-9)
    # the parts after the decimal point, largest first within each group; equal ones in order of key
    order = np.lexsort((keys[rows], -np.round(quota - whole, 9), of))
    first = np.searchsorted(of[order], of[order])
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows)) - first
    missing = np.rint(detail - np.bincount(of, whole, size))
    # a published figure that is no whole number is an estimate: it is shared out as it is
    out[rows] = np.where(detail[of] % 1 == 0, whole + (place < missing[of]), quota)
    return out, overfull
