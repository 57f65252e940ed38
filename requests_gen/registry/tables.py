"""What the registry holds: the kinds of records, what tells two of them apart, and what each field means.

A record is a plain dict. Fields that are not named here may be added freely: they are kept and given back as they
are. Values are text, whole numbers, numbers, truth values, lists and maps of these, or None = unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

metadata = sa.MetaData()
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text),
    sa.Column("file_sha256", sa.Text),
)
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("change_id", sa.Integer, sa.ForeignKey("changes.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("year", sa.Integer),
    sa.Column("zone_id", sa.Text),
)


DRAFT, READY, SENT = "draft", "ready", "sent"
Kind = Literal["text", "whole", "number", "truth", "day", "list", "map"]


@dataclass(frozen=True)
class Table:
    """One kind of record. `key`: the fields that tell two records apart; `fields`: all fields it usually has.

    A new kind or field also needs its view, by a migration, and its heading in HEADINGS: tests compare.
    """

    name: str
    ja: str
    key: tuple[str, ...]
    fields: dict[str, Kind]


TABLES = {
    table.name: table
    for table in (
        Table(
            "zones",
            "地区",
            ("zone_id",),
            {
                "zone_id": "text",
                "municipality_id": "text",
                "place_id": "text",
                "name": "text",
                "first_year": "whole",  # fiscal year in which the id was given
                "supersedes": "list",
                "superseded_by": "list",  # zone ids, by merges and splits
                "superseded_in": "whole",
                "reason": "text",
            },
        ),
        Table(
            "rankings",
            "確定した順位",
            ("year", "version"),
            {
                "year": "whole",
                "version": "whole",
                "note": "text",
                "weights": "map",
                "gates": "map",
                "result_sha256": "text",
                "row_count": "whole",
                "columns": "list",  # [name, dtype] of the frozen frame, its index first
            },
        ),
        Table(
            "ranking_rows",
            "確定した順位の行",
            ("year", "version", "zone_id"),
            {"year": "whole", "version": "whole", "zone_id": "text", "position": "whole"},
        ),
        Table(
            "municipal_orders",
            "市町の順位",
            ("year", "zone_id"),
            {"year": "whole", "zone_id": "text", "municipal_rank": "whole", "reason": "text"},
        ),
        Table(
            "notes",
            "メモ",
            ("note_id",),
            {
                "note_id": "text",
                "zone_id": "text",
                "year": "whole",
                "text": "text",
                "withdrawn": "truth",  # taken back by its writer; kept all the same
            },
        ),
        Table(
            "campaigns",
            "年度の照会・要望",
            ("year",),
            {
                "year": "whole",
                "name": "text",
                "survey_deadline": "day",
                "reply_deadline": "day",
                "municipalities": "list",
                "carriers": "list",
            },
        ),
        Table(
            "letters",
            "要望書",
            ("letter_id",),
            {
                "letter_id": "text",
                "year": "whole",
                "carrier": "text",
                "version": "whole",
                "state": "text",  # draft, ready, sent, as on the letters' shelf
                "sent_on": "day",
                "zones": "list",
                "folder": "text",
                "content_sha256": "text",
                "files": "map",  # {name: SHA-256}
            },
        ),
        Table(
            "survey_answers",
            "市町の照会回答",
            ("year", "municipality_id", "zone_id"),
            {"year": "whole", "municipality_id": "text", "zone_id": "text", "name": "text"},
        ),
        Table(
            "replies",
            "事業者の回答",
            ("year", "zone_id", "carrier"),
            {
                "year": "whole",
                "zone_id": "text",
                "carrier": "text",
                "answer": "text",  # replies.codes.ANSWERS
                "planned": "text",
                "methods": "list",
                "subsidy": "text",
                "reasons": "list",  # replies.codes.REASONS
                "cooperation": "text",
                "own_view": "text",
                "remarks": "text",
                "publication": "text",
                "answered_on": "day",
                "person": "text",
                "form_version": "text",
            },
        ),
        Table(
            "reply_doubts",
            "要確認の回答",
            ("doubt_id",),
            {
                "doubt_id": "text",
                "year": "whole",
                "zone_id": "text",
                "carrier": "text",
                "doubts": "list",  # replies.codes.REVIEW_REASONS
                "written": "map",  # {heading: what stood in the row}
                "suggestion": "map",  # fields of replies, as far as they were understood
                "place": "text",  # sheet and row
                "state": "text",  # open, settled, set_aside
                "settled_as": "map",
                "reason": "text",
            },
        ),
        Table(
            "evidence",
            "現地の記録",
            ("evidence_id",),
            {
                "evidence_id": "text",
                "year": "whole",
                "zone_id": "text",
                "carrier": "text",
                "generation": "text",
                "kind": "text",
                "measured_on": "day",
                "source": "text",
                "longitude": "number",
                "latitude": "number",  # degrees, JGD2011
                "remarks": "text",
            },
        ),
        Table(
            "verdicts",
            "確認の判断",
            ("year", "zone_id", "carrier"),
            {
                "year": "whole",
                "zone_id": "text",
                "carrier": "text",
                "state": "text",  # one of STATES
                "reason": "text",
                "evidence_ids": "list",
            },
        ),
    )
}
# where a zone stands with a carrier; a reply A1 (built) or D1 (thought to be inside) resolves nothing by itself
STATES = ("new", "requested", "answered", "reported_built", "confirmed", "resolved", "asked_again")
# What the fields of the registry are called where people read them.

HEADINGS = {
    "people": "人口",
    "households": "世帯",
    "land": "用地",
    "power": "電源",
    "fibre": "光回線",
    "consent": "地元同意",
    "confirmed": "確認",
    "held": "要確認の値",
    "more": "様式にない列",
    "office": "回答課",
    "phone": "電話",
    "where": "およその場所",
    "oaza": "大字・町名",
    "given_id": "付けた地区ID",
    "_change": "変更番号",
    "_key": "キー",
    "_revision": "版（何回目の保存か）",
    "_more": "セルに入らない値（JSON）",
    "number": "番号",
    "at": "日時（協定世界時）",
    "who": "保存した人",
    "subject": "種類",
    "note": "メモ",
    "file_name": "元のファイル",
    "file_sha256": "元のファイルのハッシュ",
    "zone_id": "地区ID",
    "municipality_id": "市町コード",
    "place_id": "地点の鍵",
    "name": "名前",
    "first_year": "最初の年度",
    "supersedes": "引き継いだ地区",
    "superseded_by": "引き継ぎ先の地区",
    "superseded_in": "統合・分割の年度",
    "reason": "理由",
    "year": "年度",
    "version": "版",
    "weights": "重み",
    "gates": "条件",
    "result_sha256": "結果のハッシュ",
    "row_count": "行数",
    "columns": "列",
    "position": "並び",
    "municipal_rank": "市町の順位",
    "note_id": "メモの番号",
    "text": "本文",
    "withdrawn": "取り消し",
    "survey_deadline": "照会の期限",
    "reply_deadline": "回答の期限",
    "municipalities": "市町",
    "carriers": "事業者",
    "letter_id": "文書ID",
    "carrier": "事業者",
    "state": "状態",
    "sent_on": "送付日",
    "zones": "地区",
    "folder": "フォルダ",
    "content_sha256": "中身のハッシュ",
    "files": "ファイル",
    "answer": "回答区分",
    "planned": "予定時期",
    "methods": "方式",
    "subsidy": "補助活用",
    "reasons": "困難の理由",
    "cooperation": "協力依頼",
    "own_view": "貴社のエリア認識",
    "remarks": "備考",
    "publication": "公開可否",
    "answered_on": "回答日",
    "person": "担当",
    "form_version": "様式版",
    "evidence_id": "記録の番号",
    "extra": "様式にない列",
    "written": "書かれていたとおり",
    "doubt_id": "要確認の番号",
    "doubts": "確認すること",
    "suggestion": "読み取りの案",
    "place": "行",
    "settled_as": "決めた内容",
    "generation": "世代",
    "kind": "種類",
    "measured_on": "測定日",
    "source": "出所",
    "longitude": "経度",
    "latitude": "緯度",
    "evidence_ids": "根拠の番号",
    "rank": "順位",
    "score": "得点",
}
