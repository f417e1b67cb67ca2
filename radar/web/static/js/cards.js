// On a phone a line of a list is a card (css/site.css): each cell then tells what stands over it.
{
  const tell = () => {
    for (const table of document.querySelectorAll(".as-cards")) {
      const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
      for (const { cells } of [...table.tBodies].flatMap((body) => [...body.rows])) {
        if (cells.length !== heads.length) continue;
        for (const cell of cells) {
          const head = heads[cell.cellIndex];
          if (head && cell.tagName === "TD") cell.dataset.head = head;
        }
      }
    }
  };
  document.addEventListener("DOMContentLoaded", tell);
  document.addEventListener("htmx:after:swap", tell);
}
