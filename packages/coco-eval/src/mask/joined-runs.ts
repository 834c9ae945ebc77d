/**
 * Runs without empty ones in the middle or at the end: across an empty run its neighbors are one. Files may hold such
 * runs; what asks where a run begins or ends has to see the runs of the pixels. The first run may stay empty.
 */
export function joinedRuns(counts: Uint32Array): Uint32Array {
  if (counts.indexOf(0, 1) === -1) return counts;
  const joined = new Uint32Array(counts.length);
  let last = 0;
  for (let j = 0; j < counts.length; j++) {
    if (counts[j] === 0) continue;
    if ((last & 1) !== (j & 1)) last++;
    joined[last] += counts[j];
  }
  return joined.slice(0, last + 1);
}
