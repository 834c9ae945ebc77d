import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateMovingScene } from '@seg/data';
import { encodePng } from '@seg/image';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(import.meta.dirname, '../bin/seg.mjs');
const guide = readFileSync(path.join(root, 'docs/video.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(js|sh)( no-run)?\n([\s\S]*?)^```$/gm)].map(([, language, mark, code]) => {
  return { language, runs: mark === undefined, code };
});

let folder = '';
let out = '';

/** Stands for ffmpeg, which not every machine has: writes the frames of `frames` as it would. */
const FFMPEG = `#!/usr/bin/env node
import { readdirSync, readFileSync } from 'node:fs';
const isRaw = process.argv.includes('rgb24');
for (const name of readdirSync('frames').filter((name) => name.endsWith(isRaw ? '.rgb' : '.png')).sort()) {
  process.stdout.write(readFileSync('frames/' + name));
}
`;

beforeAll(() => {
  // Below node_modules of the root, where blocks find the packages as those who have installed them do
  folder = mkdtempSync(path.join(root, 'node_modules', '.video-guide-'));
  out = mkdtempSync(path.join(tmpdir(), 'seg-video-'));
  cpSync(path.join(root, 'examples/mask2former/model'), path.join(folder, 'model'), { recursive: true });
  mkdirSync(path.join(folder, 'frames'));
  for (const [k, { image }] of [...generateMovingScene({ seed: 2_000_000_000, frames: 4 })].entries()) {
    writeFileSync(path.join(folder, 'frames', `${k}.png`), encodePng(image));
    writeFileSync(path.join(folder, 'frames', `${k}.rgb`), image.data);
  }
  mkdirSync(path.join(folder, 'bin'));
  writeFileSync(path.join(folder, 'bin', 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(folder, 'bin', 'ffmpeg'), FFMPEG);
  writeFileSync(path.join(folder, 'bin', 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`);
  for (const name of ['ffmpeg', 'npx']) chmodSync(path.join(folder, 'bin', name), 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(out, { recursive: true });
});

function run(command: string, args: string[]): string {
  const env = { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`, SEG_BACKEND: 'wasm' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  expect(status, `${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

test('every command of the guide runs as printed, and ids stay', () => {
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.trim().split('\n'));
  expect(lines.length).toBe(3);
  for (const line of lines) run('bash', ['-c', `set -o pipefail; ${line} --backend wasm`]);
  const answers = ['folder', 'pipe', 'images'].map((name) => {
    const { annotations } = JSON.parse(readFileSync(path.join(folder, name, 'panoptic.json'), 'utf8'));
    return annotations.map(({ segments_info }: { segments_info: { id: number }[] }) =>
      segments_info.map(({ id }) => id),
    );
  });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(answers[0][3].filter((id: number) => answers[0][0].includes(id)).length).toBeGreaterThan(2);
});

test('every block runs as printed', () => {
  const scripts = blocks.filter(({ language, runs }) => language === 'js' && runs);
  expect(scripts.length).toBe(4);
  const printed = scripts.map(({ code }, k) => {
    writeFileSync(path.join(folder, `block-${k}.mjs`), code);
    return run(process.execPath, [`block-${k}.mjs`]);
  });
  expect(
    printed[0]
      .trim()
      .split('\n')
      .filter((line) => /^\d /.test(line)).length,
  ).toBe(4);
  expect(readdirSync(folder).filter((name) => name.startsWith('drawn-')).length).toBe(4);
  expect(printed[2].trim()).toBe('[ 1, 1, 1 ]');
  expect(printed[3]).toMatch(/^0\.503\d* 0\.707/); // windows: 1, 4/7, 4/9 and 0; AQ 1/2
});

test('blocks for a page are JavaScript, and import what is there', async () => {
  for (const { code } of blocks.filter(({ runs }) => !runs)) {
    writeFileSync(path.join(folder, 'page.mjs'), code);
    run(process.execPath, ['--check', 'page.mjs']);
    for (const [, names, from] of code.matchAll(/import \{ ([^}]+) \} from '(@seg\/\w+)'/g)) {
      const known = Object.keys(await import(from));
      for (const name of names.split(', ')) expect(known).toContain(name);
    }
  }
});
