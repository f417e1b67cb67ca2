// The trend chart: the table below it, drawn. Chart.js comes with its own script.

const { Chart } = globalThis;
const canvas = document.getElementById("trend");
const data = JSON.parse(document.getElementById("trend-data").textContent);
let chart = null;

/** The value of a token of theme.css in the theme at hand. */
function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color, fontFamily } = getComputedStyle(probe);
  probe.remove();
  return { color, fontFamily };
}

function draw() {
  chart?.destroy();
  const ink = token("ink-soft");
  const line = token("line").color;
  Chart.defaults.font.family = ink.fontFamily;
  Chart.defaults.font.size = 14;
  Chart.defaults.color = ink.color;
  const locale = document.documentElement.lang;
  chart = new Chart(canvas, {
    type: "line",
    data: {
      labels: data.labels,
      datasets: data.series.map(({ name, colour, values, dashed }) => ({
        label: name,
        data: values,
        borderColor: token(colour).color,
        backgroundColor: token(colour).color,
        borderDash: dashed ? [5, 4] : [],
        borderWidth: 2.5,
        pointRadius: 4,
        tension: 0,
      })),
    },
    options: {
      locale,
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, grid: { color: line }, ticks: { precision: 0 } },
      },
      plugins: { legend: { position: "bottom", labels: { usePointStyle: true, boxHeight: 8 } } },
    },
  });
}

document.addEventListener("themechange", draw);
document.fonts.ready.then(draw);
