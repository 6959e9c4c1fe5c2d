// Keeps a page as things are: the server sends parts of it, each with an id, as they change. Without it a page is as of
// when it was asked for.

const AGAIN_SECONDS = [1, 2, 5, 10, 30];
let stream = null;
let failures = 0;
let again = 0;

const shown = () => [...document.querySelectorAll("[data-live-user]")].map((row) => row.dataset.liveUser).join(",");

function put(html) {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  for (const part of [...parts.content.children]) {
    const before = document.getElementById(part.id);
    if (!before || before.outerHTML === part.outerHTML) continue;
    const held = before.contains(document.activeElement);
    // Live regions are told by what changes in them, not by being replaced.
    before.replaceChildren(...part.childNodes);
    if (held) before.querySelector("button")?.focus();
  }
}

function take(block) {
  const lines = block.split("\n");
  const event = lines.find((line) => line.startsWith("event: "))?.slice(7);
  if (event === "over") location.reload();
  if (event === "parts") put(lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n"));
}

async function follow(signal) {
  const answer = await fetch(`/live?shown=${encodeURIComponent(shown())}`, { signal, redirect: "manual", cache: "no-store" });
  // Led on to the sign-in: the session is over.
  if (answer.type === "opaqueredirect") return location.reload();
  if (!answer.ok) throw new Error(answer.status);
  failures = 0;
  document.documentElement.dataset.live = "on";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
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
  try {
    await follow(mine.signal);
  } catch {
    if (mine.signal.aborted) return;
  }
  if (mine !== stream) return;
  document.documentElement.dataset.live = "off";
  again = setTimeout(start, 1000 * AGAIN_SECONDS[Math.min(failures++, AGAIN_SECONDS.length - 1)]);
}

let followed = shown();
document.addEventListener("htmx:afterSettle", () => {
  if (shown() === followed) return;
  followed = shown();
  start();
});
document.addEventListener("visibilitychange", start);
addEventListener("pageshow", (event) => event.persisted && start());
addEventListener("pagehide", stop);
start();
