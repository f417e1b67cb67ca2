// One box that ticks all boxes of its table.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  const boxes = [...all.closest("table").querySelectorAll("tbody input[type='checkbox']")];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
