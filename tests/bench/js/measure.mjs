// Both sides in turn, round by round; what counts is the median of each.

const now = () => performance.now();

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** @param sides functions that do the same work once; @returns the median time of each, in ms */
export function alternate(sides, { rounds = 15, warm = 3 } = {}) {
  const times = sides.map(() => []);
  for (let round = -warm; round < rounds; ++round) {
    sides.forEach((side, i) => {
      const began = now();
      side();
      const took = now() - began;
      if (round >= 0) times[i].push(took);
    });
  }
  return times.map(median);
}
