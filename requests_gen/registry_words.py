"""What the fields of the registry are called where people read them."""

from __future__ import annotations

HEADINGS = {
    "people": "人口", "households": "世帯", "land": "用地", "power": "電源", "fibre": "光回線", "consent": "地元同意",
    "confirmed": "確認", "held": "要確認の値", "more": "様式にない列", "office": "回答課", "phone": "電話",
    "where": "およその場所", "oaza": "大字・町名", "given_id": "付けた地区ID",
    "_change": "変更番号", "_key": "キー", "_revision": "版（何回目の保存か）", "_more": "セルに入らない値（JSON）",
    "number": "番号", "at": "日時（協定世界時）", "who": "保存した人", "subject": "種類", "note": "メモ",
    "file_name": "元のファイル", "file_sha256": "元のファイルのハッシュ", "zone_id": "地区ID",
    "municipality_id": "市町コード", "place_id": "地点の鍵", "name": "名前", "first_year": "最初の年度",
    "supersedes": "引き継いだ地区", "superseded_by": "引き継ぎ先の地区", "superseded_in": "統合・分割の年度",
    "reason": "理由", "year": "年度", "version": "版", "weights": "重み", "gates": "条件",
    "result_sha256": "結果のハッシュ", "row_count": "行数", "columns": "列", "position": "並び",
    "municipal_rank": "市町の順位", "note_id": "メモの番号", "text": "本文", "withdrawn": "取り消し",
    "survey_deadline": "照会の期限", "reply_deadline": "回答の期限", "municipalities": "市町", "carriers": "事業者",
    "letter_id": "文書ID", "carrier": "事業者", "state": "状態", "sent_on": "送付日", "zones": "地区",
    "folder": "フォルダ", "content_sha256": "中身のハッシュ", "files": "ファイル", "answer": "回答区分",
    "planned": "予定時期", "methods": "方式", "subsidy": "補助活用", "reasons": "困難の理由",
    "cooperation": "協力依頼", "own_view": "貴社のエリア認識", "remarks": "備考", "publication": "公開可否",
    "answered_on": "回答日", "person": "担当", "form_version": "様式版", "evidence_id": "記録の番号",
    "extra": "様式にない列", "written": "書かれていたとおり", "doubt_id": "要確認の番号", "doubts": "確認すること",
    "suggestion": "読み取りの案", "place": "行", "settled_as": "決めた内容",
    "generation": "世代", "kind": "種類", "measured_on": "測定日", "source": "出所", "longitude": "経度",
    "latitude": "緯度", "evidence_ids": "根拠の番号", "rank": "順位", "score": "得点",
}  # fmt: skip
