// What the players of the console have in common: Play is pressed on the server, the speed is kept, and it is said why
// nothing is heard.

export function prepare(audio) {
  audio.disableRemotePlayback = true;
  audio.preservesPitch = true;
}

// Presses Play on the server, which notes who plays. Whether the audio may be had now; if not, `say` was told why.
// `askWho` leads to the server's question who is there, where it has one.
export async function press(url, form, say, askWho) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${url}/play`, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.redirected) {
    location.reload();
    return false;
  }
  const { message, step_up: stepUp } = await answer.json();
  if (stepUp) {
    askWho();
    return false;
  }
  say(message);
  return answer.ok;
}

// Why this audio is not heard, in the words of its player; without audio it is not known why. Where not even the length has come, there was nothing that
// could have ended: the file is away, or damaged. A browser that has the audio and can't decode it, or has no device to
// play it on, says that it can't decode it.
export function trouble(box, audio) {
  const words = box.querySelector(".troubles").dataset;
  if (!audio) return words.failed;
  if (audio.error?.code === MediaError.MEDIA_ERR_DECODE) return words.unplayable;
  return Number.isNaN(audio.duration) ? words.failed : words.ended;
}

// The audio is as fast as is chosen; the person's choice is kept for all their players.
export function keepSpeed(select, audio) {
  const set = () => {
    audio.defaultPlaybackRate = audio.playbackRate = Number(select.value);
  };
  select.addEventListener("change", () => {
    set();
    const body = new URLSearchParams({ speed: select.value });
    if (select.dataset.keeps) fetch(select.dataset.keeps, { method: "POST", body }).catch(() => {});
  });
  set();
  return set;
}

// What keyboards, headsets and lock screens do, and a function that has them show what is played.
export function offer(audio, acts) {
  if (!("mediaSession" in navigator)) return () => {};
  for (const [name, act] of Object.entries(acts)) {
    try {
      navigator.mediaSession.setActionHandler(name, act);
    } catch {
      // A browser that does not know the action does without it.
    }
  }
  const show = () => {
    navigator.mediaSession.playbackState = audio.paused ? "paused" : "playing";
    const { duration, playbackRate, currentTime } = audio;
    if (Number.isFinite(duration)) {
      navigator.mediaSession.setPositionState({ duration, playbackRate, position: Math.min(currentTime, duration) });
    }
  };
  for (const happened of ["play", "pause", "seeked", "ratechange", "loadedmetadata"]) audio.addEventListener(happened, show);
  return (title) => {
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist: document.title });
  };
}
