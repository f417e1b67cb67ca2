// Light or dark, before anything is drawn: what the user chose, or what the system prefers.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = () => {
    document.documentElement.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light");
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === (chosen() ?? "")));
    }
    document.dispatchEvent(new Event("themechange"));
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-theme]");
    if (!button) return;
    if (button.dataset.theme) localStorage.setItem("theme", button.dataset.theme);
    else localStorage.removeItem("theme");
    apply();
  });
  document.addEventListener("DOMContentLoaded", apply);
  dark.addEventListener("change", apply);
  apply();
}
