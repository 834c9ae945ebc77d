import { FormatError } from '@seg/checkpoint';
import { CheckpointError } from '@seg/core';
import { expect, test } from 'vitest';

import { exitCodeOf, ProgramFault, Temporary, UsageError } from './exit-code.ts';

test.each([
  [new FormatError('a.json: expected JSON, got "x"'), 1],
  [new CheckpointError(['a'], [], []), 1],
  [new Error('predict: expected a folder, got a file'), 1],
  [new TypeError('results: expected a list of results, got number'), 1],
  [Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' }), 1],
  [new Error('x', { cause: Object.assign(new Error('full'), { code: 'ENOSPC' }) }), 75],
  [new Temporary('predict: expected one run, got another'), 75],
  [new UsageError('evaluate: expected --state with --shard, got none'), 2],
  [new TypeError("Cannot read properties of undefined (reading 'tp')"), 70],
  [new RangeError('Invalid string length'), 70],
  [new Error('Error in conv2d: depth of input must match'), 70],
  [new ProgramFault('worker 1 of 2: internal error: expected'), 70],
  ['a text', 70],
])('%s ends with %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
