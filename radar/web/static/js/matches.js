// The list and the map of ranked workplaces, kept in step.
import { RadarMap } from "./map.js";

const list = document.getElementById("results");
const element = document.getElementById("map");
const announcement = document.getElementById("announcement");
const query = document.getElementById("query");
const tools = document.getElementById("map-tools");
const map = new RadarMap(element);
/** The rank to go to once the page that holds it has come. */
let awaited = null;

const rowOf = (rank) => document.getElementById(`match-${rank}`);
const rankIn = (event) => Number(event.target.closest?.(".match")?.dataset.rank) || null;

function show() {
  const json = document.getElementById("map-data");
  const data = json ? JSON.parse(json.textContent) : null;
  map.show(data);
  tools.hidden = !data;
}

function activate(rank) {
  for (const row of list.querySelectorAll(".match.is-active")) row.classList.remove("is-active");
  if (rank) rowOf(rank)?.classList.add("is-active");
  map.activate(rank);
}

/** Bring the row of a dot into view; when it is on another page, get that page first. */
function goTo(rank) {
  const row = rowOf(rank);
  if (row) {
    activate(rank);
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("button").focus({ preventScroll: true });
    return;
  }
  awaited = rank;
  const address = new URL(location.href);
  address.searchParams.set("page", map.pageOf(rank));
  htmx.ajax("GET", address.pathname + address.search, { target: "#results", push: "true", indicators: [] });
}

for (const name of ["pointerover", "focusin"]) {
  list.addEventListener(name, (event) => { if (rankIn(event)) activate(rankIn(event)); });
}
list.addEventListener("pointerleave", () => activate(null));
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (button) map.centre(Number(button.dataset.show));
  const wider = event.target.closest("[data-radius]");
  if (wider) widen(event, wider.dataset);
});

const radiusField = document.querySelector("[name=radius]");
const minutesField = document.querySelector("[name=max_minutes]");

/** A wider question changes the form, which asks it. */
function widen(event, { radius, minutes }) {
  const choices = [[radiusField, radius], [minutesField, minutes]];
  if (!choices.every(([field, value]) => [...field.options].some((option) => option.value === value))) return;
  event.preventDefault();
  for (const [field, value] of choices) field.value = value;
  radiusField.dispatchEvent(new Event("change", { bubbles: true }));
}

// Whoever limits the minutes is not held to a radius too, unless it is chosen after that.
minutesField.addEventListener("change", () => {
  if (minutesField.value) radiusField.value = "";
  else if (!radiusField.value) radiusField.value = radiusField.dataset.usual;
});

element.addEventListener("radar:hover", (event) => activate(event.detail));
element.addEventListener("radar:select", (event) => goTo(event.detail));

/** The filters stand in the list, beside what they leave; their form is the question on top. */
const ask = () => query.dispatchEvent(new Event("change", { bubbles: true }));
list.addEventListener("change", (event) => { if (event.target.form === query) ask(); });

// An address without the fields that say nothing.
query.addEventListener("htmx:config:request", (event) => {
  const { body } = event.detail.ctx.request;
  for (const [name, value] of [...body]) if (value === "") body.delete(name);
});

/** What was open, and where the keyboard was, stays so when the list is drawn anew. */
let kept = { open: [], focus: "" };
document.addEventListener("htmx:before:swap", () => {
  kept = {
    open: [...list.querySelectorAll("details[data-keep][open]")].map(({ id }) => id),
    focus: list.contains(document.activeElement) ? document.activeElement.id : "",
    top: list.querySelector(".filter-many")?.scrollTop ?? 0,
  };
});
function restore() {
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  const many = list.querySelector(".filter-many");
  if (many) many.scrollTop = kept.top;
  if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
}

// Drawing an area on the map.
const [draw, done, stop, help] = ["draw", "draw-done", "draw-stop", "draw-help"].map((name) => tools.querySelector(`[data-${name}]`));
function drawing(on) {
  draw.hidden = on;
  for (const part of [done, stop, help]) part.hidden = !on;
  done.disabled = true;
}
draw.addEventListener("click", async () => {
  drawing(true);
  stop.focus();
  await map.startSketch((corners) => { done.disabled = corners < 3; });
});
async function endDrawing(use) {
  const corners = await map.stopSketch();
  drawing(false);
  draw.focus();
  if (!use || corners.length < 3) return;
  document.getElementById("id_area").value = corners.map((corner) => corner.join(",")).join(" ");
  ask();
}
done.addEventListener("click", () => endDrawing(true));
stop.addEventListener("click", () => endDrawing(false));
document.addEventListener("keydown", (event) => {
  if (stop.hidden) return;
  if (event.key === "Escape") endDrawing(false);
  else if (event.key === "Enter" && element.contains(event.target) && !done.disabled) endDrawing(true);
});

document.addEventListener("htmx:after:swap", () => {
  show();
  restore();
  const heading = list.querySelector("h1");
  announcement.textContent = heading?.textContent ?? "";
  if (awaited) {
    goTo(awaited);
    awaited = null;
  } else if (new URL(location.href).searchParams.has("page")) {
    list.querySelector("[data-announce]")?.focus({ preventScroll: true });
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
  }
});
show();
