"""Figures that letters and the annual report state: sums of annex 1, and counts of the registry."""

from __future__ import annotations

from coverage.figures.figure import Figure, Unit
from geodata.errors import Text

SUMS: tuple[tuple[str, Unit, str, str, str, str], ...] = (
    ("zones", "zones", "要望する地区", "zones asked for", "別紙1に載せた地区の数", "zones in annex 1"),
    (
        "zero_zones",
        "zones",
        "0社の地区",
        "zones without a carrier",
        "別紙1の地区のうち、提供事業者数が0社のもの",
        "of them, those no carrier serves",
    ),
    (
        "people",
        "people",
        "貴社エリア外人口",
        "people outside the carrier's area",
        "別紙1の各行の合計。その会社のエリアに入らない人（地区と順位の判定）",
        "the sum of the rows of annex 1: people outside this carrier's layer",
    ),
    (
        "households",
        "households",
        "貴社エリア外世帯",
        "households outside the carrier's area",
        "別紙1の各行の合計。貴社エリア外人口と同じ割合で数えた世帯",
        "the sum of the rows: households in the same part as those people",
    ),
    (
        "shelters",
        "places",
        "貴社エリア外の避難所等",
        "shelters outside the carrier's area",
        "別紙1の各行の合計。その会社のエリアに入らない避難所等",
        "the sum of the rows: shelters outside this carrier's layer",
    ),
    (
        "public",
        "places",
        "貴社エリア外の学校・医療等",
        "schools, clinics … outside the carrier's area",
        "別紙1の各行の合計。その会社のエリアに入らない学校・医療機関・役場支所・集会所",
        "the sum of the rows: schools, clinics, offices and halls outside this carrier's layer",
    ),
    (
        "road_km",
        "km",
        "貴社エリア外の道路km",
        "road outside the carrier's area, km",
        "別紙1の各行の合計。その会社のエリアに入らない緊急輸送道路・県道以上",
        "the sum of the rows: emergency roads and 県道 or greater outside this carrier's layer",
    ),
    (
        "roaming_zones",
        "zones",
        "パートナー回線区域のある地区",
        "zones with roaming",
        "別紙1の地区のうち、パートナー回線（ローミング）の区域があるもの",
        "zones of annex 1 with a roaming area",
    ),
    (
        "rest_zones",
        "zones",
        "別紙1に載せない地区",
        "zones annex 1 leaves out",
        "同じ条件に当てはまるが、上限を超えた、または順位の無い地区",
        "zones of the same marks beyond the most, or not ranked",
    ),
    (
        "rest_people",
        "people",
        "別紙1に載せない地区の貴社エリア外人口",
        "people of the zones annex 1 leaves out",
        "別紙1に載せない地区の、その会社のエリアに入らない人",
        "people outside this carrier's layer in the zones annex 1 leaves out",
    ),
)
LETTER_FIGURES = tuple(
    Figure(
        f"letter_{key}",
        Text(ja, en),
        Text(definition, note),
        unit,
        "letter",
        "gaps" if unit in ("people", "households") else "",
        see=("carrier_uncovered_population",) if key == "people" else (),
    )
    for key, unit, ja, en, definition, note in SUMS
)
COUNTS: tuple[tuple[str, Unit, str, str, str, str], ...] = (
    (
        "letters_sent",
        "letters",
        "送付した要望書",
        "letters sent",
        "台帳 letters のうち state が sent のもの",
        "rows of letters whose state is sent",
    ),
    (
        "asked_zones",
        "zones",
        "要望した地区（重複を除く）",
        "zones asked for (each once)",
        "送付した要望書の zones の種類の数",
        "different zones of the letters sent",
    ),
    (
        "asked",
        "zones",
        "要望した地区 {carrier}",
        "zones asked of {carrier}",
        "その会社に送付した要望書の zones の数",
        "zones of the letters sent to this carrier",
    ),
    (
        "state",
        "cases",
        "状態 {word}",
        "state {word}",
        "台帳の進捗がその状態の地区×事業者の数",
        "zones × carriers in this state of the registry",
    ),
    (
        "overdue",
        "cases",
        "期限超過 {word}",
        "overdue {word}",
        "報告日にその期限が過ぎている地区×事業者の数",
        "zones × carriers whose term has passed on the day of the report",
    ),
    (
        "answer",
        "zones",
        "回答 {word} {carrier}",
        "answer {word} {carrier}",
        "台帳 replies のうち、その会社の回答の区分がこれのもの",
        "rows of replies with this answer of this carrier",
    ),
    (
        "no_reply",
        "zones",
        "未回答 {carrier}",
        "no reply from {carrier}",
        "送付した要望書の地区のうち、回答のないもの（N を含む）",
        "zones of the letters sent without an answer",
    ),
    (
        "promise",
        "cases",
        "約束 {word} {carrier}",
        "promise {word} {carrier}",
        "整備予定（A2）の回答のうち、こうなったもの",
        "promises (A2) of this carrier that came out so",
    ),
    (
        "without_promise",
        "zones",
        "どの会社も整備を約束していない地区",
        "zones without a promise",
        "整備予定（A2）・整備済み（A1）・確認・解消のどれも無い、順位のある地区",
        "ranked zones without A2, A1, a confirmation or a resolution",
    ),
    ("next", "cases", "次の動き {word}", "next {word}", "次の動きがこれの地区×事業者の数", "zones × carriers whose next step this is"),
    (
        "due_next_year",
        "cases",
        "来年度中に整備するとの約束",
        "promises due next year",
        "整備予定（A2）のうち期限が来年度のもの",
        "promises (A2) whose term lies in the next fiscal year",
    ),
)
YEAR_FIGURES = tuple(
    Figure(key, Text(ja, en), Text(definition, note), unit, "year", unknown="none", made_of=())
    for key, unit, ja, en, definition, note in COUNTS
)
PAPER_FIGURES = (*LETTER_FIGURES, *YEAR_FIGURES)
