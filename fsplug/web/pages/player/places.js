// Where somebody stopped in a recording, kept in the browser until they sign out.

const KEY = "fsplug-places";
const MOST = 100;
// So near to an end nobody wants to go on.
const NEAR_SECONDS = 3;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
};

export function placeOf(recording) {
  return read().find(([one]) => one === recording)?.[1] ?? 0;
}

export function keepPlace(recording, seconds, length) {
  const others = read().filter(([one]) => one !== recording);
  const isWorth = seconds > NEAR_SECONDS && seconds < length - NEAR_SECONDS;
  try {
    localStorage.setItem(KEY, JSON.stringify(isWorth ? [[recording, seconds], ...others].slice(0, MOST) : others));
  } catch {
    // A browser that keeps nothing begins anew each time.
  }
}
