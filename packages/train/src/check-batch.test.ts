import { expect, test } from 'vitest';
import { checkClasses } from './check-batch.ts';

test.each([[new Array(1)], [[0, undefined]], [[NaN]], [[1.5]]])('classes of %j are refused', (classes) => {
  const targets = [{ classes, masks: undefined }] as never;
  expect(() => checkClasses(targets, 5)).toThrow(/^trainStep: expected targets\[0\].classes of 0 to 4, got /);
});
