import { FormatError } from '@seg/checkpoint/safetensors';
import { BackendError, CheckpointError, ShapeError } from '@seg/core';
import { expect, test } from 'vitest';

import { packError, unpackError } from './pack-error.ts';

const across = (error: unknown) => unpackError(structuredClone(packError(error)));

test.each([
  new FormatError('a'),
  new BackendError('b'),
  new ShapeError('c'),
  new RangeError('d'),
  new TypeError('e'),
  new SyntaxError('f'),
  new CheckpointError(['g'], ['h'], ['i']),
  new DOMException('j', 'AbortError'),
  new Error('k'),
])('a %s comes out as it went in', (error) => {
  const found = across(error);
  expect(Object.getPrototypeOf(found)).toBe(Object.getPrototypeOf(error));
  expect([found.name, found.message, found.stack]).toEqual([error.name, error.message, error.stack]);
});

test('fields come along, of a class that is not known its name', () => {
  class OddError extends Error {
    override readonly name = 'OddError';
    readonly places = ['here', 3];
    readonly tool = () => {};
  }
  const found = across(new OddError('odd'));
  expect(found).toMatchObject({ name: 'OddError', message: 'odd', places: ['here', 3] });
  expect('tool' in found).toBe(false);
  const fit = across(new CheckpointError(['a'], [], ['b [1]'])) as CheckpointError;
  expect([fit.missing, fit.unexpected, fit.misshapen]).toEqual([['a'], [], ['b [1]']]);
});

test('causes come along, and a circle of them ends', () => {
  const inner = new FormatError('inner');
  expect(across(new Error('outer', { cause: inner })).cause).toMatchObject({ name: 'FormatError', message: 'inner' });
  const circle = new Error('circle');
  circle.cause = circle;
  expect(across(circle).message).toBe('circle');
});

test('what is no error becomes one', () => {
  expect(across('text')).toMatchObject({ name: 'Error', message: 'text' });
});
