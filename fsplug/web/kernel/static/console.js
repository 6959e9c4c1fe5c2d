// What pages do beyond forms and links. Every page works without it.

// [data-check-all="NAME"]: ticks every box of that name in its form; [data-count="NAME"]: says how many are ticked.
const boxes = (form, name) => [...form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)];

function count(form) {
  for (const all of form.querySelectorAll("[data-check-all]")) {
    const ticked = boxes(form, all.dataset.checkAll).filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes(form, all.dataset.checkAll).length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
  for (const counter of form.querySelectorAll("[data-count]")) {
    counter.textContent = boxes(form, counter.dataset.count).filter((box) => box.checked).length;
  }
  for (const button of form.querySelectorAll("[data-needs]")) {
    button.disabled = !boxes(form, button.dataset.needs).some((box) => box.checked);
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form) return;
  const name = event.target.dataset.checkAll;
  if (name) for (const box of boxes(form, name)) box.checked = event.target.checked;
  count(form);
  // [data-sends]: the form goes as soon as this field is changed.
  if (event.target.dataset.sends !== undefined) form.requestSubmit();
});

// [data-opens="ID"] opens a dialog, [data-closes] closes the one it is in.
document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  if (opens) {
    event.preventDefault();
    document.getElementById(opens.dataset.opens).showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  // A menu closes when something else is pressed.
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On a phone the menu is one row, wider than the screen: where one is stands in its middle.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
// So is a drawing of many hours: the latest ones are in sight.
for (const drawing of document.querySelectorAll(".drawing")) drawing.scrollLeft = drawing.scrollWidth;

// A double click sends a form once: its second half would share, or delete, once more.
const DOUBLE_MILLISECONDS = 3000;
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.timeStamp - sent.get(event.target) < DOUBLE_MILLISECONDS) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});

// Where htmx is answered with no part of this page, the browser asks by itself and shows what comes.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.requestConfig.verb === "get") location.assign(detail.pathInfo.finalRequestPath);
});

// [data-unsaved]: what is typed here is lost unless the form is sent, so that the browser asks before the page is left;
// "yes" if something is to be sent already. [data-when-unsaved] shows it. [data-discards] leaves on purpose.
const begun = new WeakMap();
const filled = (form) => new URLSearchParams(new FormData(form)).toString();
const isUnsaved = (form) => form.dataset.unsaved === "yes" || (begun.has(form) && begun.get(form) !== filled(form));
const unsaved = () => [...document.querySelectorAll("form[data-unsaved]")];
let isSent = false;

function noteUnsaved() {
  for (const form of unsaved()) {
    if (!begun.has(form)) begun.set(form, filled(form));
    for (const sign of form.querySelectorAll("[data-when-unsaved]")) sign.hidden = !isUnsaved(form);
  }
}

document.addEventListener("input", noteUnsaved);
document.addEventListener("change", noteUnsaved);
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) isSent = event.target.dataset.unsaved !== undefined;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-discards]")) isSent = true;
});
// Back from the browser's cache, the page is as it was before it was sent.
window.addEventListener("pageshow", () => (isSent = false));
window.addEventListener("beforeunload", (event) => {
  if (!isSent && unsaved().some(isUnsaved)) event.preventDefault();
});

const countAll = () => document.querySelectorAll("form").forEach(count);
document.addEventListener("htmx:afterSettle", countAll);
document.addEventListener("htmx:afterSettle", noteUnsaved);
countAll();
noteUnsaved();
