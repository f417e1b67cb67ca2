// A list to type in, made of a <select data-combobox> (the ARIA pattern "combobox with list
// autocomplete"). The select stays: it holds the value, and serves when no script runs. With
// data-search, an address that answers {items: [{value}]}, what nothing matches is asked there.

const simple = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
let counter = 0;

class Combobox {
  constructor(select) {
    this.select = select;
    this.id = `combobox-${++counter}`;
    this.options = [...select.options].filter((option) => option.value).map((option) => ({
      value: option.value,
      label: option.label,
      hint: option.dataset.hint ?? "",
      words: simple(`${option.label} ${option.dataset.hint ?? ""} ${option.dataset.words ?? ""}`),
    }));
    this.input = this.#input();
    this.list = this.#list();
    select.hidden = true;
    const wrapper = document.createElement("div");
    wrapper.className = "combobox";
    select.after(wrapper);
    wrapper.append(this.input, this.list);
    this.#reset();
    this.#listen();
  }

  #input() {
    const input = document.createElement("input");
    input.type = "text";
    input.id = `${this.id}-input`;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.placeholder = this.select.querySelector("option[value='']")?.label ?? "";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${this.id}-list`);
    for (const label of this.select.labels) label.htmlFor = input.id;
    return input;
  }

  #list() {
    const list = document.createElement("ul");
    list.id = `${this.id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.querySelector(`label[for="${this.input.id}"]`)?.textContent ?? "");
    return list;
  }

  #listen() {
    this.input.addEventListener("click", () => this.#open(""));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("input", () => this.#open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#close());
    // The form hears of the select's changes, not of what is typed here.
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.#choose(item.dataset.value);
    });
  }

  #open(text) {
    const words = simple(text).split(/\s+/).filter(Boolean);
    const found = this.options.filter((option) => words.every((word) => option.words.includes(word)));
    this.#show(found, text);
    if (!found.length) this.#ask(text);
  }

  /** What the server takes a text with a typing error for. */
  async #ask(text) {
    const address = this.select.dataset.search;
    if (!address || text.trim().length < 3) return;
    const url = new URL(address, location.href);
    url.searchParams.set("q", text);
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok || this.input.value !== text) return;
    const { items } = await response.json();
    const found = items.map(({ value }) => this.options.find((option) => option.value === value)).filter(Boolean);
    if (found.length) this.#show(found, text);
  }

  #show(found, text) {
    this.list.replaceChildren(...found.map((option, index) => this.#item(option, index)));
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    const chosen = this.list.querySelector("[data-chosen]");
    this.#point(text ? this.list.firstElementChild : chosen);
  }

  #item(option, index) {
    const item = document.createElement("li");
    item.id = `${this.id}-${index}`;
    item.dataset.value = option.value;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    if (option.value === this.select.value) item.dataset.chosen = "";
    const hint = document.createElement("span");
    hint.className = "soft small";
    hint.textContent = option.hint;
    item.append(option.label, " ", hint);
    return item;
  }

  /** Point at an item: what Enter would choose. */
  #point(item) {
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const current = this.list.querySelector("[aria-selected=true]");
    const closed = this.list.hidden;
    switch (event.key) {
      case "ArrowDown":
        if (closed) this.#open("");
        else this.#point(current?.nextElementSibling ?? this.list.firstElementChild);
        break;
      case "ArrowUp":
        if (closed) this.#open("");
        else this.#point(current?.previousElementSibling ?? this.list.lastElementChild);
        break;
      case "Enter":
        if (closed || !current) return;
        this.#choose(current.dataset.value);
        break;
      case "Escape":
        this.#close();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #choose(value) {
    const changed = this.select.value !== value;
    this.select.value = value;
    this.#close();
    if (changed) this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#point(null);
    this.#reset();
  }

  #reset() {
    const chosen = this.options.find((option) => option.value === this.select.value);
    this.input.value = chosen?.label ?? "";
  }
}

for (const select of document.querySelectorAll("select[data-combobox]")) new Combobox(select);
