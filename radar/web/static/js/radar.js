// The map beside a list or a table, kept in step with what the page shows: the radar, a consultant's lists.
import { RadarMap } from "./map.js";

const element = document.getElementById("map");
const map = new RadarMap(element);

function show() {
  const json = document.getElementById("map-data");
  map.show(json ? JSON.parse(json.textContent) : null);
}

/** Point out on the map the workplace of the row at hand, and the other way round. */
function activate(rank) {
  for (const row of document.querySelectorAll("[data-rank].is-active")) row.classList.remove("is-active");
  document.querySelector(`[data-rank="${rank}"]`)?.classList.add("is-active");
  map.activate(rank);
}

const rankOf = (event) => Number(event.target.closest?.("[data-rank]")?.dataset.rank) || null;
for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, (event) => { if (rankOf(event)) activate(rankOf(event)); });
}
element.addEventListener("radar:hover", (event) => activate(event.detail));
document.addEventListener("htmx:after:swap", show);
show();
