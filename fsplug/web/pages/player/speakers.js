// Who speaks when, as far as a waveform tells: each of the two has a channel.

const LOUD = 0.08;
// Of what one says, the other's phone hears a little.
const LOUDER_BY = 1.6;
// A cough, a yes.
const LEAST_SECONDS = 0.6;

// [seconds, channel] of each moment at which another one begins to speak.
export function beginnings(channels, length) {
  if (channels.length < 2) return [];
  const [first, second] = channels;
  const each = length / first.length;
  const least = Math.max(1, Math.round(LEAST_SECONDS / each));
  const found = [];
  let speaker = null;
  let began = 0;
  let candidate = null;
  let count = 0;
  first.forEach((height, at) => {
    const [quiet, loud] = height < second[at] ? [height, second[at]] : [second[at], height];
    if (loud < LOUD || loud < quiet * LOUDER_BY) return;
    const loudest = height < second[at] ? 1 : 0;
    if (loudest !== candidate) {
      candidate = loudest;
      began = at;
      count = 0;
    }
    count += 1;
    if (count >= least && candidate !== speaker) {
      speaker = candidate;
      found.push([began * each, speaker]);
    }
  });
  return found;
}
