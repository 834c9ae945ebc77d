// The recipe `finetune` on photographs of fruits and nuts beside the same training in PyTorch: the small Mask2Former of
// `seg train` and transformers' own, on the same first values, batches and steps, with a few seeds each; then AP of both on
// photographs that none has seen, by `seg predict` and `seg evaluate`.
//   node bench/finetune/run.mjs [--data ../shared/data/fruits-nuts] [--steps 250] [--seeds 1,2,3] [--stacks seg,pytorch] [--out FOLDER]
// Every run is a folder and a line in FOLDER/runs.jsonl: what is killed goes on there. SEG_PYTHON is a python3 with torch,
// transformers, scipy and safetensors; BACKEND=node trains ours on native TensorFlow. One thread each: `taskset -c 0` in front.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import { saveModel } from '@seg/models/node';
import { appendRecord, isDone, readRecords } from '../ablations/records.mjs';
import { count, counts, readArguments, someOf, text } from '../arguments.mjs';
import { trainInPytorch } from './pytorch.mjs';
import { readFigures, STACKS, table } from './report.mjs';
import { batchesFrom, firstValues, openSetting } from './setting.mjs';
import { shareOut } from './unseen.mjs';

const SEG = path.join(import.meta.dirname, '../../packages/cli/bin/seg.mjs');
const BACKEND = process.env.BACKEND ?? 'wasm';

const { values } = readArguments(
  import.meta.url,
  {
    data: text('../shared/data/fruits-nuts'),
    steps: count('250'),
    seeds: counts('1,2,3'),
    stacks: someOf(Object.keys(STACKS), Object.keys(STACKS).join(',')),
    out: text(path.join(import.meta.dirname, 'out')),
  },
  { peers: ({ stacks }) => stacks },
);
const steps = Number(values.steps);
const images = path.join(values.data, 'images');
const records = path.join(values.out, 'runs.jsonl');
const trainings = { seg: trainOurs, pytorch: trainTheirs };

const { learn, unseen } = writeShares();
await useBackend('cpu'); // first values and batches alone are made here
for (const seed of values.seeds.split(',').map(Number)) {
  for (const arm of values.stacks.split(',')) {
    if (isDone(readRecords(records), { arm, seed, steps })) continue;
    const folder = path.join(values.out, `${arm}-${steps}-${seed}`);
    if (!existsSync(path.join(folder, 'model'))) await trainings[arm](folder, seed);
    const figures = await measure(folder);
    appendRecord(records, { arm, seed, steps, ...figures });
    console.log(`${STACKS[arm]}, seed ${seed}: ${JSON.stringify(figures)}`);
  }
}
console.log(table(readRecords(records), steps));

/** Writes the photographs to learn from, and the unseen ones, as COCO files. */
function writeShares() {
  const read = (name) => JSON.parse(readFileSync(path.join(values.data, name), 'utf8'));
  const shares = shareOut(read('train.json'), read('val.json'));
  const files = Object.entries(shares).map(([name, json]) => {
    const folder = path.join(values.out, name); // apart: what is unseen is no validation
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(json));
    return [name, file];
  });
  return Object.fromEntries(files);
}

/** The command that a newcomer gives. */
async function trainOurs(folder, seed) {
  const data = ['--data', learn, '--images', images];
  const recipe = ['--recipe', 'finetune', '--steps', `${steps}`, '--seed', `${seed}`, '--backend', BACKEND];
  const resume = existsSync(path.join(folder, 'run.json')) ? ['--resume'] : [];
  await seg(['train', ...data, ...recipe, '--out', folder, ...resume]);
}

async function trainTheirs(folder, seed) {
  const setting = await openSetting({ data: learn, images, steps, seed });
  const params = await firstValues(setting);
  await trainInPytorch(folder, {
    setting,
    params,
    batchesFrom: (first) => batchesFrom(setting, first),
    onStep: (line) => {
      appendRecord(path.join(folder, 'log.jsonl'), line);
      if (line.step % 10 === 0) console.error(`step ${line.step}  loss ${line.loss.toFixed(2)}`);
    },
  });
  params.dispose();
  const file = path.join(folder, 'trained.safetensors');
  const trained = openSafetensors(bytesOf(file, readFileSync(file)));
  const ofModel = [...trained.keys()].filter((key) => !key.startsWith('auxiliary.'));
  await saveModel(
    path.join(folder, 'model'),
    setting.description,
    new Map(ofModel.map((key) => [key, trained.read(key)])),
  );
}

/** @returns AP and AP50 on the unseen photographs, in percent */
async function measure(folder) {
  const out = path.join(folder, 'unseen');
  const photographs = ['--list', unseen, '--root', images];
  const model = ['--model', path.join(folder, 'model'), '--backend', BACKEND];
  await seg(['predict', ...photographs, '--images', unseen, ...model, '--task', 'instance', '--out', out, '--force']);
  const file = path.join(folder, 'evaluation.json');
  await seg([
    'evaluate',
    'instances',
    '--gt',
    unseen,
    '--dt',
    path.join(out, 'instances.json'),
    '--json',
    file,
    '--force',
  ]);
  return readFigures(JSON.parse(readFileSync(file, 'utf8')));
}

async function seg(args) {
  const child = spawn(process.execPath, [SEG, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`seg ${args[0]}: expected an end without an error, got exit code ${code}`);
}
