// A map that needs no outside server: outlines from our own database, a campus, a reach and dots.

const EARTH = 6371008.8;

/** The colour that a token of theme.css has in the theme at hand. */
function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** A circle of so many metres around a point, as a polygon of 128 corners. */
function circle([longitude, latitude], metres) {
  const ring = [];
  const angle = metres / EARTH;
  const [lon, lat] = [longitude, latitude].map((degrees) => (degrees * Math.PI) / 180);
  for (let i = 0; i <= 128; i++) {
    const bearing = (i / 128) * 2 * Math.PI;
    const y = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
    const x = lon + Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat),
      Math.cos(angle) - Math.sin(lat) * Math.sin(y),
    );
    ring.push([(x * 180) / Math.PI, (y * 180) / Math.PI]);
  }
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: {} };
}

const collection = (features) => ({ type: "FeatureCollection", features });
const FLANDERS = [[2.5, 50.65], [5.95, 51.52]];

export class RadarMap {
  #element;
  #ready;
  #data = null;
  #active = null;

  constructor(element) {
    this.#element = element;
    this.#ready = this.#start();
  }

  async #start() {
    const library = await import(this.#element.dataset.library);
    library.setWorkerUrl(new URL(this.#element.dataset.worker, location.href).href);
    const map = new library.Map({
      container: this.#element,
      style: this.#style(),
      bounds: FLANDERS,
      fitBoundsOptions: { padding: 16 },
      attributionControl: { compact: true, customAttribution: this.#element.dataset.attribution },
      dragRotate: false,
      pitchWithRotate: false,
    });
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    map.on("mousemove", "dots", (event) => this.#tell("radar:hover", event.features[0].id));
    map.on("click", "dots", (event) => this.#tell("radar:select", event.features[0].id));
    map.on("mouseenter", "dots", () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", "dots", () => { map.getCanvas().style.cursor = ""; });
    await map.once("load");
    return map;
  }

  #tell(name, rank) {
    this.#element.dispatchEvent(new CustomEvent(name, { detail: rank }));
  }

  #style() {
    const kind = (name) => ["==", ["get", "kind"], name];
    const bands = ["match", ["get", "band"]];
    for (let band = 1; band <= 5; band++) bands.push(band, token(`band-${band}`));
    return {
      version: 8,
      sources: {
        outlines: { type: "geojson", data: new URL(this.#element.dataset.outlines, location.href).href },
        reach: { type: "geojson", data: collection([]) },
        campus: { type: "geojson", data: collection([]) },
        dots: { type: "geojson", data: collection([]) },
      },
      layers: [
        { id: "water", type: "background", paint: { "background-color": token("map-water") } },
        { id: "land", type: "fill", source: "outlines", filter: kind("province"), paint: { "fill-color": token("map-land") } },
        { id: "municipalities", type: "line", source: "outlines", filter: kind("municipality"), paint: { "line-color": token("map-line"), "line-width": 0.75 } },
        { id: "provinces", type: "line", source: "outlines", filter: kind("province"), paint: { "line-color": token("map-border"), "line-width": 1.25 } },
        { id: "reach", type: "fill", source: "reach", paint: { "fill-color": token("map-reach"), "fill-opacity": 0.06 } },
        { id: "reach-line", type: "line", source: "reach", paint: { "line-color": token("map-reach"), "line-width": 1.5, "line-dasharray": [3, 2] } },
        {
          id: "dots", type: "circle", source: "dots",
          layout: { "circle-sort-key": ["-", ["get", "rank"]] },
          paint: {
            "circle-color": [...bands, token("band-1")],
            "circle-radius": ["case", ["boolean", ["feature-state", "active"], false], 11, 6],
            "circle-stroke-color": token("map-dot-line"),
            "circle-stroke-width": ["case", ["boolean", ["feature-state", "active"], false], 3, 1],
          },
        },
        { id: "campus", type: "circle", source: "campus", paint: { "circle-color": token("accent"), "circle-radius": 8, "circle-stroke-color": token("surface"), "circle-stroke-width": 3 } },
      ],
    };
  }

  async show(data) {
    this.#data = data;
    const map = await this.#ready;
    if (this.#data !== data) return;
    const dots = (data?.dots ?? []).map(([longitude, latitude, rank, band]) => ({
      type: "Feature", id: rank, geometry: { type: "Point", coordinates: [longitude, latitude] }, properties: { rank, band },
    }));
    const reach = data?.campus ? circle(data.campus, data.radius) : null;
    map.getSource("dots").setData(collection(dots));
    map.getSource("reach").setData(collection(reach ? [reach] : []));
    map.getSource("campus").setData(collection(
      data?.campus ? [{ type: "Feature", geometry: { type: "Point", coordinates: data.campus }, properties: {} }] : [],
    ));
    if (reach) {
      const ring = reach.geometry.coordinates[0];
      const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
      map.fitBounds([[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]], { padding: 24, animate: false });
    }
  }

  async activate(rank) {
    const map = await this.#ready;
    if (this.#active === rank) return;
    if (this.#active !== null) map.setFeatureState({ source: "dots", id: this.#active }, { active: false });
    this.#active = rank;
    if (rank !== null) map.setFeatureState({ source: "dots", id: rank }, { active: true });
  }
}
