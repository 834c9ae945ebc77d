// Writes seeded cost matrices: node make-costs.mjs DIR
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Mulberry32, 0 ≤ x < 1. */
function seeded(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = seeded(20);
const uniform = (rows, columns) => Float64Array.from({ length: rows * columns }, random);
const whole = (rows, columns, end) => uniform(rows, columns).map((value) => Math.floor(value * end));

function distances(rows, columns) {
  const [from, to] = [uniform(rows, 2), uniform(columns, 2)];
  return Float64Array.from({ length: rows * columns }, (_, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    return Math.hypot(from[2 * i] - to[2 * j], from[2 * i + 1] - to[2 * j + 1]);
  });
}

const matrices = [
  ['uniform_100x50', 100, 50, 5000, uniform],
  ['uniform_300x100', 300, 100, 1000, uniform],
  ['uniform_1000x1000', 1000, 1000, 7, uniform],
  ['whole10_100x50', 100, 50, 5000, (rows, columns) => whole(rows, columns, 10)],
  ['whole100_300x100', 300, 100, 1000, (rows, columns) => whole(rows, columns, 100)],
  ['whole100_1000x1000', 1000, 1000, 7, (rows, columns) => whole(rows, columns, 100)],
  ['distances_1000x1000', 1000, 1000, 7, distances],
];
for (const [name, rows, columns, , make] of matrices) {
  writeFileSync(path.join(folder, `${name}.f64`), new Uint8Array(make(rows, columns).buffer));
}
const index = matrices.map(([name, rows, columns, repeats]) => [name, rows, columns, repeats]);
writeFileSync(path.join(folder, 'costs.json'), JSON.stringify(index));
