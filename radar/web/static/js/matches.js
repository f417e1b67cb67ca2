// The list and the map of ranked workplaces, kept in step.
import { RadarMap } from "./map.js";

const list = document.getElementById("results");
const element = document.getElementById("map");
const announcement = document.getElementById("announcement");
const map = new RadarMap(element);
let data = null;
/** The rank to go to once the page that holds it has come. */
let awaited = null;

const rowOf = (rank) => document.getElementById(`match-${rank}`);
const rankIn = (event) => Number(event.target.closest?.(".match")?.dataset.rank) || null;

function show() {
  const json = document.getElementById("map-data");
  data = json ? JSON.parse(json.textContent) : null;
  map.show(data);
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
  address.searchParams.set("page", Math.ceil(rank / data.perPage));
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
  if (wider) widen(event, wider.dataset.radius);
});

/** A wider radius changes the form, which asks the question. */
function widen(event, radius) {
  const field = document.querySelector("[name=radius]");
  if (![...field.options].some((option) => option.value === radius)) return;
  event.preventDefault();
  field.value = radius;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

element.addEventListener("radar:hover", (event) => activate(event.detail));
element.addEventListener("radar:select", (event) => goTo(event.detail));

document.addEventListener("htmx:after:swap", () => {
  show();
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
