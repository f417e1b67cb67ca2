// What every map looks like: where it starts, the bands of its colours, and the theme's own colours.

export const FLANDERS = [[2.5, 50.65], [5.95, 51.52]];
export const BANDS = [1, 2, 3, 4, 5];
/** Whether the reader wants nothing to move. */
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The colour that a token of theme.css has in the theme at hand. */
export function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
