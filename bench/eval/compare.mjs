// Times this project beside the Python references in one run, and checks that the numbers are the same bits:
//
//   SEG_PYTHON=python3 node bench/eval/compare.mjs [--images 200,1000] [--rounds 3] [--sets DIR]
//     [--only detection,panoptic,assignment]
//
// Reference and project take turns, one process each; the least CPU and wall time of the rounds count.
// Needs the packages built (pnpm build) and a Python with numpy, scipy, pillow and pycocotools. Sets are generated once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, counts, readArguments, someOf, text } from '../arguments.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const python = process.env.SEG_PYTHON ?? 'python3';
const { values } = readArguments(
  import.meta.url,
  {
    images: counts('200,1000'),
    rounds: count('3'),
    sets: text(path.join(tmpdir(), 'seg-eval-sets')),
    only: someOf(['detection', 'panoptic', 'assignment'], 'detection,panoptic,assignment'),
  },
  { peers: () => 'pycocotools' },
);
const only = values.only.split(',');
mkdirSync(values.sets, { recursive: true });

/** Makes a folder beside, then renames it, so that a half-made one is never used. */
function set(name, script, args) {
  const folder = path.join(values.sets, name);
  if (!existsSync(folder)) {
    execFileSync(python, [path.join(here, 'generators', script), `${folder}.part`, ...args], { stdio: 'ignore' });
    renameSync(`${folder}.part`, folder);
  }
  return folder;
}

const lines = (text) =>
  text
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const run = (program, file, ...args) =>
  lines(execFileSync(program, [path.join(here, file), ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 }));

/** Both in turns. @returns the answers of the first round with the least times of all */
function inTurns(reference, ours) {
  const rounds = Array.from({ length: Number(values.rounds) }, () => [reference()[0], ours()[0]]);
  return [0, 1].map((k) => {
    const least = (field) => Math.min(...rounds.map((round) => round[k][field]));
    return { ...rounds[0][k], cpu: least('cpu'), wall: least('wall') };
  });
}
const seconds = (value) => value.toFixed(2).padStart(8);

function report(name, reference, ours, isSame) {
  const ratio = (field) => (reference[field] / ours[field]).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(28)} ${seconds(reference.cpu)} ${seconds(ours.cpu)} ${ratio('cpu')}x cpu ${ratio('wall')}x wall ` +
      `${String(reference.peakMB).padStart(6)} ${String(ours.peakMB).padStart(5)} MB  ${isSame ? 'same bits' : 'DIFFERENT'}`,
  );
}

console.log(`${''.padEnd(28)} ${'Python s'.padStart(8)} ${'ours s'.padStart(8)}`);
for (const images of values.images.split(',')) {
  if (only.includes('detection')) {
    const size = ['--images', images, '--cats', '80', '--gt', '7.3', '--dt', '24', '--seed', '11'];
    const folder = set(`i${images}`, 'gen_instances.py', [...size, '--plain', '--minside', '360', '--maxside', '640']);
    for (const iouType of ['segm', 'bbox']) {
      const [reference, ours] = inTurns(
        () => run(python, 'detection_reference.py', folder, iouType, `dt_${iouType}.json`),
        () => run(process.execPath, 'time-detection.mjs', folder, iouType, `dt_${iouType}.json`),
      );
      report(`${images} images, ${iouType}`, reference, ours, String(reference.stats) === String(ours.stats));
    }
  }
  if (only.includes('panoptic')) {
    const size = ['--images', images, '--plain', '--side', '400', '640', '--things', '80', '--stuff', '53'];
    const folder = set(`p${images}`, 'gen_panoptic.py', size);
    const [reference, ours] = inTurns(
      () => run(python, 'panoptic_reference.py', folder),
      () => run(process.execPath, 'time-panoptic.mjs', folder),
    );
    report(`${images} images, panoptic`, reference, ours, reference.pq === ours.pq);
  }
}
if (only.includes('assignment')) {
  const folder = path.join(values.sets, 'costs');
  if (!existsSync(path.join(folder, 'costs.json')))
    execFileSync(process.execPath, [path.join(here, 'make-costs.mjs'), folder]);
  const references = run(python, 'assignment_reference.py', folder);
  const found = run(process.execPath, 'time-assignment.mjs', folder);
  references.forEach((reference, k) => {
    const isSame = String(reference.columns) === String(found[k].columns);
    const times = `${reference.ms.toFixed(3).padStart(9)} ms ${found[k].ms.toFixed(3).padStart(9)} ms`;
    const ratio = (reference.ms / found[k].ms).toFixed(2).padStart(6);
    console.log(`${reference.name.padEnd(22)} scipy ${times} ${ratio}x  ${isSame ? 'same indices' : 'DIFFERENT'}`);
  });
}
