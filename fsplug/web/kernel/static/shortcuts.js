// Keys: ? shows what there is, / leads to the search. They can be switched off (WCAG 2.2, 2.1.4): speech that is typed
// must press nothing.

const OFF = "fsplug-keys-off";
const dialog = document.getElementById("shortcuts");
const on = dialog.querySelector("input");

function isOff() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

on.checked = !isOff();
on.addEventListener("change", () => {
  try {
    if (on.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  } catch {
    // A browser that keeps nothing has the keys on.
  }
});

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable], dialog[open]") !== null;

document.addEventListener("keydown", (event) => {
  if (isOff() || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (isTyping(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    dialog.showModal();
  }
  const search = document.querySelector('main [role="search"] input[type="search"], main [role="search"] input');
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});
