"use strict";
for (const box of document.querySelectorAll("input[data-kind]"))
  box.addEventListener("change", () => {
    for (const part of document.querySelectorAll("details[data-kind]"))
      if (part.dataset.kind === box.dataset.kind) part.hidden = !box.checked;
  });
const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase();
  for (const part of document.querySelectorAll("[data-filter]"))
    part.hidden = !part.textContent.toLowerCase().includes(wanted);
});
