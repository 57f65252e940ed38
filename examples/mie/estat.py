"""The made-up people as e-Stat would publish them: 500 m mesh, prefecture cut, その1 人口等基本集計.

54 columns, two header rows with full-width spaces, CP932, CRLF; small cells give their details to a
neighbour (HTKSYORI 2 → 1) while their totals stay, so that every total of the prefecture is kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

TABLE_ID = "T001141"
SMALL = 9  # persons: cells with fewer do not show their details
SEXED = (
    "人口（総数）",
    "０～１４歳人口",
    "１５歳以上人口",
    "１５～６４歳人口",
    "１８歳以上人口",
    "２０歳以上人口",
    "６５歳以上人口",
    "７５歳以上人口",
    "８５歳以上人口",
    "９５歳以上人口",
    "外国人人口",
)
HOMES = (
    "１人世帯数",
    "２人世帯数",
    "３人世帯数",
    "４人世帯数",
    "５人世帯数",
    "６人世帯数",
    "７人以上世帯数",
    "親族のみの世帯数",
    "核家族世帯数",
    "核家族以外の世帯数",
    "６歳未満世帯員のいる世帯数",
    "６５歳以上世帯員のいる世帯数",
    "世帯主の年齢が２０～２９歳の１人世帯数",
    "高齢単身世帯数",
    "高齢夫婦世帯数",
)
OPEN = (0, 1, 2, 33, 34)  # positions of the figures that are never suppressed: people by sex, households


def labels() -> list[str]:
    """The second header row: four empty cells and fifty labels, each after a full-width space."""
    names = ["人口（総数）", "人口（総数）　男", "人口（総数）　女"]
    for name in SEXED[1:]:
        names += [f"{name}　総数", f"{name}　男", f"{name}　女"]
    names += ["世帯総数", "一般世帯数", *(f"{name}　一般世帯数" for name in HOMES)]
    return ["", "", "", "", *("　" + name for name in names)]


def census_table(cells: pd.DataFrame, rng: np.random.Generator) -> bytes:
    """The whole file. cells: cell_id, x, y, population, population_65plus, households; one row a cell."""
    cells = cells.sort_values("cell_id").reset_index(drop=True)
    figures = np.column_stack([_people(cells, rng), _homes(cells, rng)])
    partner = _partners(cells)
    details = np.setdiff1d(np.arange(figures.shape[1]), OPEN)
    hidden = partner >= 0
    shown = figures.copy()
    for source in np.flatnonzero(hidden):
        shown[partner[source], details] += figures[source, details]
    codes = cells["cell_id"].astype(str).to_numpy()
    given: dict[int, list[str]] = {}
    for source in np.flatnonzero(hidden):
        given.setdefault(int(partner[source]), []).append(codes[source])
    is_open = np.isin(np.arange(figures.shape[1]), OPEN)
    lines = [
        ",".join(["KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN"] + [f"{TABLE_ID}{number + 1:03d}" for number in range(figures.shape[1])]),
        ",".join(labels()),
    ]
    for cell, code in enumerate(codes):
        state = 2 if hidden[cell] else 1 if cell in given else 0
        target = codes[partner[cell]] if hidden[cell] else ""
        values = [str(value) if free or not hidden[cell] else "*" for value, free in zip(shown[cell], is_open, strict=True)]
        lines.append(",".join([code, str(state), target, ";".join(given.get(cell, [])), *values]))
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


def _people(cells: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Columns 001–033: total, male, female of each of SEXED. int64[n, 33]."""
    people, old = cells["population"].to_numpy(), cells["population_65plus"].to_numpy()
    old_men = rng.binomial(old, 0.43)
    young_men = rng.binomial(people - old, 0.505)
    columns = []
    for men_old, men_young in ((old_men, young_men), (old - old_men, people - old - young_men)):
        ages = np.column_stack(
            [
                rng.multinomial(men_young, [0.168, 0.040, 0.027, 0.765]),  # 0–14, 15–17, 18–19, 20–64
                rng.multinomial(men_old, [0.47, 0.33, 0.175, 0.025]),  # 65–74, 75–84, 85–94, 95+
            ]
        )
        from_age = np.cumsum(ages[:, ::-1], axis=1)[:, ::-1]
        foreign = rng.binomial(men_young, 0.042)
        columns.append(
            [
                from_age[:, 0],
                ages[:, 0],
                from_age[:, 1],
                ages[:, 1:4].sum(axis=1),
                from_age[:, 2],
                from_age[:, 3],
                from_age[:, 4],
                from_age[:, 5],
                from_age[:, 6],
                from_age[:, 7],
                foreign,
            ]
        )
    return np.column_stack([figure for man, woman in zip(*columns, strict=True) for figure in (man + woman, man, woman)])


def _homes(cells: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Columns 034–050: households, general households and those of each of HOMES. int64[n, 17]."""
    rows = []
    for people, old, homes in cells[["population", "population_65plus", "households"]].to_numpy():
        # a dormitory or a home for the aged now and then
        general = int(homes - (homes > 400 and rng.random() < 0.3))
        more = rng.multinomial(people - homes, rng.dirichlet(np.full(general, 1.6)))
        size = np.bincount(np.minimum(1 + more, 7), minlength=8)[1:]
        single, couples = int(size[0]), int(size[1])
        share = old / people
        old_single = min(rng.binomial(single, min(0.9, 0.9 * share)), old)
        old_couple = min(rng.binomial(couples, min(0.9, 1.05 * share)), (old - old_single) // 2)
        rest = min(general - old_single - old_couple, old - old_single - 2 * old_couple)
        with_old = old_single + old_couple + rng.binomial(max(rest, 0), 0.75)
        family = general - single - rng.binomial(general - single, 0.02)
        nuclear = rng.binomial(family, 0.86)
        infants = rng.binomial(int(size[2:].sum()), 0.2)
        starters = rng.binomial(single - old_single, 0.17)
        rows.append([homes, general, *size, family, nuclear, family - nuclear, infants, with_old, starters, old_single, old_couple])
    return np.array(rows, dtype=np.int64)


def _partners(cells: pd.DataFrame) -> np.ndarray:
    """Row of the cell that takes each small cell's details, −1 for the others: the nearest that is not small."""
    small = cells["population"].to_numpy() < SMALL
    points = cells[["x", "y"]].to_numpy()
    large = np.flatnonzero(~small)
    partner = np.full(len(cells), -1)
    partner[small] = large[cKDTree(points[large]).query(points[small])[1]]
    return partner
