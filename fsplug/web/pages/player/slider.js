// W3C's pattern of a media seek slider: its keys, and its value in words.

const STEP_SECONDS = 10;
const FINE_SECONDS = 1;
const PAGE_SECONDS = 60;
const UNITS = [
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export const clock = (seconds) => {
  const whole = Math.floor(seconds + 0.001);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const rest = `${two(minutes)}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest.replace(/^0/, "");
};

// 4 minutes and 52 seconds.
export function spoken(seconds, language) {
  let rest = Math.floor(seconds + 0.001);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const number = Math.floor(rest / size);
    rest %= size;
    if (number === 0 && !(unit === "second" && parts.length === 0)) continue;
    parts.push(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(number));
  }
  return new Intl.ListFormat(language, { type: "conjunction" }).format(parts);
}

// Where ← and → lead from everywhere on the page; null for any other key.
export function stepped(event, at) {
  const step = event.shiftKey ? FINE_SECONDS : STEP_SECONDS;
  if (event.key === "ArrowLeft") return at - step;
  return event.key === "ArrowRight" ? at + step : null;
}

// Where a key leads in the player, the slider's own ones on the slider alone; null for any other key.
export function sought(event, at, length, isSlider) {
  const step = event.shiftKey ? FINE_SECONDS : STEP_SECONDS;
  if (/^[0-9]$/.test(event.key)) return (length * Number(event.key)) / 10;
  if (!isSlider) return null;
  const places = {
    ArrowUp: at + step,
    ArrowDown: at - step,
    PageUp: at + PAGE_SECONDS,
    PageDown: at - PAGE_SECONDS,
    Home: 0,
    End: length,
  };
  return places[event.key] ?? null;
}
