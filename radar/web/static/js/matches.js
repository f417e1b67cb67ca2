// The list and the map of ranked workplaces, kept in step.
import { RadarMap } from "./map.js";

const element = document.getElementById("map");
const map = new RadarMap(element);

function show() {
  const data = document.getElementById("map-data");
  map.show(data ? JSON.parse(data.textContent) : null);
}

function activate(rank) {
  for (const row of document.querySelectorAll(".match")) {
    row.classList.toggle("is-active", Number(row.dataset.rank) === rank);
  }
  map.activate(rank);
}

const results = document.getElementById("results");
results.addEventListener("pointerover", (event) => {
  const row = event.target.closest(".match");
  if (row) activate(Number(row.dataset.rank));
});
results.addEventListener("focusin", (event) => {
  const row = event.target.closest(".match");
  if (row) activate(Number(row.dataset.rank));
});
element.addEventListener("radar:hover", (event) => activate(event.detail));
document.addEventListener("htmx:after:swap", show);
show();
