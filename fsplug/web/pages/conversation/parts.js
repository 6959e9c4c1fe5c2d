// Plays the recordings of a conversation in their order, each as its own player does, and says what it skips.
import { keepSpeed, offer, prepare, press, trouble } from "../player/playback.js";

function parts(form) {
  const stops = [...form.querySelectorAll("li")];
  const button = form.querySelector("button");
  const audio = form.querySelector("audio");
  const message = form.querySelector("[role=status]");
  let at = 0;
  let begins = false;
  let playing = "";
  form.hidden = false;
  form.querySelector(".speed").hidden = false;
  prepare(audio);
  const setSpeed = keepSpeed(form.querySelector("#speed"), audio);
  const announce = offer(audio, { play: () => audio.play(), pause: () => audio.pause() });

  const say = (...texts) => {
    message.textContent = texts.filter(Boolean).join(" ");
  };

  const mark = () => {
    document.querySelector("tr.marked")?.classList.remove("marked");
    if (playing) document.getElementById(`part-${playing}`)?.closest("tr").classList.add("marked");
  };

  const wait = (...texts) => {
    playing = "";
    delete form.dataset.plays;
    audio.hidden = true;
    button.hidden = false;
    mark();
    say(...texts);
  };

  async function play() {
    const { recording, skipped } = stops[at].dataset;
    const what = stops[at].textContent;
    if (!recording) {
      at = 0;
      form.querySelector(".reason")?.removeAttribute("hidden");
      return wait(skipped, what);
    }
    const url = `/recordings/${recording}`;
    let said = "";
    // The recording's own page asks who is there, and brings them back to its player.
    const isHeard = await press(url, form, (text) => (said = text), () => location.assign(url));
    if (!isHeard) return wait(said);
    playing = recording;
    form.dataset.plays = "";
    mark();
    say(skipped, what, said);
    form.querySelector(".reason")?.setAttribute("hidden", "");
    button.hidden = true;
    audio.hidden = false;
    audio.src = `${url}/audio`;
    setSpeed();
    announce(what);
    await audio.play();
  }

  async function begin() {
    if (begins) return;
    begins = true;
    try {
      await play();
    } catch (error) {
      // A browser that wants another press has its way: the audio's own controls are there.
      if (!(error instanceof DOMException)) wait(trouble(form));
    } finally {
      begins = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  audio.addEventListener("ended", () => {
    at += 1;
    begin();
  });
  audio.addEventListener("error", () => {
    if (playing) wait(trouble(form, audio));
  });
}

// Of a conversation that goes on, the form comes anew as there is more to play.
const place = document.getElementById("conversation-play");
const begin = () => place.querySelectorAll("form.parts").forEach(parts);
new MutationObserver(begin).observe(place, { childList: true });
begin();
