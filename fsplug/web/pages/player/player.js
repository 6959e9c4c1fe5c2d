// The player: a waveform to point at, keys, marks, speed. Without it there are a form and an audio element.
import { keepPlace, placeOf } from "./places.js";
import { keepSpeed, offer, prepare, press, trouble } from "./playback.js";
import { clock, sought, spoken, stepped } from "./slider.js";
import { beginnings } from "./speakers.js";
import { drawWave } from "./wave.js";

// The next one is not the one that was just gone to.
const BEYOND_SECONDS = 0.3;
const PLACE_EVERY_SECONDS = 5;

function player(box) {
  const { player: url, goesOn, of: ofAll } = box.dataset;
  const language = document.documentElement.lang;
  const length = Number(box.dataset.seconds);
  const form = box.querySelector("form");
  const wave = box.querySelector(".wave");
  const message = box.querySelector("[data-message]");
  const names = [...box.querySelectorAll(".lane")].map((lane) => lane.textContent);
  const marks = [...box.querySelectorAll(".pins [data-go]")].map((pin) => [Number(pin.dataset.go), pin.dataset.said]);
  const audio = new Audio();
  audio.preload = "metadata";
  prepare(audio);
  let begun = false;
  let begins = false;
  let speakers = [];
  // Where it is before there is any audio, which some browsers forget.
  let place = Math.min(placeOf(url), length);
  let kept = place;

  const say = (text) => {
    message.textContent = text;
  };
  // The length is written in whole seconds, rounded, and so is its end.
  const at = () => (audio.readyState === 0 ? place : audio.ended ? length : audio.currentTime);

  const show = () => {
    const seconds = audio.ended ? Math.round(length) : at();
    box.querySelector("[data-at]").textContent = clock(seconds);
    wave.setAttribute("aria-valuenow", String(Math.round(seconds)));
    const words = { "{at}": spoken(seconds, language), "{length}": spoken(Math.round(length), language) };
    wave.setAttribute("aria-valuetext", ofAll.replace(/\{at\}|\{length\}/g, (name) => words[name]));
    if (audio.ended || Math.abs(seconds - kept) >= PLACE_EVERY_SECONDS) {
      kept = seconds;
      keepPlace(url, seconds, length);
    }
  };

  const swap = () => {
    box.querySelector("[data-paused]").hidden = !audio.paused;
    box.querySelector("[data-playing]").hidden = audio.paused;
  };

  const go = (seconds) => {
    place = Math.min(Math.max(0, seconds), length);
    audio.currentTime = place;
    show();
  };

  const next = (kind, isBack) => {
    const all = kind === "mark" ? marks : speakers;
    const here = at();
    const found = isBack
      ? all.findLast(([seconds]) => seconds < here - 2 * BEYOND_SECONDS)
      : all.find(([seconds]) => seconds > here + BEYOND_SECONDS);
    if (!found) return say(box.querySelector(`[data-next="${kind}"]`)?.dataset.none ?? "");
    go(found[0]);
    say(`${clock(found[0])} ${found[1]}`);
  };

  // The server's first answer is without scripts; from here on it is with them. Where the form was sent as a form, since
  // the person had to be asked first who they are, the playing has begun: pressing play must not begin one more.
  if (location.hash === "#begun") {
    history.replaceState(null, "", location.pathname + location.search);
    begun = box.querySelector("audio") !== null;
    if (begun) audio.src = `${url}/audio`;
  }
  box.querySelector("audio")?.remove();
  form.hidden = false;
  for (const hidden of box.querySelectorAll(".lanes, [data-skip], [data-next=mark], .speed, #player-keys")) hidden.hidden = false;

  drawWave(wave, audio, {
    url,
    length,
    lanes: Math.max(1, names.length),
    nonce: box.dataset.nonce,
    point: go,
    came: (heights) => {
      const button = box.querySelector("[data-next=speaker]");
      speakers = beginnings(heights, length).map(([seconds, lane]) => [seconds, names[lane]]);
      if (button) button.hidden = speakers.length === 0;
    },
  });
  const setSpeed = keepSpeed(box.querySelector("#speed"), audio);
  if (place > 0) {
    audio.currentTime = place;
    say(goesOn.replace("{at}", clock(place)));
  }

  async function begin() {
    if (begins) return;
    begins = true;
    try {
      // The server asks on a page of its own, which brings what was typed here back to it.
      if (!(await press(url, form, say, () => form.submit()))) return;
      begun = true;
      form.querySelector(".reason")?.setAttribute("hidden", "");
      place = at();
      // WebKit stalls when it is to begin anywhere but at the beginning; it goes there once it knows the length.
      audio.currentTime = 0;
      audio.src = `${url}/audio`;
      setSpeed();
      await audio.play();
    } catch (error) {
      // A browser that wants another press to begin has its way: what it plays is there.
      if (!(error instanceof DOMException)) say(trouble(box));
    } finally {
      begins = false;
    }
  }

  const play = () => {
    if (begun) audio.play().catch(() => {});
    else if (form.reportValidity()) begin();
  };
  const toggle = () => (audio.paused ? play() : audio.pause());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    toggle();
  });
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-skip], [data-next], [data-go]");
    if (!pressed) return;
    const { skip, next: kind, go: seconds } = pressed.dataset;
    if (skip) go(at() + Number(skip));
    else if (kind) next(kind, event.shiftKey);
    else go(Number(seconds));
  });
  // A browser that lost the place while there was no audio has it back.
  audio.addEventListener("loadedmetadata", () => {
    if (Math.abs(audio.currentTime - place) > 1) audio.currentTime = place;
  });
  for (const happened of ["timeupdate", "seeking", "seeked", "loadedmetadata", "ended"]) audio.addEventListener(happened, show);
  for (const happened of ["play", "pause", "ended"]) audio.addEventListener(happened, swap);
  audio.addEventListener("error", () => {
    if (!begun) return;
    // Taken back, signed out, too long ago: play is to be pressed again, which tells why it can't be.
    begun = false;
    place = audio.currentTime;
    audio.pause();
    form.querySelector(".reason")?.removeAttribute("hidden");
    say(trouble(box, audio));
    swap();
  });
  addEventListener("pagehide", () => keepPlace(url, at(), length));
  const links = ["prev", "next"].map((rel) => document.querySelector(`a[rel=${rel}]`));
  const [previous, following] = links.map((link) => (link ? () => link.click() : null));
  const announce = offer(audio, {
    previoustrack: previous,
    nexttrack: following,
    play,
    pause: () => audio.pause(),
    seekbackward: ({ seekOffset }) => go(at() - (seekOffset || 10)),
    seekforward: ({ seekOffset }) => go(at() + (seekOffset || 10)),
    seekto: ({ seekTime }) => go(seekTime),
  });
  announce(box.dataset.title);

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, dialog, summary, [contenteditable]")) return;
    const kind = { m: "mark", s: "speaker" }[event.key.toLowerCase()];
    const isHere = box.contains(event.target);
    const seconds = stepped(event, at()) ?? (isHere ? sought(event, at(), length, event.target === wave) : null);
    if (seconds !== null) go(seconds);
    else if (isHere && kind) next(kind, event.shiftKey);
    else if (event.key === " " && !event.target.closest("button, a")) toggle();
    else return;
    event.preventDefault();
  });
  show();
}

document.querySelectorAll("[data-player]").forEach(player);
