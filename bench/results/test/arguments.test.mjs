import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { checkArguments, count, counts, flag, helpOf, oneOf, partOf, size, someOf, text } from '../../arguments.mjs';
import { inTurn, startEngine } from '../../engines.mjs';
import { versionsOf } from '../../versions.mjs';

const OPTIONS = {
  rounds: count('3'),
  threads: counts('1,2'),
  size: size('800x1088'),
  preset: oneOf(['r50', 'swin'], 'r50'),
  engines: someOf(['wasm', 'node'], 'wasm'),
  only: partOf(['solov2', 'maskformer'], ''),
  out: text('here'),
  record: flag(),
};
const read = (args, places) => checkArguments('bench/some.mjs', args, OPTIONS, places);

test('arguments are handed on as they are, those that are not given by their defaults', () => {
  expect(read(['--rounds', '5', '--engines', 'node,wasm', '--only', 'solo']).values).toEqual({
    ...{ rounds: '5', threads: '1,2', size: '800x1088', preset: 'r50', engines: 'node,wasm', only: 'solo' },
    ...{ out: 'here', record: false },
  });
  const places = { KIND: oneOf(['r50']), SIZE: count() };
  expect(read(['r50', '256', '2'], places).positionals).toEqual(['r50', '256', '2']);
});

test.each([
  [['--rounds', '0'], 'expected --rounds to be a whole number from 1 on, got "0"'],
  [['--rounds', 'abc'], 'expected --rounds to be a whole number from 1 on, got "abc"'],
  [['--threads', '1,'], 'expected --threads to be whole numbers from 1 on with commas, got "1,"'],
  [['--size', '800'], 'expected --size to be a height and a width, as 800x1088, got "800"'],
  [['--preset', 'nope'], 'expected --preset to be one of r50, swin, got "nope"'],
  [['--engines', 'wasm,nothing'], 'expected --engines to be some of wasm, node, got "wasm,nothing"'],
  [['--only', 'zzz'], 'expected --only to be a part of solov2, maskformer, got "zzz"'],
  [['--nobody'], "expected --rounds, --threads, --size, --preset, --engines, --only, --out, --record, --help, got: Unknown option '--nobody'"], // biome-ignore format: one line
  [['extra'], 'got extra'],
])('%j is refused', (args, message) => {
  expect(() => read(args)).toThrow(`bench/some.mjs: `);
  expect(() => read(args)).toThrow(message);
});

test('places are checked, the last one for all behind it', () => {
  const places = { KIND: oneOf(['r50']), SIZE: count() };
  expect(() => read(['x'], places)).toThrow('expected KIND to be one of r50, got "x"');
  expect(() => read(['r50', '1', 'y'], places)).toThrow('expected SIZE to be a whole number from 1 on, got "y"');
});

test('help is the comment that a script begins with', () => {
  expect(helpOf('// What it is.\n//   node some.mjs\nimport x;\n// no more')).toBe('What it is.\n  node some.mjs');
});

test('versions are of the runtime, of the packages, of tfjs, of peers and of the processor', () => {
  expect(versionsOf('wasm,ort-web')).toMatch(
    /^Node \d+\.\S+, @seg\/core \S+( \(\w+\))?, tfjs 4\.\S+, onnxruntime 1\.\S+, \d+ x .+$/,
  );
  expect(versionsOf('wasm')).not.toContain('onnxruntime');
});

test('an engine that ends gives the reason of its end, and the others are stopped', async () => {
  const node = (code) => startEngine('some', process.execPath, ['-e', code]);
  await expect(node('throw new TypeError("no such preset")').run()).rejects.toThrow(
    'some: expected an answer, got the end of the process: TypeError: no such preset',
  );
  await expect(startEngine('none', 'no-such-command', []).run()).rejects.toThrow('ENOENT');
  const answers = node('process.stdin.on("data", () => console.log(0.5))');
  await expect(inTurn([answers, node('process.exit(1)')], 1)).rejects.toThrow('some: expected an answer');
  await expect(answers.run()).rejects.toThrow('got the end of the process'); // stopped
});

test('every benchmark reads its arguments by one reader', () => {
  const root = path.join(import.meta.dirname, '../..');
  const scripts = readdirSync(root, { recursive: true }).filter((file) => file.endsWith('.mjs'));
  const own = scripts.filter((file) => /\bparseArgs\b/.test(readFileSync(path.join(root, file), 'utf8')));
  expect(own.filter((file) => !file.includes('test'))).toEqual(['arguments.mjs']);
});
