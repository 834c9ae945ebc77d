import { expect, test } from 'vitest';

import { encodeGraph } from './graph-def.ts';
import { integers } from './graph-nodes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a graph of one node, byte by byte', () => {
  // SavedModel { 1: 1, 2: { 1: { 4: "serve" }, 2: { 1: { 1: "a", 2: "B" }, 4: { 1: 1087 } } } }
  const node = '0a060a0161120142';
  const versions = '220308bf08';
  expect(hex(encodeGraph([{ name: 'a', op: 'B', inputs: [], attrs: {} }]))).toBe(
    `08011218${'0a0722057365727665'}${'120d'}${node}${versions}`,
  );
});

test('a number below zero is its 64-bit complement, a constant its bytes and shape', () => {
  const attrs = { axis: { int: -1 } };
  expect(hex(encodeGraph([{ name: 'a', op: 'B', inputs: [], attrs }]))).toContain('18ffffffffffffffffff01');
  // TensorProto { 1: int32, 2: { 2: { 1: 2 } }, 4: 1 and -2 in four bytes each }
  expect(hex(encodeGraph([integers('c', [1, -2])]))).toContain('0803120412020802220801000000feffffff');
});
