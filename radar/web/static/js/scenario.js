// The map of a scenario beside its table: a line points out its dot, a dot its line.
import { RadarMap } from "./map.js";

const element = document.getElementById("map");
const rows = [...document.querySelectorAll("tr[data-rank]")];
const map = new RadarMap(element);

function activate(rank) {
  for (const row of rows) row.classList.toggle("is-active", Number(row.dataset.rank) === rank);
  map.activate(rank);
}

for (const row of rows) {
  row.addEventListener("pointerenter", () => activate(Number(row.dataset.rank)));
  row.addEventListener("pointerleave", () => activate(null));
}
element.addEventListener("radar:hover", (event) => activate(event.detail));
element.addEventListener("radar:select", ({ detail: rank }) => {
  const row = rows.find((row) => Number(row.dataset.rank) === rank);
  if (row) return row.scrollIntoView({ block: "center" });
  // A dot of another page leads there.
  const url = new URL(location.href);
  url.searchParams.set("page", map.pageOf(rank));
  location.assign(url);
});
map.show(JSON.parse(document.getElementById("map-data").textContent));
