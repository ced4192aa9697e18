// Comforts of staff pages; every page works without them.

// Tables marked data-sortable sort by a click on a heading; cells may carry data-value.
const valueOf = (row, index) => {
  const cell = row.cells[index];
  const text = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  const number = Number(text.replace(/[,%\s]/g, ""));
  return text !== "" && Number.isFinite(number) ? number : text;
};
const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh"));
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, index) => {
    if (heading.dataset.nosort !== undefined || !heading.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(valueOf(a, index), valueOf(b, index)));
      body.append(...(descending ? rows.reverse() : rows));
    });
  });
}

// Filters marked data-autosubmit send themselves when changed.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// Buttons that cannot be undone ask first.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
}

// Copy a link.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}
