import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@seg/core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const seg = fileURLToPath(new URL('../bin/seg.mjs', import.meta.url));
const samples = path.join(root, 'examples/samples/images');

/** The nightly run has 50 kills and 300 images. */
const KILLS = Number(process.env.SEG_KILLS ?? 3);
const IMAGES = Number(process.env.SEG_KILL_IMAGES ?? 12);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-killed-'));
  mkdirSync(path.join(folder, 'in'));
  const names = readdirSync(samples);
  for (let i = 0; i < IMAGES; i++) {
    cpSync(path.join(samples, names[i % names.length]), path.join(folder, 'in', `${String(i).padStart(4, '0')}.jpg`));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `seg predict`. @returns Its exit code, null where it was killed before its end */
function predict(out: string, killAfter: number | null, ...args: string[]): Promise<number | null> {
  const model = path.join(root, 'examples/mask2former/model');
  const given = [
    'predict',
    path.join(folder, 'in'),
    '--model',
    model,
    '--backend',
    'wasm',
    '--out',
    path.join(folder, out),
  ];
  const child = spawn(process.execPath, [seg, ...given, ...args], { stdio: 'ignore' });
  const timer = killAfter === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    }),
  );
}

/** @returns Milliseconds of a run that succeeds */
async function timed(run: () => Promise<number | null>): Promise<number> {
  const begun = performance.now();
  expect(await run()).toBe(0);
  return performance.now() - begun;
}

/** Everything but the records, which are in the order of the work. */
function results(out: string): Record<string, string> {
  const names = readdirSync(path.join(folder, out)).filter((name) => name !== 'predictions.jsonl');
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(folder, out, name), 'base64')]));
}

test(`killed ${KILLS} times at random moments and gone on with, the files are those of an undisturbed run`, {
  timeout: KILLS * 60_000 + IMAGES * 5000,
}, async () => {
  const duration = await timed(() => predict('whole', null));
  const start = await timed(() => predict('whole', null, '--resume')); // nothing to do
  const random = seededRandom(20261129);
  for (let kills = 0; kills < KILLS; ) {
    const code = await predict('killed', 2 * random() * (start + duration / KILLS), '--resume'); // the last kill near the end
    if (code === null) kills++;
    else rmSync(path.join(folder, 'killed'), { recursive: true }); // done before the moment: once more from the beginning
  }
  expect(await predict('killed', null, '--resume')).toBe(0);
  const [killed, whole] = [results('killed'), results('whole')];
  expect(Object.keys(killed)).toEqual(Object.keys(whole));
  expect(killed).toEqual(whole);
});
