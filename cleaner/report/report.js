"use strict";
const all = (what, where = document) => [...where.querySelectorAll(what)];
const one = (id) => document.getElementById(id);
const say = (words) => { if (one("said")) one("said").textContent = words; };
const off = () => new Set(all("input[data-kind]:not(:checked)").map((box) => box.dataset.kind));
const count = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;

/* what could turn the direction of text is written out, as in the parts of the page that were made without a script */
const harmless = (words) => words.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (c) => {
  const code = c.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
});

/* what a link points to is opened */
function open() {
  const target = location.hash.length > 1 && one(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", open);

/* a text, and lines to paste, can be copied */
async function copy(words, done) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const area = document.createElement("textarea");
    area.value = words;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  done();
}
function cleanText() {
  const kept = off();
  return JSON.parse(one("segments").textContent).filter(([, kind]) => !kind || kept.has(kind)).map(([words]) => words).join("");
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.hasAttribute("data-copy"))
    copy(button.nextElementSibling.textContent, () => { button.textContent = "Copied"; setTimeout(() => { button.textContent = "Copy"; }, 1500); });
  if (button.id === "copy") { const words = cleanText(); copy(words, () => say(`Copied ${count([...words].length, "character")}.`)); }
  if (button.id === "unfold") {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", now);
    for (const cut of all("details.cut")) cut.open = now;
  }
});

/* kinds: in a document what is switched off stays in the text; rules and rows of charts are hidden */
function switched() {
  const kept = off();
  for (const part of all(".cut[data-kind]")) part.classList.toggle("kept", kept.has(part.dataset.kind));
  for (const row of all(".chart tr[data-kind]")) row.hidden = kept.has(row.dataset.kind);
  sift();
}
document.addEventListener("change", (event) => { if (event.target.dataset.kind) switched(); });

/* search: rules and documents */
const list = one("documents-data") ? JSON.parse(one("documents-data").textContent) : null;
const [SHARE, , NAME, HOST, LANGUAGE, READ, KEPT, KINDS] = [0, 1, 2, 3, 4, 5, 6, 7];
const PAGE = 50;
const words = new Map();
let only = "all", first = 0, found = list ? list.rows : [];
const whole = new Map(all("#whole details > summary > bdi").map((name) => [name.textContent, name.closest("details").id]));
const wanted = {
  all: () => true,
  empty: (row) => row[READ] > 0 && row[KEPT] === 0,
  half: (row) => row[SHARE] >= 0.5,
  untouched: (row) => row[SHARE] === 0,
};
function sift() {
  const kept = off(), sought = (one("find") ? one("find").value : "").trim().toLowerCase();
  let rules = 0;
  for (const part of all("[data-find], .single .rule")) {
    if (!words.has(part)) words.set(part, part.textContent.toLowerCase());
    part.hidden = kept.has(part.dataset.kind) || !words.get(part).includes(sought);
    rules += !part.hidden && part.classList.contains("rule");
  }
  for (const none of all("#rules > .nothing")) none.hidden = rules > 0;
  if (!list) return;
  found = list.rows.filter((row) => wanted[only](row) &&
    (!kept.size || Object.keys(row[KINDS]).some((kind) => !kept.has(kind))) &&
    (!sought || `${row[NAME]} ${row[HOST]} ${row[LANGUAGE]}`.toLowerCase().includes(sought)));
  first = 0;
  show();
  say(sought || kept.size ? `${count(rules, "rule")}, ${count(found.length, "document")}` : "");
}
function cell(tag, words, type, link) {
  const made = document.createElement(tag), inner = document.createElement(type === "n" ? "span" : "bdi");
  if (tag === "th") made.scope = "row";
  if (type) made.className = type;
  inner.textContent = harmless(words);
  if (link) { const a = document.createElement("a"); a.href = `#${link}`; a.append(inner); made.append(a); } else made.append(inner);
  return made;
}
function percent(part) {
  const n = 100 * part;
  const digits = n > 0 && n < 0.1 || n > 99.9 && n < 100 ? 2 : n > 0 && n < 10 || n > 99 && n < 100 ? 1 : 0;
  return `${n.toFixed(digits)} %`;
}
function show() {
  const rows = found.slice(first, first + PAGE).map((row) => {
    const made = document.createElement("tr"), removals = Object.values(row[KINDS]).reduce((a, b) => a + b, 0);
    made.append(cell("th", row[NAME], "", whole.get(harmless(row[NAME]))), cell("td", percent(row[SHARE]), "n"), cell("td", removals.toLocaleString("en"), "n"),
      cell("td", row[READ].toLocaleString("en"), "n"), cell("td", row[HOST]), cell("td", row[LANGUAGE]));
    return made;
  });
  one("rows").replaceChildren(...rows);
  one("pages").hidden = found.length <= PAGE && found.length > 0;
  one("before").disabled = first === 0;
  one("after").disabled = first + PAGE >= found.length;
  one("where").textContent = found.length ? `${(first + 1).toLocaleString("en")} to ${Math.min(first + PAGE, found.length).toLocaleString("en")} of ${found.length.toLocaleString("en")}` : "No document matches.";
}
if (list) {
  let waiting = 0;
  one("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(sift, 80); });
  for (const button of all("[data-only]"))
    button.addEventListener("click", () => {
      only = button.dataset.only;
      for (const other of all("[data-only]")) other.setAttribute("aria-pressed", other === button);
      sift();
    });
  one("before").addEventListener("click", () => { first -= PAGE; show(); });
  one("after").addEventListener("click", () => { first += PAGE; show(); });
  show();
}
open();
