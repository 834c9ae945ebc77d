import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

import { main } from './main.ts';

const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
const complain = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
const log = vi.spyOn(console, 'error').mockImplementation(() => {});
afterEach(() => {
  vi.clearAllMocks();
  process.exitCode = undefined;
});
const printed = (spy: typeof write | typeof complain) => spy.mock.calls.flat().join('');

test('--help lists the commands and ends well', async () => {
  expect(await main(['--help'])).toBe(0);
  expect(printed(write)).toMatch(/predict .*evaluate .*convert .*verify /s);
});

test('every command explains itself', async () => {
  for (const command of ['predict', 'evaluate', 'convert', 'verify']) expect(await main([command, '--help'])).toBe(0);
  expect(printed(write)).toContain('--ground-truth <file>');
});

test('--version is that of the package', async () => {
  expect(await main(['--version'])).toBe(0);
  expect(printed(write)).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('an unknown command or option is one line and exit code 2', async () => {
  expect(await main(['segment'])).toBe(2);
  expect(await main(['predict', '--colour'])).toBe(2);
  expect(printed(complain)).toMatch(/^error: unknown command 'segment'\nerror: [^\n]*\n$/);
});

test('errors show where they come from only with SEG_DEBUG', async () => {
  const args = ['predict', 'nowhere.png', '--model', 'nowhere'];
  expect(await main(args)).toBe(1);
  expect(log.mock.calls[0][0]).toMatch(/^seg: predict: expected an image nowhere\.png, got ENOENT[^\n]*$/);
  vi.stubEnv('SEG_DEBUG', '1');
  expect(await main(args)).toBe(1);
  vi.unstubAllEnvs();
  expect(log.mock.calls[1][0]).toMatch(/\n {4}at /);
});

test.each([
  [
    ['evaluate', 'instances', '--gt', 'a', '--dt', 'b', '--dt', 'c'],
    'instances --dt: expected one value, got a second, c',
  ],
  [['evaluate', 'instances', '--gt', '', '--dt', 'b'], 'instances --gt: expected a value, got an empty text'],
  [['predict', 'a.png', '--model', ''], 'predict --model: expected a value, got an empty text'],
  [
    ['predict', 'a.png', '--model', 'm', '--task=panoptic', '--task=semantic'],
    'expected one value, got a second, semantic',
  ],
  [['serve', '--model', 'a', '--model', 'b'], 'serve --model: expected one value, got a second, b'],
  [
    ['evaluate', 'instances', '--gt', 'a', '--dt', 'b', '--max-dets', '1,10'],
    'expected --max-dets with three limits or more, which the summary names, got 1,10',
  ],
])('%j is refused with exit code 2', async (args, message) => {
  expect(await main(args)).toBe(2);
  expect(log.mock.calls.flat().join()).toContain(message);
});

test('a number of classes that is none is an argument that is wrong', async () => {
  expect(await main(['evaluate', 'semantic', '--gt', 'a', '--dt', 'b', '--classes', '0'])).toBe(2);
  expect(await main(['evaluate', 'panoptic', '--gt', 'a', '--dt', 'b', '--cores', '0'])).toBe(2);
});

test('a model that is not there leaves no folder, and a golden file that is not starts no backend', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-main-'));
  const image = path.join(folder, 'a.png');
  writeFileSync(image, '');
  const out = path.join(folder, 'out');
  expect(await main(['predict', image, '--model', path.join(folder, 'none'), '--backend', 'cpu', '--out', out])).toBe(
    1,
  );
  expect(existsSync(out)).toBe(false);
  log.mockClear();
  expect(await main(['verify', path.join(folder, 'none.json')])).toBe(1);
  expect(log.mock.calls).toEqual([
    [expect.stringMatching(/^seg: verify: expected a golden file .*none\.json, got nothing there$/)],
  ]);
  rmSync(folder, { recursive: true });
});
