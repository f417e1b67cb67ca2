// Dragging a company to another place on a shortlist; the buttons do the same without a mouse.

const list = document.querySelector("[data-shortlist]");
const entries = () => [...list.querySelectorAll("[data-entry]")];
let dragged = null;

// The handle is the numbered column: texts in the rest can still be selected.
for (const handle of list?.querySelectorAll(".entry-order") ?? []) {
  const entry = handle.closest("[data-entry]");
  handle.addEventListener("pointerdown", (event) => {
    entry.draggable = !event.target.closest("button") || event.pointerType === "mouse";
  });
}
list?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-entry]");
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
});
list?.addEventListener("dragover", (event) => {
  const over = event.target.closest("[data-entry]");
  if (!dragged || !over) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
});
list?.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  if (!dragged) return;
  const form = dragged.querySelector("[data-place]");
  const position = document.createElement("input");
  position.type = "hidden";
  position.name = "position";
  position.value = String(entries().indexOf(dragged) + 1);
  form.append(position);
  form.submit();
});

// After a move, the keyboard stays with what was moved.
const moved = location.hash ? document.querySelector(location.hash) : null;
moved?.focus();
