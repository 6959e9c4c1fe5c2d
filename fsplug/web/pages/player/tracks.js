// What a player plays: one recording, or several in their order. Each has an element of its own on the page.
import { placeOf } from "./places.js";

// Where somebody goes on in it.
export const startOf = ({ url, length }) => Math.min(placeOf(url), length);

export function trackOf(element) {
  const { track: url, seconds, title, skipped } = element.dataset;
  const length = Number(seconds);
  return {
    element,
    url,
    length,
    title,
    // What is passed over on the way to it, in words.
    skipped,
    wave: element.querySelector(".wave"),
    names: [...element.querySelectorAll(".lane")].map((lane) => lane.textContent),
    marks: [...element.querySelectorAll(".pins [data-go]")].map((pin) => [Number(pin.dataset.go), pin.dataset.said]),
    speakers: [],
    // Where it is before there is any audio, which some browsers forget.
    place: startOf({ url, length }),
    // Play has been pressed on the server.
    begun: false,
  };
}
