// What every page with fragments needs: what to do when a fragment does not come.
{
  const problem = () => document.getElementById("problem");

  // Somebody whose login has ended gets the login page as a page; it leads back to what was asked.
  document.addEventListener("htmx:before:response", (event) => {
    const response = event.detail.ctx.response.raw;
    if (!response.redirected) return;
    event.preventDefault();
    location.assign(response.url);
  });
  document.addEventListener("htmx:before:request", () => { problem().hidden = true; });
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, (event) => {
      const status = event.detail.ctx?.response?.status ?? 0;
      if (status < 400 || status >= 500) problem().hidden = false;
    });
  }
}
