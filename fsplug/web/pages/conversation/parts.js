// One player of all recordings of a conversation, as on the page of each; the row of what it plays is marked.
import { begin } from "../player/player.js";

const place = document.getElementById("conversation-play");

place.addEventListener("track", ({ detail: url }) => {
  document.querySelector("tr.marked")?.classList.remove("marked");
  if (url) document.querySelector(`[id="part-${url.split("/").pop()}"]`)?.closest("tr").classList.add("marked");
});

// Of a conversation that goes on, the player comes anew as there is more to play. The speed is the one it had.
let speed = null;
place.addEventListener("change", ({ target }) => {
  if (target.id === "speed") speed = target.value;
});
new MutationObserver(() => {
  const select = place.querySelector("#speed");
  speed ??= place.dataset.speed;
  if (select) select.value = speed;
  begin();
}).observe(place, { childList: true });
