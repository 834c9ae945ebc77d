// How far tensors of two stacks are apart.

/**
 * Norm of the difference as a part of the norm, of all tensors together and of each alone, the farthest first.
 *
 * @param {ReadonlyMap<string, Float32Array>} own @param {ReadonlyMap<string, Float32Array>} theirs
 * @throws Error naming the keys that one side lacks
 */
export function farthest(own, theirs) {
  const alone = [...new Set([...own.keys(), ...theirs.keys()])].filter((key) => !own.has(key) || !theirs.has(key));
  if (alone.length > 0) throw new Error(`expected the same tensors of both, got ${alone.join(', ')} of one alone`);
  const worst = [...own].map(([key, values]) => {
    const others = theirs.get(key);
    if (values.length !== others.length) {
      throw new Error(`${key}: expected ${values.length} numbers, got ${others.length}`);
    }
    const apart = Math.sqrt(sumOfSquares(values.map((value, i) => value - others[i])));
    const norm = Math.sqrt(sumOfSquares(others));
    return { key, apart, norm, part: apart === 0 ? 0 : apart / norm };
  });
  const total = (name) => Math.hypot(...worst.map((one) => one[name]));
  return { whole: total('apart') / total('norm'), worst: worst.sort((a, b) => b.part - a.part) };
}

const sumOfSquares = (values) => values.reduce((sum, value) => sum + value * value, 0);
