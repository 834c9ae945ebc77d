// Times linearAssignment on the matrices of make-costs.mjs: node time-assignment.mjs DIR → one JSON line a matrix.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { linearAssignment } from '../../packages/matching/dist/linear-assignment.js';

const [folder] = process.argv.slice(2);
for (const [name, rows, columns, repeats] of JSON.parse(readFileSync(path.join(folder, 'costs.json'), 'utf8'))) {
  const costs = new Float64Array(new Uint8Array(readFileSync(path.join(folder, `${name}.f64`))).buffer);
  let ms = Number.POSITIVE_INFINITY;
  let found;
  for (let k = 0; k < repeats; k++) {
    const start = performance.now();
    found = linearAssignment(costs, rows, columns);
    ms = Math.min(ms, performance.now() - start);
  }
  console.log(JSON.stringify({ name, ms, columns: [...found.columns] }));
}
