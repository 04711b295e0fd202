"use strict";
const german = document.documentElement.lang === "de";
const steps = { k: 1e3, M: 1e6, B: 1e9 };
function value(cell) {
  const copy = cell.cloneNode(true);
  for (const small of copy.querySelectorAll("small, .sign")) small.remove();
  return copy.textContent.trim();
}
function number(text) {
  const plain = german ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
  const found = plain.replace(/\u2212/g, "-").match(/^[^\d-]{0,2}(-?\d+(?:\.\d+)?)\s?([kMB]?)(?![\d.-]*\d)/);
  return found ? Number(found[1]) * (steps[found[2]] || 1) : NaN;
}
for (const table of document.querySelectorAll("main table")) {
  const body = table.tBodies[0];
  const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
  if (!body || body.rows.length < 3 || heads.length === 0 || heads[0].textContent.trim() === "") continue;
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const keyed = [...body.rows].map((row) => {
        const text = value(row.cells[place]);
        return { row, text, number: number(text), none: text === "\u2014" || text === "" };
      });
      keyed.sort((a, b) => {
        if (a.none || b.none) return a.none - b.none;
        const both = !Number.isNaN(a.number) && !Number.isNaN(b.number);
        return sign * (both ? a.number - b.number : a.text.localeCompare(b.text, german ? "de" : "en"));
      });
      body.append(...keyed.map((each) => each.row));
    });
  });
}
