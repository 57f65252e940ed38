"use strict";
// The map of the screen, in Streamlit's frame. Big things are files named by their content, fetched once; a rerun of
// the page sends only what changed hands: ids, layers, the selection. Nothing but a click makes the page run again.
function kengaiMap(map) {
  const TILES = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png", TILES_PAGE = "https://maps.gsi.go.jp/development/ichiran.html";
  const LEAST_FOCUS = 13, LONGEST_TRIES = 3, ROOM_FOR_LEGEND = 600, LEGEND_WIDTH = 250;
  const root = document.documentElement, area = document.getElementById("map-area"), trouble = document.getElementById("trouble");
  const legend = document.getElementById("legend"), body = document.getElementById("legend-body");
  const tell = (type, more) => window.parent.postMessage({ isStreamlitMessage: true, type, ...more }, "*");
  // Leaflet takes the focus when the mouse goes down; the page would scroll the map into view under the pointer
  const container = map.getContainer();
  container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
  L.DomEvent.disableClickPropagation(legend); L.DomEvent.disableScrollPropagation(legend);
  legend.querySelector("summary").addEventListener("click", () => sessionStorage.setItem("kengai-legend", legend.open ? "folded" : "open"));

  // ---- files ----
  const kept = new Map();
  const fetched = async (name, kind) => {
    for (let tried = 1; ; tried++) {
      // the name says the content, so whatever was kept under it is right
      const answer = await fetch(name, { cache: tried === 1 ? "force-cache" : "reload" });
      if (answer.ok) return kind === "json" ? answer.json() : inflated(answer);
      if (tried === LONGEST_TRIES) throw new Error(name + " " + answer.status);
    }
  };
  const inflated = async answer => new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  const file = (name, kind, change) => {
    if (!kept.has(name)) {
      const found = fetched(name, kind).then(change || (data => data));
      found.catch(() => kept.delete(name));
      kept.set(name, found);
    }
    return kept.get(name);
  };
  const bitmap = window => steps => {
    const width = Math.ceil(window.nx / 8);
    for (let k = width; k < steps.length; k++) steps[k] ^= steps[k - width];
    return steps;
  };

  // ---- what is on the map now ----
  let drawing = null, ground = null, now = {}, clicks = Date.now(), cross = null, tiles = null, opacity = 1;
  const rasters = new Map();  // what and its file -> layer: two carriers with the same area share a file, not a look
  const POPULATION_INKS = [[255, 255, 217], [199, 233, 180], [127, 205, 187], [65, 182, 196], [34, 94, 168]].map(rgb => rgb.concat(165));
  const NOBODY = 1, UNKNOWN_CLASS = 7;
  const populationPaint = (pixels, k, kind, x, y) => {
    if (kind === UNKNOWN_CLASS) drawing.unknownInk(pixels, k, x, y);
    else if (kind > NOBODY) drawing.ink(pixels, k, ...POPULATION_INKS[kind - 2]);
  };
  const lackPaint = (pixels, k, kind, x, y) => {
    if (kind !== UNKNOWN_CLASS) drawing.ink(pixels, k, 113, 60, 170, x % 6 < 2 ? 190 : 60);
    else if ((x - y + 8000000) % 8 < 1 && y % 2) drawing.ink(pixels, k, 113, 60, 170, 220);
  };
  const put = (at, extra) => {
    clicks += 1;
    tell("streamlit:setComponentValue", { dataType: "json", value: { zone: null, ...extra, lon: at.lng, lat: at.lat, count: clicks } });
  };
  const mark = at => {
    cross?.remove();
    cross = at && L.marker(at, { interactive: false, keyboard: false, icon: L.divIcon({ className: "cross", html: "＋", iconSize: [20, 20] }) }).addTo(map);
  };
  map.on("click", event => { const at = event.latlng.wrap(); mark(at); put(at); });

  const begin = groundData => {
    drawing?.remove();
    rasters.forEach(layer => layer.remove()); rasters.clear();
    tiles?.remove(); tiles = null; mark(null);
    ground = groundData;
    drawing = kengaiDrawing(map, ground);
    drawing.whenChosen((order, at) => { mark(null); drawing.choose(order); put(at.wrap(), { zone: drawing.items[order].zone.id }); });
    root.lang = ground.lang;
    const title = ground.words.screen_map_label;
    document.title = title;
    if (window.frameElement) window.frameElement.title = title;
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", title);
    const folded = sessionStorage.getItem("kengai-legend");
    legend.open = folded === null ? area.clientWidth >= ROOM_FOR_LEGEND : folded === "open";
    // the whole study stands beside the legend where both find room
    if (legend.open && area.clientWidth >= ROOM_FOR_LEGEND) drawing.margins.paddingTopLeft = [LEGEND_WIDTH, 8];
    legend.querySelector("summary").textContent = ground.words.legend_only;
  };
  const bit = (text, order) => text.charCodeAt(order >> 3) >> (7 - (order & 7)) & 1;
  const setVisible = visible => {
    const bits = visible === null ? null : atob(visible);
    drawing.items.forEach((item, order) => {
      const wanted = bits === null || bit(bits, order) === 1;
      if (wanted !== item.wanted) { item.wanted = wanted; wanted ? drawing.shapes.addLayer(item.shape) : drawing.shapes.removeLayer(item.shape); }
    });
  };
  const setKinds = (kinds, ranks) => drawing.items.forEach((item, order) => {
    const zone = item.zone;
    if (item.ownKind === undefined) { item.ownKind = zone.kind; item.ownRank = zone.rank; }
    const kind = kinds === null || kinds[order] === "-" ? item.ownKind : ground.kinds[kinds.charCodeAt(order) - 97];
    const rank = ranks === null ? item.ownRank : ranks[order];
    if (kind === zone.kind && rank === zone.rank) return;
    if (kind !== zone.kind) item.shape.setStyle({ kind });
    zone.kind = kind; zone.rank = rank;
    drawing.dropMarker(item);
  });
  const setTiles = on => {
    if (on === Boolean(tiles)) return;
    if (!on) { tiles.remove(); tiles = null; say(""); return; }
    const credit = drawing.make("a", ground.words.tiles_credit);
    credit.href = TILES_PAGE; credit.target = "_blank"; credit.rel = "noopener";
    tiles = L.tileLayer(TILES, { maxNativeZoom: 18, zIndex: 0, attribution: credit.outerHTML });
    // the land stays under the tiles: without internet nothing is lost
    tiles.on("tileload", () => say("")).on("tileerror", () => say(ground.words.tiles_missing));
    tiles.addTo(map);
  };
  const say = words => { trouble.textContent = words; trouble.hidden = !words; };
  const setRasters = async (coverage, cells) => {
    const wanted = new Map();
    [["population", populationPaint], ["no5g", lackPaint]].filter(([name]) => cells[name]).forEach(([name, paint], k) => wanted.set(cells[name], {
      z: 1 + k, url: cells[name], make: async () => [drawing.cellSource(await file(cells[name], "bytes")), paint],
    }));
    coverage.filter(layer => layer.url).forEach((layer, k) => wanted.set([layer.carrier, layer.generation, layer.url].join(" "), {
      z: 10 + k, tint: true, url: layer.url,
      make: async () => [drawing.maskSource(await file(layer.url, "bytes", bitmap(layer.window)), layer.window), drawing.coveragePaint(layer.carrier, layer.generation)],
    }));
    const needed = new Set([...wanted.values()].map(layer => layer.url));
    rasters.forEach((layer, name) => {
      if (wanted.has(name)) return;
      layer.remove(); rasters.delete(name);
      if (!needed.has(layer.url)) kept.delete(layer.url);
    });
    await Promise.all([...wanted].map(async ([name, layer]) => {
      if (rasters.has(name)) { rasters.get(name).setZIndex(layer.z); return; }
      const drawn = drawing.raster(...await layer.make());
      drawn.tint = layer.tint; drawn.url = layer.url;
      rasters.set(name, drawn);
      drawn.setZIndex(layer.z).addTo(map);
      if (layer.tint) drawn.setOpacity(opacity);
    }));
  };
  const setOn = (layer, on) => { if (on !== map.hasLayer(layer)) on ? layer.addTo(map) : layer.remove(); };

  // ---- the legend says what is on the map, each thing by shape, hatch or pattern ----
  const line = (icon, words) => drawing.add(drawing.make("li"), icon, drawing.make("span", words));
  const drawLegend = args => {
    const { make, add, W } = drawing, has = new Set(args.show);
    body.replaceChildren();
    if (ground.fictitious) body.appendChild(make("strong", ground.fictitious));
    const kinds = new Set(drawing.items.filter(item => item.wanted).map(item => item.zone.kind)), zones = make("ul");
    ground.kinds.filter(kind => kinds.has(kind)).forEach(kind => {
      const icon = drawing.sign(kind, null);
      icon.setAttribute("width", 18); icon.setAttribute("height", 18);
      zones.appendChild(line(icon, W[kind]));
    });
    if (kinds.size) add(body, make("h2", W.zones), zones);
    if (args.coverage.length) {
      const list = make("ul");
      args.coverage.forEach(layer => {
        const name = layer.carrier === "any" ? ground.any : ground.carriers.find(carrier => carrier.key === layer.carrier).name;
        const told = name + " " + layer.generation + (layer.url ? "" : "　" + W.not_published), date = ground.dates[layer.carrier + " " + layer.generation];
        const item = line(drawing.swatch(drawing.coveragePaint(layer.carrier, layer.generation), layer.url ? drawing.ALL : 0), told);
        if (date) item.lastChild.title = date;
        list.appendChild(item);
      });
      const label = make("label", null, "opacity"), slide = make("input");
      slide.type = "range"; slide.min = 10; slide.max = 100; slide.value = opacity * 100;
      slide.addEventListener("input", () => { opacity = slide.value / 100; rasters.forEach(layer => { if (layer.tint) layer.setOpacity(opacity); }); });
      add(body, make("h2", W.layers_on), list, add(label, make("span", W.opacity), slide), make("small", W.picture_note));
    }
    if (has.has("population") && args.cells.population) {
      const list = make("ul"), from = ground.people_from, last = from.length;
      list.appendChild(line(drawing.swatch(() => {}, NOBODY), W.nobody));
      for (let k = 0; k <= last; k++) {
        const words = k === 0 ? drawing.say("people_below", { n: from[0] }) : k === last ? drawing.say("people_from", { n: from[k - 1].toLocaleString() }) : drawing.say("people_between", { low: from[k - 1], high: from[k] });
        list.appendChild(line(drawing.swatch(populationPaint, k + 2), words));
      }
      list.appendChild(line(drawing.swatch(populationPaint, UNKNOWN_CLASS), W.people_unknown));
      add(body, make("h2", W.people_cells), list);
    }
    if (has.has("no5g") && args.cells.no5g) {
      add(body, make("h2", W.no5g_cells), add(make("ul"), line(drawing.swatch(lackPaint, 2), W.no5g_lacking), line(drawing.swatch(lackPaint, UNKNOWN_CLASS), W.no5g_unknown)));
    }
    if (has.has("facilities") && drawing.facilityKinds.length) {
      const list = make("ul");
      drawing.facilityKinds.forEach(category => list.appendChild(line(drawing.placeSign(category), W[category])));
      add(body, make("h2", W.shelters_layer), list);
    }
  };

  // ---- where the map looks: kept over a change of page, moved by a focus it has not followed yet ----
  const place = () => "kengai-view " + (now.place || "");
  // numbers of focuses begin anew with every visit, which is what the parent's start tells apart
  const visit = (() => { try { return window.parent.performance.timeOrigin; } catch { return 0; } })();
  let followed = null, settled = false;
  const keepView = () => {
    if (!settled) return;
    const at = map.getCenter();
    sessionStorage.setItem(place(), JSON.stringify({ ground: now.ground, lat: at.lat, lng: at.lng, zoom: map.getZoom(), followed, visit }));
  };
  const look = focus => {
    const order = focus.zone === null ? -1 : drawing.items.findIndex(item => item.zone.id === focus.zone), item = drawing.items[order];
    if (item) {
      const bounds = item.shape.getBounds();
      const zoom = bounds.isValid() ? Math.min(map.getBoundsZoom(bounds, false, L.point(120, 120)), LEAST_FOCUS) : LEAST_FOCUS;
      map.setView(bounds.isValid() ? bounds.getCenter() : drawing.at(item.zone), focus.zoom === null ? zoom : focus.zoom, { animate: false });
    } else if (focus.lon !== null) map.setView([focus.lat, focus.lon], focus.zoom === null ? Math.max(map.getZoom(), LEAST_FOCUS) : focus.zoom, { animate: false });
    else drawing.goHome();
  };
  const settle = (focus, fresh) => {
    if (!area.clientWidth || !area.clientHeight) { settled = false; return; }  // hidden: look when there is something to see
    if (fresh || !settled) {
      let before = null;
      try { before = JSON.parse(sessionStorage.getItem(place())); } catch { before = null; }
      if (before && before.ground === now.ground) { map.setView([before.lat, before.lng], before.zoom, { animate: false }); followed = before.visit === visit ? before.followed : null; }
      else { drawing.goHome(); followed = null; }
      settled = true;
    }
    if (focus && focus.sequence !== followed) { followed = focus.sequence; look(focus); }
    keepView();
  };
  map.on("moveend", keepView);
  new ResizeObserver(() => {
    if (!area.clientWidth || !area.clientHeight) return;
    map.invalidateSize({ pan: false });
    if (drawing && !settled) settle(now.focus, true);
  }).observe(area);

  // ---- a run of the page: apply what differs, one run after another ----
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const apply = async args => {
    Object.values(args.cells).forEach(url => file(url, "bytes"));
    args.coverage.forEach(layer => layer.url && file(layer.url, "bytes", bitmap(layer.window)));
    const before = now, [groundData, zones] = await Promise.all([file(args.ground, "json"), file(args.zones, "json")]);
    const fresh = before.ground !== args.ground, other = fresh || before.zones !== args.zones;
    now = args;
    if (fresh) { begin(groundData); settle(null, true); drawing.ground.addTo(map); }  // first the view: all is drawn once
    if (other) drawing.setZones(structuredClone(zones));
    if (other || before.visible !== args.visible) setVisible(args.visible);
    if (other || before.kinds !== args.kinds || !same(before.ranks, args.ranks)) setKinds(args.kinds, args.ranks);
    const shown = new Set(args.show);
    setOn(drawing.borders, shown.has("borders"));
    setOn(drawing.facilities, shown.has("facilities"));
    setTiles(shown.has("tiles"));
    settle(args.focus, false);
    drawing.choose(args.selected === null ? -1 : drawing.items.findIndex(item => item.zone.id === args.selected));
    if (args.selected !== null) mark(null);
    await setRasters(args.coverage, args.cells);
    drawLegend(args);
  };
  let queue = Promise.resolve(), waiting = null, runs = 0;
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => { root.dataset.drawn = String(++runs); }));
  window.addEventListener("message", event => {
    if (event.source !== window.parent || !event.data || event.data.type !== "streamlit:render") return;
    const args = event.data.args;
    if (area.style.height !== args.height + "px") {
      area.style.height = args.height + "px";
      tell("streamlit:setFrameHeight", { height: args.height });
    }
    waiting = args;
    queue = queue.then(async () => {
      if (waiting !== args) return;  // a later run has overtaken this one
      try { await apply(args); } catch (error) {
        say(ground ? ground.words.load_failed : "地図を読み込めませんでした。画面を開き直してください。 / The map could not be loaded; open the page again.");
        console.error(error);
        now = {};  // the next run begins anew
      }
      drawn();
    });
  });
  tell("streamlit:componentReady", { apiVersion: 1 });
}
