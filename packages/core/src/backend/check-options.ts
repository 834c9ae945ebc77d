import { A_FLAG, A_TEXT, expectOptions, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';

import type { BackendOptions } from './backend-info.ts';

const A_COUNT = numberIn({ least: 1, isWhole: true });

const CHECKS: Readonly<Record<keyof BackendOptions, OptionCheck>> = {
  threads: A_COUNT,
  wasmPaths: A_TEXT,
  halfStorage: [
    'true, false or { from: a whole number of at least 1 }',
    (value) => A_FLAG[1](value) || A_COUNT[1]((value as { from?: unknown } | null)?.from),
  ],
  // a timer knows no longer times
  timeLimit: numberIn({ least: 0, most: 2 ** 31 - 1 }),
};

/** Refuses options that a start does not know or cannot take. @throws RangeError naming the option */
export function checkOptions(options: BackendOptions): void {
  expectOptions('useBackend', options, CHECKS);
}
