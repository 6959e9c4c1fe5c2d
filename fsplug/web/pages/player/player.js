// The player: a waveform to point at, keys, marks, speed. Without it there are a form and an audio element.
import { keepPlace } from "./places.js";
import { keepSpeed, offer, prepare, press, trouble } from "./playback.js";
import { clock, sought, spoken, stepped } from "./slider.js";
import { beginnings } from "./speakers.js";
import { startOf, trackOf } from "./tracks.js";
import { drawWave } from "./wave.js";

// The next one is not the one that was just gone to.
const BEYOND_SECONDS = 0.3;
const PLACE_EVERY_SECONDS = 5;

// Makes a player of the box, until the signal says that it is over.
function player(box, signal) {
  const { goesOn, of: ofAll, over } = box.dataset;
  const language = document.documentElement.lang;
  const form = box.querySelector("form");
  const message = box.querySelector("[data-message]");
  const tracks = [...box.querySelectorAll("[data-track]")].map(trackOf);
  const audio = new Audio();
  audio.preload = "metadata";
  prepare(audio);
  let now = tracks[0];
  let begins = false;
  let isOver = false;
  let kept = now.place;
  let erase = () => {};

  const on = (target, happened, act) => {
    for (const one of happened.split(" ")) target.addEventListener(one, act, { signal });
  };
  const say = (text) => {
    message.textContent = text;
  };
  // The length is written in whole seconds, rounded, and so is its end.
  const at = () => (audio.readyState === 0 ? now.place : audio.ended ? now.length : audio.currentTime);

  const show = () => {
    const { length, url, wave } = now;
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
    isOver = false;
    now.place = Math.min(Math.max(0, seconds), now.length);
    audio.currentTime = now.place;
    show();
  };

  const next = (kind, isBack) => {
    const all = kind === "mark" ? now.marks : now.speakers;
    const here = at();
    const found = isBack
      ? all.findLast(([seconds]) => seconds < here - 2 * BEYOND_SECONDS)
      : all.find(([seconds]) => seconds > here + BEYOND_SECONDS);
    if (!found) return say(box.querySelector(`[data-next="${kind}"]`)?.dataset.none ?? "");
    go(found[0]);
    say(`${clock(found[0])} ${found[1]}`);
  };

  const offerNext = (kind, all) => {
    const button = box.querySelector(`[data-next=${kind}]`);
    if (button) button.hidden = all.length === 0;
  };

  // Shows a recording, at its place.
  const open = (track) => {
    const held = now.element.contains(document.activeElement);
    erase();
    now.element.hidden = true;
    now = track;
    now.element.hidden = false;
    kept = now.place;
    offerNext("mark", now.marks);
    offerNext("speaker", now.speakers);
    erase = drawWave(now.wave, audio, {
      url: now.url,
      length: now.length,
      lanes: Math.max(1, now.names.length),
      nonce: box.closest("[data-nonce]").dataset.nonce,
      point: go,
      came: (heights) => {
        track.speakers = beginnings(heights, track.length).map(([seconds, lane]) => [seconds, track.names[lane]]);
        if (track === now) offerNext("speaker", track.speakers);
      },
    });
    audio.currentTime = now.place;
    if (now.place > 0) say(goesOn.replace("{at}", clock(now.place)));
    if (held) now.wave.focus();
    if (tracks.length > 1) name();
    show();
  };

  const name = () => {
    const place = tracks.indexOf(now);
    form.action = `${now.url}/play`;
    box.querySelector("[data-length]").textContent = clock(Math.round(now.length));
    box.querySelector("[data-shown]").textContent = [now.skipped, now.title].filter(Boolean).join(" ");
    for (const button of box.querySelectorAll("[data-turn]")) {
      button.setAttribute("aria-disabled", String(!tracks[place + Number(button.dataset.turn)]));
    }
  };

  // From the recording that is shown to another one. One that follows begins at its beginning.
  const turn = (track, { plays = !audio.paused, follows = false } = {}) => {
    if (!track) return;
    if (!audio.ended) keepPlace(now.url, at(), now.length);
    now.begun = false;
    isOver = false;
    track.place = follows ? 0 : startOf(track);
    audio.pause();
    audio.removeAttribute("src");
    audio.load();
    say("");
    open(track);
    swap();
    announce(track.title);
    tell(track.url);
    if (plays) play();
  };
  const turnBy = (number) => turn(tracks[tracks.indexOf(now) + Number(number)]);
  // What is played, for whoever follows it elsewhere on the page; empty for nothing.
  const tell = (url) => box.dispatchEvent(new CustomEvent("track", { detail: url, bubbles: true }));

  async function begin() {
    if (begins) return;
    begins = true;
    const track = now;
    try {
      // The server asks on a page of its own, which brings what was typed here back to the recording's player.
      if (!(await press(track.url, form, say, () => form.submit())) || track !== now) return;
      track.begun = true;
      box.dataset.plays = "";
      form.querySelector(".reason")?.setAttribute("hidden", "");
      track.place = at();
      // WebKit stalls when it is to begin anywhere but at the beginning; it goes there once it knows the length.
      audio.currentTime = 0;
      audio.src = `${track.url}/audio`;
      setSpeed();
      tell(track.url);
      await audio.play();
    } catch (error) {
      // A browser that wants another press to begin has its way: what it plays is there.
      if (!(error instanceof DOMException)) say(trouble(box));
    } finally {
      begins = false;
    }
  }

  const play = () => {
    if (isOver) turn(tracks[0], { plays: true, follows: true });
    else if (now.begun) audio.play().catch(() => {});
    else if (form.reportValidity()) begin();
  };
  const toggle = () => (audio.paused ? play() : audio.pause());

  // Nothing plays any more.
  const stop = (text) => {
    delete box.dataset.plays;
    form.querySelector(".reason")?.removeAttribute("hidden");
    say(text);
    tell("");
  };

  // The server's first answer is without scripts; from here on it is with them. Where the form was sent as a form, since
  // the person had to be asked first who they are, the playing has begun: pressing play must not begin one more.
  if (location.hash === "#begun") {
    history.replaceState(null, "", location.pathname + location.search);
    now.begun = box.querySelector("audio") !== null;
    if (now.begun) audio.src = `${now.url}/audio`;
  }
  box.querySelector("audio")?.remove();
  box.hidden = form.hidden = false;
  for (const hidden of box.querySelectorAll("[data-skip], .speed, #player-keys")) hidden.hidden = false;

  const setSpeed = keepSpeed(box.querySelector("#speed"), audio);
  open(now);

  on(form, "submit", (event) => {
    event.preventDefault();
    toggle();
  });
  on(document, "click", (event) => {
    const pressed = event.target.closest("[data-skip], [data-next], [data-go], [data-turn]");
    if (!pressed) return;
    const { skip, next: kind, go: seconds, turn: number } = pressed.dataset;
    if (skip) go(at() + Number(skip));
    else if (kind) next(kind, event.shiftKey);
    else if (number) turnBy(number);
    else go(Number(seconds));
  });
  // A browser that lost the place while there was no audio has it back.
  on(audio, "loadedmetadata", () => {
    if (Math.abs(audio.currentTime - now.place) > 1) audio.currentTime = now.place;
  });
  on(audio, "timeupdate seeking seeked loadedmetadata ended", show);
  on(audio, "play pause ended", swap);
  on(audio, "ended", () => {
    const following = tracks[tracks.indexOf(now) + 1];
    if (following) return turn(following, { plays: true, follows: true });
    isOver = tracks.length > 1;
    if (isOver) stop(over);
  });
  on(audio, "error", () => {
    if (!now.begun) return;
    // Taken back, signed out, too long ago: play is to be pressed again, which tells why it can't be.
    now.begun = false;
    now.place = audio.currentTime;
    audio.pause();
    stop(trouble(box, audio));
    swap();
  });
  on(window, "pagehide", () => keepPlace(now.url, at(), now.length));
  const links = ["prev", "next"].map((rel) => document.querySelector(`a[rel=${rel}]`));
  const [previous, following] = links.map((link) => (link ? () => link.click() : null));
  const isOne = tracks.length === 1;
  const announce = offer(audio, {
    previoustrack: isOne ? previous : () => turnBy(-1),
    nexttrack: isOne ? following : () => turnBy(1),
    play,
    pause: () => audio.pause(),
    seekbackward: ({ seekOffset }) => go(at() - (seekOffset || 10)),
    seekforward: ({ seekOffset }) => go(at() + (seekOffset || 10)),
    seekto: ({ seekTime }) => go(seekTime),
  });
  announce(now.title);

  on(document, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, dialog, summary, [contenteditable]")) return;
    const kind = { m: "mark", s: "speaker" }[event.key.toLowerCase()];
    const isHere = box.contains(event.target);
    const seconds = stepped(event, at()) ?? (isHere ? sought(event, at(), now.length, event.target === now.wave) : null);
    if (seconds !== null) go(seconds);
    else if (isHere && kind) next(kind, event.shiftKey);
    else if (event.key === " " && !event.target.closest("button, a")) toggle();
    else return;
    event.preventDefault();
  });
  signal.addEventListener("abort", () => {
    audio.pause();
    erase();
  });
}

let ended = new AbortController();

// Makes players of what is on the page now; those of before are over.
export function begin() {
  ended.abort();
  ended = new AbortController();
  for (const box of document.querySelectorAll("[data-player]")) player(box, ended.signal);
}

begin();
