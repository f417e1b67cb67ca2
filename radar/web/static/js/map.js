// A map that needs no outside server: outlines from our own database, a campus, a reach and dots.

const EARTH = 6371008.8;
const FLANDERS = [[2.5, 50.65], [5.95, 51.52]];
// MapLibre puts the name in a CSS font as it is, so a name with a digit brings its own quotes.
const FONT = ["'Source Sans 3 Variable'"];
const BANDS = [1, 2, 3, 4, 5];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The colour that a token of theme.css has in the theme at hand. */
function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** The corners of a circle of so many metres around a point. */
function ring([longitude, latitude], metres) {
  const angle = metres / EARTH;
  const [lon, lat] = [longitude, latitude].map((degrees) => (degrees * Math.PI) / 180);
  return Array.from({ length: 129 }, (_, i) => {
    const bearing = (i / 128) * 2 * Math.PI;
    const y = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
    const x = lon + Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat),
      Math.cos(angle) - Math.sin(lat) * Math.sin(y),
    );
    return [(x * 180) / Math.PI, (y * 180) / Math.PI];
  });
}

const feature = (type, coordinates, properties = {}, id = undefined) =>
  ({ type: "Feature", id, geometry: { type, coordinates }, properties });
const collection = (features) => ({ type: "FeatureCollection", features });
const kind = (name) => ["==", ["get", "kind"], name];
const when = (condition, yes, no) => ["case", condition, yes, no];
const active = ["boolean", ["feature-state", "active"], false];
const onPage = ["boolean", ["get", "onPage"], false];

export class RadarMap {
  #element;
  #library;
  #ready;
  #popup;
  #data = null;
  #active = null;

  constructor(element) {
    this.#element = element;
    this.#ready = this.#start();
    this.#ready.catch((error) => this.#fail(error));
    document.addEventListener("themechange", () => this.#restyle());
  }

  async #start() {
    const { dataset } = this.#element;
    this.#library = await import(dataset.library);
    this.#library.setWorkerUrl(new URL(dataset.worker, location.href).href);
    await document.fonts.load(`16px ${FONT[0]}`);
    const map = new this.#library.Map({
      container: this.#element,
      style: this.#style(),
      bounds: FLANDERS,
      fitBoundsOptions: { padding: 16 },
      maxBounds: [[0.5, 49.4], [8, 52.6]],
      attributionControl: dataset.attribution ? { customAttribution: dataset.attribution } : false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: calm.matches ? 0 : 200,
      locale: {
        "Map.Title": dataset.title,
        "NavigationControl.ZoomIn": dataset.zoomIn,
        "NavigationControl.ZoomOut": dataset.zoomOut,
        "AttributionControl.ToggleAttribution": dataset.toggleAttribution,
        "Popup.Close": dataset.close,
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute("aria-describedby", dataset.describedby);
    map.addControl(new this.#library.NavigationControl({ showCompass: false }), "top-right");
    this.#popup = new this.#library.Popup({ closeButton: false, closeOnClick: false, focusAfterOpen: false, offset: 14 });
    map.on("mousemove", "dots", (event) => this.#tell("radar:hover", event.features[0].id));
    map.on("mouseleave", "dots", () => this.#tell("radar:hover", null));
    map.on("click", "dots", (event) => this.#tell("radar:select", event.features[0].id));
    map.on("mouseenter", "dots", () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", "dots", () => { map.getCanvas().style.cursor = ""; });
    map.on("mouseenter", "rivals", (event) => {
      const [{ geometry, properties }] = event.features;
      this.#popup.setLngLat(geometry.coordinates).setText(properties.name).addTo(map);
    });
    map.on("mouseleave", "rivals", () => this.#popup.remove());
    await map.once("load");
    this.#element.dataset.drawn = "";
    return map;
  }

  /** Without WebGL there is no map; the list says the same. */
  #fail(error) {
    console.warn(error);
    const text = document.createElement("p");
    text.className = "map-failed";
    text.textContent = this.#element.dataset.failed;
    this.#element.replaceChildren(text);
  }

  #tell(name, rank) {
    this.#element.dispatchEvent(new CustomEvent(name, { detail: rank }));
  }

  async #restyle() {
    const map = await this.#ready;
    map.setStyle(this.#style(), { diff: true });
    this.#draw(map);
  }

  #style() {
    const { outlines, tiles } = this.#element.dataset;
    const bands = (colour) => ["match", ["get", "band"], ...BANDS.flatMap((n) => [n, colour(n)]), colour(1)];
    const empty = { type: "geojson", data: collection([]) };
    const background = tiles ? { tiles: { type: "raster", tiles: [tiles], tileSize: 256 } } : {};
    return {
      version: 8,
      sources: {
        ...background,
        outlines: { type: "geojson", data: new URL(outlines, location.href).href },
        reach: empty,
        campus: empty,
        rivals: empty,
        dots: empty,
      },
      layers: [
        { id: "water", type: "background", paint: { "background-color": token("map-water") } },
        ...(tiles ? [{ id: "tiles", type: "raster", source: "tiles" }] : []),
        { id: "land", type: "fill", source: "outlines", filter: kind("province"),
          paint: { "fill-color": token("map-land"), "fill-opacity": tiles ? 0 : 1 } },
        { id: "reach", type: "fill", source: "reach",
          paint: { "fill-color": token("map-reach"), "fill-opacity": 0.07 } },
        { id: "municipalities", type: "line", source: "outlines", filter: kind("municipality"),
          paint: { "line-color": token("map-line"), "line-width": 0.75 } },
        { id: "provinces", type: "line", source: "outlines", filter: kind("province"),
          paint: { "line-color": token("map-border"), "line-width": 1.25 } },
        { id: "reach-line", type: "line", source: "reach",
          paint: { "line-color": token("map-reach"), "line-width": 1.5, "line-dasharray": [3, 2] } },
        { id: "names", type: "symbol", source: "outlines", filter: kind("name"),
          layout: {
            "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-padding": 8,
            "symbol-sort-key": ["-", ["get", "size"]], "visibility": tiles ? "none" : "visible",
          },
          paint: { "text-color": token("map-label"), "text-halo-color": token("map-land"), "text-halo-width": 1.5 } },
        { id: "dots", type: "circle", source: "dots",
          layout: { "circle-sort-key": ["-", ["get", "rank"]] },
          paint: {
            "circle-color": bands((n) => token(`band-${n}`)),
            "circle-radius": when(active, 14, when(onPage, 10, 5)),
            "circle-stroke-color": when(active, token("accent"), token("map-dot-line")),
            "circle-stroke-width": when(active, 3, 1),
          } },
        { id: "ranks", type: "symbol", source: "dots", filter: ["==", ["get", "onPage"], true],
          layout: {
            "text-field": ["to-string", ["get", "rank"]], "text-font": FONT, "text-size": 12,
            "text-allow-overlap": true, "text-ignore-placement": true, "symbol-sort-key": ["-", ["get", "rank"]],
          },
          paint: { "text-color": bands((n) => token(n < 4 ? "on-band-light" : "on-band-dark")) } },
        { id: "rivals", type: "circle", source: "rivals",
          paint: {
            "circle-color": token("surface"), "circle-radius": 5,
            "circle-stroke-color": token("warn-ink"), "circle-stroke-width": 2.5,
          } },
        { id: "campus", type: "circle", source: "campus",
          paint: {
            "circle-color": token("accent"), "circle-radius": 7,
            "circle-stroke-color": token("surface"), "circle-stroke-width": 3,
          } },
        { id: "campus-ring", type: "circle", source: "campus",
          paint: {
            "circle-color": "transparent", "circle-radius": 11,
            "circle-stroke-color": token("accent"), "circle-stroke-width": 2,
          } },
      ],
    };
  }

  /** Show a ranking (see matching/presentation.py, MapData), or the whole region for null. */
  async show(data) {
    this.#data = data;
    const map = await this.#ready;
    if (this.#data !== data) return;
    this.#draw(map);
    if (data?.campus) this.#fit(map, ring(data.campus, data.radius));
    else map.fitBounds(FLANDERS, { padding: 16, animate: false });
  }

  #draw(map) {
    const { campus, radius, rings = [radius], rivals = [], dots = [], page, perPage } = this.#data ?? {};
    const isOnPage = (rank) => Math.ceil(rank / perPage) === page;
    this.#active = null;
    this.#popup.remove();
    map.getSource("dots").setData(collection(dots.map(([longitude, latitude, rank, band]) =>
      feature("Point", [longitude, latitude], { rank, band, onPage: isOnPage(rank) }, rank))));
    map.getSource("campus").setData(collection(campus ? [feature("Point", campus)] : []));
    map.getSource("reach").setData(collection(campus ? rings.map((metres) => feature("Polygon", [ring(campus, metres)])) : []));
    map.getSource("rivals").setData(collection(rivals.map(([longitude, latitude, name]) =>
      feature("Point", [longitude, latitude], { name }))));
  }

  #fit(map, corners) {
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const box = [[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]];
    map.fitBounds(box, { padding: { top: 16, right: 16, bottom: 48, left: 16 }, animate: false });
  }

  #dot(rank) {
    return this.#data?.dots[rank - 1];
  }

  /** Point out the dot of a rank; null points out none. */
  async activate(rank) {
    const map = await this.#ready;
    if (this.#active === rank) return;
    if (this.#active !== null) map.removeFeatureState({ source: "dots", id: this.#active });
    this.#active = rank;
    const dot = rank && this.#dot(rank);
    if (!dot) {
      this.#popup.remove();
      return;
    }
    map.setFeatureState({ source: "dots", id: rank }, { active: true });
    this.#popup.setLngLat([dot[0], dot[1]]).setText(`${rank}. ${dot[4]}`).addTo(map);
  }

  /** Bring the dot of a rank to the middle of the map. */
  async centre(rank) {
    const map = await this.#ready;
    const dot = this.#dot(rank);
    if (!dot) return;
    const zoom = Math.max(map.getZoom(), 11);
    map.easeTo({ center: [dot[0], dot[1]], zoom, animate: !calm.matches });
    this.activate(rank);
  }
}
