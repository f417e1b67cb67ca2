// The map of a table of figures: provinces or municipalities shaded as the table says, and an area to
// draw where the table takes one. What it shows stands in the table below it too.
import { BANDS, FLANDERS, calm, token } from "./map_look.js";

const collection = (features) => ({ type: "FeatureCollection", features });
const kind = (name) => ["==", ["get", "kind"], name];

function read() {
  const json = document.getElementById("figures-data");
  return json ? JSON.parse(json.textContent) : null;
}

/** "3.7,51;3.9,51;..." as corners. */
const corners = (text) => text.split(";").filter(Boolean).map((pair) => pair.split(",").map(Number));

class FiguresMap {
  #element;
  #map = null;
  #data;
  #drawn;
  #drawing = false;

  constructor(element, data) {
    this.#element = element;
    this.#data = data;
    this.#drawn = corners(element.dataset.area);
    this.#start().catch((error) => this.#fail(error));
    this.#tools();
  }

  remove() {
    this.#map?.remove();
    this.#map = null;
  }

  async #start() {
    const { dataset } = this.#element;
    const library = await import(dataset.library);
    library.setWorkerUrl(new URL(dataset.worker, location.href).href);
    const map = new library.Map({
      container: this.#element,
      style: this.#style(),
      bounds: FLANDERS,
      fitBoundsOptions: { padding: 16 },
      maxBounds: [[0.5, 49.4], [8, 52.6]],
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      scrollZoom: false,
      fadeDuration: calm.matches ? 0 : 200,
      locale: {
        "Map.Title": dataset.title,
        "NavigationControl.ZoomIn": dataset.zoomIn,
        "NavigationControl.ZoomOut": dataset.zoomOut,
      },
    });
    this.#map = map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute("aria-describedby", dataset.describedby);
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    const popup = new library.Popup({ closeButton: false, closeOnClick: false, focusAfterOpen: false, offset: 8 });
    map.on("mousemove", "shades", (event) => {
      if (this.#drawing || this.#data.dots) return;
      const { code, name } = event.features[0].properties;
      const [, text] = this.#data.places[code] ?? [0, name];
      popup.setLngLat(event.lngLat).setText(text).addTo(map);
    });
    map.on("mouseleave", "shades", () => popup.remove());
    for (const layer of ["first", "second"]) {
      map.on("mousemove", layer, ({ lngLat, features }) => {
        popup.setLngLat(lngLat).setText(features[0].properties.text).addTo(map);
      });
      map.on("mouseleave", layer, () => popup.remove());
    }
    map.on("click", (event) => this.#corner(event.lngLat));
    await map.once("load");
    this.#showArea();
    this.#element.dataset.drawn = "";
  }

  #fail(error) {
    console.warn(error);
    const text = document.createElement("p");
    text.className = "map-failed";
    text.textContent = this.#element.dataset.failed;
    this.#element.replaceChildren(text);
  }

  /** The colours in the theme at hand; as data, for WebGL knows no tokens. */
  #style() {
    const { level, places } = this.#data;
    const bands = Object.fromEntries(BANDS.map((n) => [n, token(`band-${n}`)]));
    const land = token("map-land");
    const shaded = Object.entries(places).flatMap(([code, [band]]) =>
      band > 0 ? [code, bands[band]] : band < 0 ? [code, token("line")] : []);
    const empty = { type: "geojson", data: collection([]) };
    return {
      version: 8,
      sources: {
        outlines: { type: "geojson", data: new URL(this.#element.dataset.outlines, location.href).href },
        area: empty,
        corners: empty,
        dots: { type: "geojson", data: collection(this.#dots()) },
      },
      layers: [
        { id: "water", type: "background", paint: { "background-color": token("map-water") } },
        { id: "land", type: "fill", source: "outlines", filter: kind("province"), paint: { "fill-color": land } },
        { id: "shades", type: "fill", source: "outlines", filter: kind(level),
          paint: { "fill-color": shaded.length ? ["match", ["get", "code"], ...shaded, land] : land } },
        { id: "municipalities", type: "line", source: "outlines", filter: kind("municipality"),
          paint: { "line-color": token("map-border"), "line-width": level === "municipality" ? 0.6 : 0.2 } },
        { id: "provinces", type: "line", source: "outlines", filter: kind("province"),
          paint: { "line-color": token("map-dot-line"), "line-width": 1.25 } },
        ...["first", "second"].map((name) => ({
          id: name, type: "circle", source: "dots",
          paint: {
            "circle-radius": ["get", name],
            "circle-color": token(name === "first" ? "data-proximity" : "data-validity"),
            "circle-opacity": 0.75,
            "circle-stroke-color": token("surface"),
            "circle-stroke-width": ["case", [">", ["get", name], 0], 1, 0],
          },
        })),
        { id: "area", type: "fill", source: "area", paint: { "fill-color": token("map-reach"), "fill-opacity": 0.2 } },
        { id: "area-line", type: "line", source: "area", paint: { "line-color": token("map-reach"), "line-width": 2 } },
        { id: "corners", type: "circle", source: "corners",
          paint: { "circle-radius": 5, "circle-color": token("surface"), "circle-stroke-color": token("map-reach"), "circle-stroke-width": 2.5 } },
      ],
    };
  }

  /** A dot per municipality; its area is its value, so its radius the root of it. */
  #dots() {
    const { dots = [], most = [1, 1] } = this.#data;
    const size = (value, largest) => 18 * Math.sqrt(value / (largest || 1));
    return dots.map(([longitude, latitude, first, second, text]) => ({
      type: "Feature",
      properties: { first: size(first, most[0]), second: size(second, most[1]), text },
      geometry: { type: "Point", coordinates: [longitude, latitude] },
    }));
  }

  restyle() {
    this.#map?.setStyle(this.#style(), { diff: true });
    this.#map?.once("styledata", () => this.#showArea());
  }

  // An area ---------------------------------------------------------------------------------------

  #tool(name) {
    return document.querySelector(`[data-draw="${name}"]`);
  }

  #tools() {
    if (!this.#tool("start")) return;
    this.#tool("start").onclick = () => this.#draw([], true);
    this.#tool("done").onclick = () => this.#use(this.#drawn);
    this.#tool("clear").onclick = () => this.#use([]);
  }

  #draw(points, drawing) {
    this.#drawn = points;
    this.#drawing = drawing;
    this.#element.classList.toggle("is-drawing", drawing);
    this.#tool("help").hidden = !drawing;
    this.#tool("done").hidden = !(drawing && points.length > 2);
    this.#tool("clear").hidden = !points.length;
    this.#showArea();
  }

  #corner({ lng, lat }) {
    if (!this.#drawing) return;
    const spot = [lng, lat].map((degrees) => Math.round(degrees * 1e4) / 1e4);
    this.#draw([...this.#drawn, spot], true);
  }

  #showArea() {
    const points = this.#drawn;
    const shape = points.length > 2
      ? [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...points, points[0]]] } }]
      : [];
    this.#map?.getSource("area")?.setData(collection(shape));
    this.#map?.getSource("corners")?.setData(collection(points.map((coordinates) =>
      ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }))));
  }

  #use(points) {
    const field = document.querySelector("#question [name=area]");
    field.value = points.map((pair) => pair.join(",")).join(";");
    field.form.requestSubmit();
  }
}

let shown = null;

function show() {
  shown?.remove();
  const element = document.getElementById("figures-map");
  const data = read();
  shown = element && data ? new FiguresMap(element, data) : null;
}

document.addEventListener("themechange", () => shown?.restyle());
document.addEventListener("htmx:after:swap", show);
show();
