// Ablations on small generated scenes: trains every arm with every seed, one process each, and writes docs/ablations.md.
//   node bench/ablations/run.mjs [NAME ...] [--seeds 1,2,3] [--steps 150] [--jobs 1] [--records FILE] [--docs FILE]
// Every run is a line in FILE (runs.jsonl beside this): what is killed goes on there. `--list` names the ablations. BACKEND=node
// trains on native TensorFlow, where most of a step is one thread's: two jobs keep two cores busy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { count, counts, flag, oneOf, readArguments, text } from '../arguments.mjs';
import { ABLATIONS, FIRST_SIX, runsOf } from './ablations.mjs';
import { page } from './page.mjs';
import { appendRecord, isDone, readRecords } from './records.mjs';
import { STEPS, TEST_SCENES } from './settings.mjs';

const here = import.meta.dirname;
const { values, positionals } = readArguments(
  import.meta.url,
  {
    seeds: counts('1,2,3'),
    steps: count(`${STEPS}`),
    scenes: count(`${TEST_SCENES}`),
    jobs: count('1'),
    records: text(path.join(here, 'runs.jsonl')),
    docs: text(path.join(here, '../../docs/ablations.md')),
    list: flag(),
  },
  { places: { NAME: oneOf(Object.keys(ABLATIONS)) } },
);

if (values.list) {
  for (const [name, { title }] of Object.entries(ABLATIONS)) console.log(`${name.padEnd(18)} ${title}`);
} else {
  await main(positionals.length > 0 ? positionals : FIRST_SIX);
}

async function main(names) {
  const seeds = values.seeds.split(',').map(Number);
  const [steps, scenes] = [Number(values.steps), Number(values.scenes)];
  const left = runsOf(names, seeds).filter((run) => !isDone(readRecords(values.records), { ...run, steps }));
  const job = async () => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      const result = await train(run.arm, run.seed, { steps, scenes });
      appendRecord(values.records, { ...run, steps, scenes, ...result });
      console.log(`${run.arm}, seed ${run.seed}: ${JSON.stringify(result)}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, job));
  writeFileSync(values.docs, page(readRecords(values.records), { steps, scenes }));
  console.log(values.docs);
}

/** @returns The figures of a run in a process of its own, which memory is measured of */
async function train(arm, seed, { steps, scenes }) {
  const args = ['--max-old-space-size=4096', path.join(here, 'train-arm.mjs'), arm, seed, steps, scenes].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  const line = text.split('\n').find((one) => one.startsWith('{'));
  if (code !== 0 || line === undefined)
    throw new Error(`${arm}, seed ${seed}: expected figures, got exit code ${code}`);
  return JSON.parse(line);
}
