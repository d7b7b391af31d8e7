// Numbers that look random and are the same for the same seed (mulberry32).

export function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (count) => Math.floor(next() * count),
    chance: (part) => next() < part,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** Lets others go on, for some turns of the event loop. */
    async pause(most) {
      for (let turns = Math.floor(next() * (most + 1)); turns > 0; --turns) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
