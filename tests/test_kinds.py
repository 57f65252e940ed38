"""What a file is, by its columns: above all, what must not pass for a carrier's area."""

import pytest

from geodata.intake.kinds import inferred_kind


@pytest.mark.parametrize(
    ("columns", "shapes", "kind"),
    [
        (["A33_001", "A33_002"], "polygon", "area"),
        (["A17_002", "A17_006"], "polygon", "area"),
        (["A10_004"], "polygon", "area"),
        (["KEN", "CITY", "CITYNAME", "CLASS", "JINKO", "MENSEKI"], "polygon", "area"),
        (["W05_003", "W05_004"], "line", "water"),
        (["W09_001"], "polygon", "water"),
        (["niveau", "operator"], "polygon", "coverage"),
        (["N03_001", "N03_007"], "polygon", "boundary"),
        (["N13_003"], "line", "road"),
        (["P29_004"], "point", "facility"),
        (["日時", "緯度", "経度", "RSRP"], "", "measurement"),
    ],
)
def test_by_columns(columns, shapes, kind):
    assert inferred_kind(columns, shapes) == kind
