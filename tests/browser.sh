#!/usr/bin/env bash
# Chromium and Japanese fonts for the browser tests: installed where that is allowed, else said.
set -u
if command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'cjk'; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Chromium と日本語フォントを入れています（ブラウザーのテスト用） / installing Chromium for the browser tests"
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig) >/dev/null 2>&1 && exit 0
fi
echo "Chromium が無いため、ブラウザーのテストは省かれます / no Chromium: browser tests will be skipped"
exit 0
