import { zipSync } from 'fflate';
import { expect, test } from 'vitest';

import { bytesOf } from './byte-source.ts';
import { openZip } from './zip.ts';

const ones = new Uint8Array(1000).fill(1);
const twos = new Uint8Array(1000).fill(2);
const open = () => openZip(bytesOf('a.zip', zipSync({ one: ones, two: twos }, { level: 9 })));

test('parts of one deflated entry are read in a row any number of times', () => {
  const one = open().get('one')!;
  for (let i = 0; i < 1000; i++) expect(one.read(i, 1)).toEqual(Uint8Array.of(1));
});

test('entries that take turns are not unpacked for ever', () => {
  const entries = open();
  const turn = () => [entries.get('one')!.read(0, 1)[0], entries.get('two')!.read(0, 1)[0]];
  for (let i = 0; i < 32; i++) expect(turn()).toEqual([1, 2]);
  expect(turn).toThrow('a.zip: expected to unpack one 32 times at most, got more');
});
