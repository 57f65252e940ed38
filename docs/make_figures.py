"""docs/figures.md, made from the catalogue of figures (coverage/figures).

python docs/make_figures.py            # write docs/figures.md
python docs/make_figures.py --check    # say whether it is up to date
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coverage.figures import FIGURES, Figure

PAGE = Path(__file__).resolve().with_name("figures.md")
HEAD = """# 数の一覧

画面・要望書・表・JSON に出る数を、1つずつ、1つの名前で載せています。この一覧は `coverage/figures/` から `docs/make_figures.py` で作ります（手で直さないでください。`tests/test_figures.py` が確かめます）。

どの数も、意味・値・元の行とファイルを尋ねられます。

```
kengai explain 調査フォルダ                                  # 数のキーの一覧
kengai explain 調査フォルダ complete_population               # 意味、値、元の地区とファイル
kengai explain 調査フォルダ uncovered_population --zone 24201-001
kengai explain 調査フォルダ carrier_uncovered_population --carrier alpha
```

画面では「数の意味と元」を開くと同じものが出ます。要望書の数のキーは `letters.json` の `figure_keys` にあります。

## 「1社も届かない人」が874人・875人・883人と3つあるのはなぜですか

三重県の例（架空のエリア、4G）では、どの会社の電波も届かない人に3つの数があります。どれも正しく、数える範囲か数え方が違います。いまは名前で区別しています。

| 名前 | 例の値 | だれを数えるか | 数え方 | どこに出るか |
|---|---|---|---|---|
| 全社エリア外人口（地区の中） | 874人 | 地区の一覧にある地区に住む人だけ | 面積按分（メッシュのうちエリア外の面積の割合だけ人を数える） | 地図、優先順位、別紙2、年次報告 |
| 全社エリア外人口（調査区域全体） | 875人 | 県内のすべてのメッシュの人 | 同じ（面積按分） | 経年比較、推移 |
| 全社エリア外人口（公表の判定） | 883人 | 県内のすべてのメッシュの人 | 総務省方式（500mメッシュの陸地の半分以上がエリアなら、そのメッシュの全員をエリア内とする） | 集計（summary.json、ranking.xlsx の事業者別集計）、`kengai run` の結び |

- **874人と875人の差**は、地区の一覧に入らない区画（エリア外の割合がごく小さい区画）に住む、合わせて1人ほどです。地区の表を足すと874人、県全体では875人になります。
- **875人と883人の差**は、数え方です。面積按分ではメッシュの人を割合で分けますが、総務省方式では半分を境に全員を内か外かにします。国の公表値と比べるときは883人、地区の順位や要望では874人を使います。
- 議会などでは「総務省方式で883人、要望する地区の中では874人」のように、名前とともに答えてください。

## 人数の端数

人・世帯は紙と画面ではいつも整数です。合計は四捨五入し、合計と並べて出す行は、足すと合計になるように端数を配ります（端数の大きい行から切り上げ。どの行も元の値との差は1未満）。0人より多く0.5人未満のときは「1人未満」と書きます。JSON と CSV には元の値をそのまま残します。

## 不明の扱い

不明は0ではありません。合計に不明な分があるときは、分かっている分と、不明な地区（メッシュ）の数を並べます（「少なくとも1,234人（ほかに不明 3地区）」）。割合は、一部でも不明なら出しません。
"""
GROUPS = (
    ("study", "調査区域全体と市町村の数"),
    ("source", "人口のファイルの数"),
    ("zone", "地区の数"),
    ("letter", "要望書の数"),
    ("year", "年度の要望と回答の数"),
)


def page() -> str:
    """The whole of docs/figures.md."""
    parts = [HEAD]
    for of, title in GROUPS:
        figures = [figure for figure in FIGURES.values() if figure.of == of]
        rows = "\n".join(_row(figure) for figure in figures)
        parts.append(
            f"## {title}\n\n| キー | 名前（English） | 意味 | 単位 | 判定 | 不明のとき | 似ているが別の数 |\n|---|---|---|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def _row(figure: Figure) -> str:
    words, name, short = figure.words, figure.named(), figure.named(short=True)
    names = f"{name.ja}（{name.en}）" + (f"<br>見出しでは「{short.ja}」" if short != name else "")
    see = "<br>".join(f"`{key}`" for key in figure.see)
    rule = words["rule"].ja if figure.rule else "－"
    cells = (f"`{figure.key}`", names, figure.definition.ja, words["unit"].ja, rule, words["unknown"].ja, see or "－")
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == page() else f"{PAGE} is not up to date: python docs/make_figures.py")
    PAGE.write_text(page(), encoding="utf-8")
