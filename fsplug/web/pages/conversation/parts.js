// Plays the recordings of a conversation in their order, each as its own player does, and says what it skips.

function parts(form) {
  const stops = [...form.querySelectorAll("li")];
  const button = form.querySelector("button");
  const audio = form.querySelector("audio");
  const message = form.querySelector("[role=status]");
  let at = 0;
  let begins = false;
  let playing = "";
  form.hidden = false;
  audio.disableRemotePlayback = true;

  const say = (...texts) => {
    message.textContent = texts.filter(Boolean).join(" ");
  };

  const mark = () => {
    document.querySelector("tr.marked")?.classList.remove("marked");
    if (playing) document.getElementById(`part-${playing}`)?.closest("tr").classList.add("marked");
  };

  const wait = (...texts) => {
    playing = "";
    audio.hidden = true;
    button.hidden = false;
    mark();
    say(...texts);
  };

  async function play() {
    const { recording, skipped } = stops[at].dataset;
    if (!recording) {
      const said = stops[at].textContent;
      at = 0;
      form.querySelector(".reason")?.removeAttribute("hidden");
      return wait(skipped, said);
    }
    const url = `/recordings/${recording}`;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${url}/play`, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.redirected) return location.reload();
    const { message: said, step_up: stepUp } = await answer.json();
    // The recording's own page asks who is there, and brings them back to its player.
    if (stepUp) return location.assign(url);
    if (!answer.ok) return wait(said);
    playing = recording;
    mark();
    say(skipped, stops[at].textContent, said);
    form.querySelector(".reason")?.setAttribute("hidden", "");
    button.hidden = true;
    audio.hidden = false;
    audio.src = `${url}/audio`;
    await audio.play();
  }

  async function begin() {
    if (begins) return;
    begins = true;
    try {
      await play();
    } catch (error) {
      // A browser that wants another press has its way: the audio's own controls are there.
      if (!(error instanceof DOMException)) wait(form.dataset.failed);
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
    if (playing) wait(Number.isNaN(audio.duration) ? form.dataset.failed : form.dataset.ended);
  });
}

document.querySelectorAll("form.parts").forEach(parts);
