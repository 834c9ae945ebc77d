import type { BackendOptions } from './backend-info.ts';

type OptionCheck = readonly [expected: string, holds: (value: unknown) => boolean];

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

const CHECKS: Readonly<Record<keyof BackendOptions, OptionCheck>> = {
  threads: ['a whole number from 1 on', isCount],
  wasmPaths: ['a text', (value) => typeof value === 'string'],
  halfStorage: [
    'true, false or { from: a whole number from 1 on }',
    (value) => typeof value === 'boolean' || isCount((value as { from?: unknown } | null)?.from),
  ],
  // a timer knows no longer times
  timeLimit: ['0 to 2147483647', (value) => typeof value === 'number' && value >= 0 && value < 2 ** 31],
};

/** Refuses options that a start does not know or cannot take. @throws RangeError naming the option */
export function checkOptions(options: BackendOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof BackendOptions] : undefined;
    if (value === undefined || check?.[1](value)) continue;
    const expected = check ? `${check[0]} as ${name}` : `nothing but ${Object.keys(CHECKS).join(', ')}`;
    throw new RangeError(`useBackend: expected ${expected}, got ${check ? '' : `${name} `}${shown(value)}`);
  }
}

function shown(value: unknown): string {
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
}
