// The map beside the consultant's lists: a line points out its dot, a dot its line.
import { RadarMap } from "./map.js";

const element = document.getElementById("map");
const map = new RadarMap(element);

function activate(rank) {
  for (const line of document.querySelectorAll("[data-rank].is-active")) line.classList.remove("is-active");
  document.querySelector(`[data-rank="${rank}"]`)?.classList.add("is-active");
  map.activate(rank);
}

const rankOf = (event) => Number(event.target.closest?.("[data-rank]")?.dataset.rank) || null;
for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, (event) => { if (rankOf(event)) activate(rankOf(event)); });
}
element.addEventListener("radar:hover", (event) => activate(event.detail));
map.show(JSON.parse(document.getElementById("map-data").textContent));
