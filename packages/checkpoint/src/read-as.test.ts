import { expect, test } from 'vitest';

import { FormatError } from './errors.ts';
import { parseJson, readAs, type Schema } from './read-as.ts';

/** Schema that finds one fault. */
function faulty(issue: object): Schema<never> {
  return { '~standard': { validate: () => ({ issues: [{ message: 'Invalid', ...issue }] }) } };
}

test('a value that fits comes back as the schema makes it', () => {
  expect(readAs('f', { '~standard': { validate: () => ({ value: 7 }) } }, '7')).toBe(7);
});

test('the first fault is one line with its place and its value', () => {
  const path = [{ key: 'taps' }, { key: 3 }, { key: 'noise' }];
  const value = { taps: [0, 1, 2, { noise: 'x' }] };
  expect(() => readAs('f.json', faulty({ path, expected: 'number' }), value)).toThrow(
    new FormatError('f.json: expected number as taps[3].noise, got "x"'),
  );
  expect(() => readAs('f.json', faulty({ expected: 'Object' }), 5)).toThrow('f.json: expected an object, got 5');
  expect(() => readAs('f.json', faulty({ path: ['a', 'b'], message: 'less' }), {})).toThrow(
    'f.json: expected less as a.b, got nothing',
  );
});

test('JSON may begin with a byte order mark, and what is no JSON is named', () => {
  expect(parseJson('f.json', '\ufeff{"a":1}')).toEqual({ a: 1 });
  expect(() => parseJson('f.json', '<html>')).toThrow(new FormatError('f.json: expected JSON, got "<html>"'));
  for (const bytes of [Buffer.from('\ufeff{"a":1}', 'utf16le'), Buffer.from('{"a":1}', 'utf16le')]) {
    expect(() => parseJson('f.json', new TextDecoder().decode(bytes))).toThrow(
      'expected JSON, got UTF-16 in place of UTF-8',
    );
  }
});
