// A map that needs no outside server: outlines from our own database, a campus, a reach and dots.
import { BANDS, FLANDERS, calm, token } from "./map_look.js";

const EARTH = 6371008.8;
// MapLibre puts the name in a CSS font as it is, so a name with a digit brings its own quotes.
const FONT = ["'Source Sans 3 Variable'"];
/** The sources of dots, and the layers of the same name: in a layer below, those of other pages. */
const DOTS = ["others", "dots"];
/** As placement/areas.py has it. */
const MAX_CORNERS = 100;

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

/** The corners of a polygon or of several. */
const corners = ({ type, coordinates }) => coordinates.flat(type === "MultiPolygon" ? 2 : 1);

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
  /** The corners of the area that is being drawn; null when none is. */
  #sketch = null;
  #addCorner = null;

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
    for (const layer of DOTS) {
      map.on("mousemove", layer, (event) => this.#tell("radar:hover", event.features[0].properties.rank));
      map.on("mouseleave", layer, () => this.#tell("radar:hover", null));
      map.on("click", layer, (event) => { if (!this.#sketch) this.#tell("radar:select", event.features[0].properties.rank); });
    }
    map.on("click", "clusters", (event) => { if (!this.#sketch) this.#open(map, event.features[0]); });
    for (const layer of [...DOTS, "clusters"]) {
      map.on("mouseenter", layer, () => { if (!this.#sketch) map.getCanvas().style.cursor = "pointer"; });
      map.on("mouseleave", layer, () => { if (!this.#sketch) map.getCanvas().style.cursor = ""; });
    }
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

  /** Zoom in to where a cluster falls apart. */
  async #open(map, cluster) {
    const zoom = await map.getSource("others").getClusterExpansionZoom(cluster.properties.cluster_id);
    map.easeTo({ center: cluster.geometry.coordinates, zoom, animate: !calm.matches });
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
        area: empty,
        // The dots of the page each by themselves; the others together where they are close.
        others: { ...empty, cluster: true, clusterRadius: 34, clusterMaxZoom: 12, clusterMinPoints: 4, promoteId: "rank" },
        dots: { ...empty, promoteId: "rank" },
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
        { id: "area", type: "fill", source: "area", filter: ["==", ["geometry-type"], "Polygon"],
          paint: { "fill-color": token("accent"), "fill-opacity": 0.1 } },
        { id: "area-line", type: "line", source: "area", filter: ["!=", ["geometry-type"], "Point"],
          paint: { "line-color": token("accent"), "line-width": 2.5 } },
        { id: "clusters", type: "circle", source: "others", filter: ["has", "point_count"],
          paint: {
            "circle-color": token("surface"), "circle-radius": ["step", ["get", "point_count"], 11, 20, 14, 100, 18],
            "circle-stroke-color": token("line-strong"), "circle-stroke-width": 2,
          } },
        { id: "cluster-counts", type: "symbol", source: "others", filter: ["has", "point_count"],
          layout: {
            "text-field": ["to-string", ["get", "point_count"]], "text-font": FONT, "text-size": 12,
            "text-allow-overlap": true, "text-ignore-placement": true,
          },
          paint: { "text-color": token("ink") } },
        ...DOTS.map((source) => ({ id: source, type: "circle", source, filter: ["!", ["has", "point_count"]],
          layout: { "circle-sort-key": ["-", ["get", "rank"]] },
          paint: {
            "circle-color": bands((n) => token(`band-${n}`)),
            "circle-radius": when(active, 14, when(onPage, 10, 5)),
            "circle-stroke-color": when(active, token("accent"), token("map-dot-line")),
            "circle-stroke-width": when(active, 3, 1),
          } })),
        { id: "ranks", type: "symbol", source: "dots",
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
        { id: "corners", type: "circle", source: "area", filter: ["==", ["geometry-type"], "Point"],
          paint: {
            "circle-color": token("surface"), "circle-radius": 6,
            "circle-stroke-color": token("accent"), "circle-stroke-width": 2.5,
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
    delete this.#element.dataset.settled;
    const map = await this.#ready;
    if (this.#data !== data) return;
    map.once("idle", () => { this.#element.dataset.settled = ""; });
    this.#draw(map);
    if (data?.campus) this.#fit(map, data.shape ? corners(data.shape) : ring(data.campus, data.radius));
    else map.fitBounds(FLANDERS, { padding: 16, animate: false });
  }

  #draw(map) {
    const { campus, radius, shape, rings = [radius], rivals = [], dots = [] } = this.#data ?? {};
    this.#active = null;
    this.#popup.remove();
    for (const source of DOTS) {
      map.getSource(source).setData(collection(dots.filter((dot) => this.#sourceOf(dot) === source)
        .map(([longitude, latitude, rank, band]) =>
          feature("Point", [longitude, latitude], { rank, band, onPage: source === "dots" }))));
    }
    this.#drawArea(map);
    map.getSource("campus").setData(collection(campus ? [feature("Point", campus)] : []));
    const circles = campus ? rings.map((metres) => feature("Polygon", [ring(campus, metres)])) : [];
    map.getSource("reach").setData(collection(shape ? [feature(shape.type, shape.coordinates)] : circles));
    map.getSource("rivals").setData(collection(rivals.map(([longitude, latitude, name]) =>
      feature("Point", [longitude, latitude], { name }))));
  }

  #fit(map, points) {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const box = [[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]];
    map.fitBounds(box, { padding: { top: 16, right: 16, bottom: 48, left: 16 }, animate: false });
  }

  #dot(rank) {
    return this.#data?.dots[rank - 1];
  }

  /** Which page of the list a dot is on. */
  pageOf(rank) {
    return Math.ceil((this.#dot(rank)[5] ?? rank) / this.#data.perPage);
  }

  #sourceOf([, , rank]) {
    return this.pageOf(rank) === this.#data.page ? "dots" : "others";
  }

  /** The area of the data, or the corners of the one that is being drawn. */
  #drawArea(map) {
    const corners = this.#sketch ?? [];
    const area = this.#sketch ? [] : this.#data?.area ?? [];
    map.getSource("area").setData(collection([
      ...(area.length ? [feature("Polygon", [[...area, area[0]]])] : []),
      ...(corners.length > 1 ? [feature("LineString", corners.length > 2 ? [...corners, corners[0]] : corners)] : []),
      ...corners.map((corner) => feature("Point", corner)),
    ]));
  }

  /** Let somebody click the corners of an area; `changed` hears how many there are. */
  async startSketch(changed) {
    const map = await this.#ready;
    this.#sketch = [];
    this.#drawArea(map);
    map.getCanvas().style.cursor = "crosshair";
    map.doubleClickZoom.disable();
    this.#addCorner = ({ lngLat }) => {
      if (this.#sketch.length >= MAX_CORNERS) return;
      this.#sketch.push([lngLat.lng, lngLat.lat].map((degrees) => Number(degrees.toFixed(5))));
      this.#drawArea(map);
      changed(this.#sketch.length);
    };
    map.on("click", this.#addCorner);
  }

  /** End the drawing; the corners that were clicked. */
  async stopSketch() {
    const map = await this.#ready;
    const corners = this.#sketch ?? [];
    this.#sketch = null;
    map.off("click", this.#addCorner);
    map.doubleClickZoom.enable();
    map.getCanvas().style.cursor = "";
    this.#drawArea(map);
    return corners;
  }

  /** Point out the dot of a rank; null points out none. */
  async activate(rank) {
    const map = await this.#ready;
    if (this.#active === rank) return;
    if (this.#active !== null) map.removeFeatureState({ source: this.#sourceOf(this.#dot(this.#active)), id: this.#active });
    this.#active = rank;
    const dot = rank && this.#dot(rank);
    if (!dot) {
      this.#active = null;
      this.#popup.remove();
      return;
    }
    map.setFeatureState({ source: this.#sourceOf(dot), id: rank }, { active: true });
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
