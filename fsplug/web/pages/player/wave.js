// The waveform of a recording, a lane for each of its parties, on which somebody points at a place.
import WaveSurfer from "../vendor/wavesurfer/wavesurfer.esm.js";

const RETRIES = 5;
const LANE_PIXELS = 52;
const SCHEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];
// What a waveform is while there is none: a line.
const FLAT = new Array(200).fill(0);

// One lane for both: the louder of the two.
const mixed = (heights) => (heights[0] ?? []).map((_, at) => Math.max(...heights.map((channel) => channel[at])));

// `came` is given the heights of each channel, from 0 to 1, when they are there; `point` the seconds pointed at. Returns
// what takes the waveform away again.
export function drawWave(wave, audio, { url, length, lanes, nonce, came, point }) {
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
      splitChannels: lanes > 1 ? new Array(lanes).fill({ overlay: false }) : undefined,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 2,
      dragToSeek: true,
      hideScrollbar: true,
      cspNonce: nonce,
      ...colours(),
    });
    made.on("interaction", point);
    return made;
  };
  let drawn = drawing(new Array(lanes).fill(FLAT));
  let isGone = false;
  const colour = () => drawn.setOptions(colours());
  const schemes = SCHEMES.map((one) => matchMedia(one));
  for (const one of schemes) one.addEventListener("change", colour);

  async function draw(tries) {
    const answer = await fetch(`${url}/waveform`, { headers: { Accept: "application/json" } });
    if (answer.status === 503 && tries > 0 && !isGone) {
      setTimeout(() => draw(tries - 1), 1000 * Number(answer.headers.get("Retry-After") || 2));
    } else if (answer.ok) {
      const heights = (await answer.json()).map((channel) => channel.map((height) => height / 255));
      if (heights.length === 0 || isGone) return;
      drawn.destroy();
      drawn = drawing(lanes > 1 ? heights.slice(0, lanes) : [mixed(heights)]);
      came(heights);
    }
  }
  draw(RETRIES).catch(() => {});
  return () => {
    isGone = true;
    for (const one of schemes) one.removeEventListener("change", colour);
    drawn.destroy();
  };
}
