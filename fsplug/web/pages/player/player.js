// The player: a waveform to point at, keys, speed. Without it there are a form and an audio element.
import WaveSurfer from "../vendor/wavesurfer/wavesurfer.esm.js";

const STEP_SECONDS = 10;
const RETRIES = 5;
const LANE_PIXELS = 52;
// What a waveform is while there is none: a line.
const FLAT = new Array(200).fill(0);

const clock = (seconds) => {
  const whole = Math.floor(seconds + 0.001);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const rest = `${two(minutes)}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest.replace(/^0/, "");
};

function player(box) {
  const url = box.dataset.player;
  const length = Number(box.dataset.seconds);
  const form = box.querySelector("form");
  const lanes = box.querySelector(".lanes");
  const wave = box.querySelector(".wave");
  const message = box.querySelector("[data-message]");
  const count = Math.max(1, lanes.querySelectorAll(".lane").length);
  const audio = new Audio();
  audio.preload = "metadata";
  audio.disableRemotePlayback = true;
  let begun = false;
  let begins = false;

  // The server's first answer is without scripts; from here on it is with them. Where the form was sent as a form, since
  // the person had to be asked first who they are, the playing has begun: pressing play must not begin one more.
  if (location.hash === "#begun") {
    history.replaceState(null, "", location.pathname + location.search);
    begun = box.querySelector("audio") !== null;
    if (begun) audio.src = `${url}/audio`;
  }
  box.querySelector("audio")?.remove();
  form.hidden = false;
  for (const hidden of box.querySelectorAll(".lanes, [data-skip], .speed, #player-keys")) hidden.hidden = false;

  const colours = () => {
    const style = getComputedStyle(wave);
    return { waveColor: style.color, progressColor: style.borderTopColor, cursorColor: style.borderBottomColor };
  };
  const drawing = (peaks) => {
    const made = WaveSurfer.create({
      container: wave,
      media: audio,
      peaks,
      duration: length || 0.001,
      height: LANE_PIXELS,
      splitChannels: count > 1 ? new Array(count).fill({ overlay: false }) : undefined,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 2,
      dragToSeek: true,
      hideScrollbar: true,
      cspNonce: box.dataset.nonce,
      ...colours(),
    });
    made.on("interaction", () => show());
    return made;
  };
  let drawn = drawing(new Array(count).fill(FLAT));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.setOptions(colours()));

  async function draw(tries) {
    const answer = await fetch(`${url}/waveform`, { headers: { Accept: "application/json" } });
    if (answer.status === 503 && tries > 0) {
      setTimeout(() => draw(tries - 1), 1000 * Number(answer.headers.get("Retry-After") || 2));
    } else if (answer.ok) {
      const heights = (await answer.json()).map((channel) => channel.map((height) => height / 255));
      const shown = count > 1 ? heights.slice(0, count) : [mixed(heights)];
      if (heights.length === 0) return;
      drawn.destroy();
      drawn = drawing(shown);
    }
  }
  // One lane for both: the louder of the two.
  const mixed = (heights) => (heights[0] ?? []).map((_, at) => Math.max(...heights.map((channel) => channel[at])));
  draw(RETRIES).catch(() => {});

  const say = (text) => {
    message.textContent = text;
  };

  const show = () => {
    // The length is written in whole seconds, rounded, and so is its end.
    const at = audio.ended ? Math.round(length) : audio.currentTime;
    box.querySelector("[data-at]").textContent = clock(at);
    wave.setAttribute("aria-valuenow", String(Math.round(at)));
    wave.setAttribute("aria-valuetext", box.dataset.of.replace("{at}", clock(at)).replace("{length}", clock(Math.round(length))));
  };

  const swap = () => {
    box.querySelector("[data-paused]").hidden = !audio.paused;
    box.querySelector("[data-playing]").hidden = audio.paused;
  };

  async function begin() {
    if (begins) return;
    begins = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.redirected) return location.reload();
      const { message: said, step_up: stepUp } = await answer.json();
      // The server asks on a page of its own, which brings what was typed here back to it.
      if (stepUp) return form.submit();
      say(said);
      if (!answer.ok) return;
      begun = true;
      form.querySelector(".reason")?.setAttribute("hidden", "");
      const at = audio.currentTime;
      const speed = audio.playbackRate;
      audio.src = `${url}/audio`;
      audio.currentTime = at;
      audio.playbackRate = audio.defaultPlaybackRate = speed;
      await audio.play();
    } catch (error) {
      // A browser that wants another press to begin has its way: what it plays is there.
      if (!(error instanceof DOMException)) say(box.dataset.failed);
    } finally {
      begins = false;
    }
  }

  const toggle = () => {
    if (!begun) {
      if (form.reportValidity()) begin();
    } else if (audio.paused) audio.play().catch(() => {});
    else audio.pause();
  };

  const go = (seconds) => {
    audio.currentTime = Math.min(Math.max(0, seconds), length);
    show();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    toggle();
  });
  for (const button of box.querySelectorAll("[data-skip]")) {
    button.addEventListener("click", () => go(audio.currentTime + Number(button.dataset.skip)));
  }
  // A table tells where the call was on hold or paused; with a script, its times lead there.
  for (const place of document.querySelectorAll("[data-seek]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = place.textContent;
    button.setAttribute("aria-label", box.dataset.goto.replace("{at}", place.textContent));
    button.addEventListener("click", () => go(Number(place.dataset.seek)));
    place.replaceChildren(button);
  }
  box.querySelector("#speed").addEventListener("change", (event) => {
    audio.playbackRate = audio.defaultPlaybackRate = Number(event.target.value);
  });
  for (const happened of ["timeupdate", "seeking", "seeked", "loadedmetadata", "ended"]) audio.addEventListener(happened, show);
  for (const happened of ["play", "pause", "ended"]) audio.addEventListener(happened, swap);
  audio.addEventListener("error", () => {
    if (!begun) return;
    // Taken back, signed out, too long ago: play is to be pressed again, which tells why it can't be. Where not even the
    // length has come, there was nothing that could have ended: the file is away, or damaged.
    begun = false;
    audio.pause();
    form.querySelector(".reason")?.removeAttribute("hidden");
    say(Number.isNaN(audio.duration) ? box.dataset.failed : box.dataset.ended);
    swap();
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, dialog, summary, [contenteditable]")) return;
    const keys = {
      ArrowLeft: () => go(audio.currentTime - STEP_SECONDS),
      ArrowRight: () => go(audio.currentTime + STEP_SECONDS),
    };
    if (!event.target.closest("button, a")) keys[" "] = toggle;
    if (event.target === wave) Object.assign(keys, { Home: () => go(0), End: () => go(length) });
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

document.querySelectorAll("[data-player]").forEach(player);
