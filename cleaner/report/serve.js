"use strict";
let file = null, asked = null, waiting = 0, since = "";
const tell = (words) => { one("told").textContent = words; };

function address(to) {
  const wishes = new URLSearchParams({ to, format: one("format").value, engine: one("engine").value, keep: [...off()].join(",") });
  return `clean?${wishes}`;
}
async function ask(to, signal) {
  const body = file || one("source").value;
  const answer = await fetch(address(to), { method: "POST", body, signal, headers: { "X-Cleaner": "1", "Content-Type": "application/octet-stream" } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}
async function refresh() {
  if (asked) asked.abort();
  const body = file || one("source").value;
  if (!body) {
    one("result").replaceChildren();
    one("downloads").hidden = true;
    tell("");
    return;
  }
  const mine = asked = new AbortController();
  try {
    const found = await (await ask("page", mine.signal)).json();
    /* the server has written every word of the document as text; nothing in it can run, by the page's policy too */
    const made = new DOMParser().parseFromString(found.html, "text/html");
    one("result").replaceChildren(...made.body.childNodes);
    one("downloads").hidden = false;
    tell(`${since}${count(found.removals, "removal")}.`);
  } catch (error) {
    if (error.name === "AbortError") return;
    one("result").replaceChildren();
    one("downloads").hidden = true;
    tell(error instanceof TypeError ? "The server is gone: start cleaner --serve again." : `${error.message}.`);
  }
}
function soon() { clearTimeout(waiting); waiting = setTimeout(refresh, 250); }
function take(given) {
  if (!given) return;
  file = given;
  since = `${harmless(given.name)}: `;
  one("source").value = "";
  refresh();
}
one("source").addEventListener("input", () => { file = null; since = ""; soon(); });
one("file").addEventListener("change", () => { take(one("file").files[0]); one("file").value = ""; });
for (const name of ["format", "engine"]) one(name).addEventListener("change", refresh);
one("form").addEventListener("change", (event) => { if (event.target.dataset.kind) refresh(); });
one("form").addEventListener("submit", (event) => event.preventDefault());
one("empty").addEventListener("click", () => { file = null; since = ""; one("source").value = ""; refresh(); one("source").focus(); });
for (const name of ["dragenter", "dragover"])
  addEventListener(name, (event) => { event.preventDefault(); document.body.classList.add("over"); });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); });
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  const words = event.dataTransfer.getData("text/plain");
  if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  else if (words) { file = null; since = ""; one("source").value = words; refresh(); }
});
for (const button of all("[data-to]"))
  button.addEventListener("click", async () => {
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await (await ask(button.dataset.to)).blob());
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    } catch (error) { tell(`${error.message}.`); }
  });
if (one("source").value) refresh();
