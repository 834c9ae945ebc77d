// Forward passes of the five systems at published sizes with random weights, ours beside our export in onnxruntime, as ratios taken
// in one run: one resident process per engine, in turn, the least of all rounds.
//   node bench/systems/run.mjs [--threads 1,2] [--rounds 3] [--engines wasm,ort-node,ort-web] [--only NAME] [--record]
// A machine that does other work too shows in seconds, less in seconds of the processors, which are printed behind them.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { init, ParamStore, useBackend } from '@seg/core';
import { buildModel, PRESETS } from '@seg/models';
import { count, counts, flag, partOf, readArguments, someOf } from '../arguments.mjs';
import { inTurn, leastOf, ratiosOf, startEngine } from '../engines.mjs';
import { installRuntimes } from '../peers.mjs';
import { recordRow, thisRun } from '../results/record.mjs';

const require = createRequire(new URL('../../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { exportGraph } = await load('@seg/onnx');
const { writeModel } = await load('@seg/onnx/node');

const SYSTEMS = [
  ['mask2former-r50-coco-panoptic', [256, 320]],
  ['mask2former-swin-t-coco-panoptic', [256, 320]],
  ['maskformer-r50-coco', [256, 320]],
  ['solov2-r50-coco', [256, 320]],
  ['max-deeplab-s-coco', [257, 321]],
  ['panoptic-segformer-r50-coco', [256, 320]],
];
const { values } = readArguments(
  import.meta.url,
  {
    threads: counts('1,2'),
    rounds: count('3'),
    engines: someOf(['wasm', 'node', 'ort-node', 'ort-web'], 'wasm,ort-node,ort-web'),
    only: partOf(
      SYSTEMS.map(([name]) => name),
      '',
    ),
    record: flag(),
  },
  { peers: ({ engines }) => engines },
);

installRuntimes();
await useBackend('wasm', { threads: 1 });
const folder = mkdtempSync(path.join(tmpdir(), 'seg-systems-'));
try {
  for (const [preset, size] of SYSTEMS.filter(([name]) => name.includes(values.only))) {
    const file = path.join(folder, `${preset}.onnx`);
    init.seedInitializers(1);
    const model = buildModel(new ParamStore(), PRESETS[preset].config);
    await writeModel(file, await exportGraph(model, { size }));
    model.dispose();
    for (const threads of values.threads.split(',')) await compare(preset, size, threads, file);
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(); // threads of WebAssembly would keep it

async function compare(preset, size, threads, file) {
  const engines = values.engines.split(',').map((name) => {
    const args = ['engine.mjs', name, threads, preset, ...size.map(String), file];
    return startEngine(name, process.execPath, args, { cwd: import.meta.dirname });
  });
  const results = await inTurn(engines, Number(values.rounds));
  const pick = (what) => new Map([...results].map(([name, taken]) => [name, leastOf(taken, what)[what]]));
  const [seconds, processor] = [pick('seconds'), pick('processor')];
  console.log(`${preset}, ${size.join(' x ')}, ${threads} threads, least of ${values.rounds} rounds`);
  for (const [name, time] of seconds) {
    const used = `${processor.get(name).toFixed(2)} s of processors (${ratiosOf(name, processor)})`;
    console.log(`  ${name.padEnd(9)} ${time.toFixed(2)} s (${ratiosOf(name, seconds)}), ${used}`);
  }
  if (values.record) recordRow('systems', { ...thisRun(threads), system: preset }, Object.fromEntries(seconds));
}
