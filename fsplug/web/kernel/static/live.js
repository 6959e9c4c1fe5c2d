// Keeps a page as things are: the server sends parts of it, each with an id, as they change. Without it a page is as of
// when it was asked for, and says so where it was to be followed.

const AGAIN_SECONDS = [1, 2, 5, 10, 30];
// The server gives a sign of life every 15 s. A connection that died while the computer slept gives none, and no error.
const SILENT_SECONDS = 40;
const LOOK_SECONDS = 5;
// A page that is still there so long after a form was sent from it stays.
const LEFT_SECONDS = 10;
const TOO_MANY = 429;
let stream = null;
let failures = 0;
let again = 0;
let heard = 0;
let follows = followed();

// What of this page is live: the users in its rows, and the conversation that it shows while that goes on.
function followed() {
  const shown = [...document.querySelectorAll("[data-live-user]")].map((row) => row.dataset.liveUser).join(",");
  const follows = document.querySelector("[data-follows]")?.dataset.follows ?? "";
  return new URLSearchParams({ shown, ...(follows && { follows }) }).toString();
}

function put(html) {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  for (const part of [...parts.content.children]) {
    const before = document.getElementById(part.id);
    if (!before || before.outerHTML === part.outerHTML) continue;
    // Its audio is being heard.
    if (before.querySelector("[data-plays]")) continue;
    const held = before.contains(document.activeElement) && document.activeElement.id;
    const open = [...before.querySelectorAll("details[open][id]")].map((one) => one.id);
    // A screen reader speaks what changes in a live region, not a region that is replaced.
    before.replaceChildren(...part.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    globalThis.htmx?.process(before);
    if (held !== false) (document.getElementById(held) ?? before.querySelector("button"))?.focus();
  }
  followAgain();
}

const two = (number) => String(number).padStart(2, "0");
const written = (seconds) => {
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = `${two(minutes)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest.replace(/^0/, "");
};

// Seconds that were written on the server run on here, up or down to nothing, from when they came.
const came = new WeakMap();
function run() {
  for (const one of document.querySelectorAll("[data-runs], [data-left]")) {
    if (!came.has(one)) came.set(one, performance.now());
    const since = (performance.now() - came.get(one)) / 1000;
    const seconds = "runs" in one.dataset ? Number(one.dataset.runs) + since : Math.max(0, Number(one.dataset.left) - since);
    const text = written(Math.floor(seconds + 0.5));
    if (one.textContent !== text) one.textContent = text;
  }
}

function take(block) {
  const lines = block.split("\n");
  const event = lines.find((line) => line.startsWith("event: "))?.slice(7);
  if (event === "over") location.reload();
  if (event === "parts") put(lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n"));
}

// Says that the page stands still, in these of its words; none when it is live.
function show(words) {
  const box = document.getElementById("not-live");
  if (box.dataset.now === (words ?? "")) return;
  box.dataset.now = words ?? "";
  box.querySelector("p").textContent = words ? box.dataset[words] : "";
}

async function follow(signal) {
  const answer = await fetch(`/live?${follows}`, { signal, redirect: "manual", cache: "no-store" });
  // Led on to the sign-in: the session is over.
  if (answer.type === "opaqueredirect") return location.reload();
  if (!answer.ok) throw answer;
  failures = 0;
  heard = Date.now();
  document.documentElement.dataset.live = "on";
  show(null);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return null;
    heard = Date.now();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    blocks.forEach(take);
  }
}

function stop() {
  clearTimeout(again);
  stream?.abort();
  stream = null;
}

async function start() {
  stop();
  // A browser has few connections to a server: pages that nobody sees leave them to others, and begin anew when seen.
  if (document.hidden) return;
  const mine = (stream = new AbortController());
  heard = Date.now();
  const trouble = await follow(mine.signal).catch((error) => error);
  if (mine !== stream) return;
  stream = null;
  document.documentElement.dataset.live = "off";
  // A server that starts anew is back after the first try.
  if (trouble?.status === TOO_MANY) show("many");
  else if (failures > 0) show("lost");
  again = setTimeout(start, 1000 * AGAIN_SECONDS[Math.min(failures++, AGAIN_SECONDS.length - 1)]);
}

// The page may have come to show something else.
function followAgain() {
  if (followed() === follows) return;
  follows = followed();
  start();
}
document.addEventListener("htmx:afterSettle", followAgain);
// [data-holds-focus]: an answer takes the place of the button that was pressed, by whoever goes on there by key.
let pressed = null;
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  pressed = target.closest("[data-holds-focus]")?.id ?? null;
});
document.addEventListener("htmx:afterRequest", () => {
  if (pressed && document.activeElement === document.body) document.getElementById(pressed)?.querySelector("button")?.focus();
  pressed = null;
});
document.addEventListener("visibilitychange", start);
addEventListener("pageshow", (event) => event.persisted && start());
// A form may end the session: then its own answer leads on, and to load the page anew would take its place.
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  stop();
  again = setTimeout(start, 1000 * LEFT_SECONDS);
});
addEventListener("pagehide", stop);
addEventListener("online", start);
addEventListener("offline", start);
run();
setInterval(run, 250);
setInterval(() => stream && Date.now() - heard > 1000 * SILENT_SECONDS && start(), 1000 * LOOK_SECONDS);
start();
