import {
  A_FLAG,
  A_FUNCTION,
  A_SIGNAL,
  A_TEXT,
  ANYTHING,
  expectOptions,
  numberIn,
  type OptionCheck,
} from '@seg/checkpoint/expect-options';

const A_LIST: OptionCheck = ['a list', Array.isArray];
const HEADERS: OptionCheck = [
  'an object of texts',
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string'),
];

/** Checks of all that loading can be told: each function hands its options on to those below it. */
const LOADING: Readonly<Record<string, OptionCheck>> = {
  onProgress: A_FUNCTION,
  signal: A_SIGNAL,
  timeout: numberIn({ least: 0, above: true, most: Number.POSITIVE_INFINITY }),
  retries: numberIn({ least: 0, most: Number.POSITIVE_INFINITY, isWhole: true }),
  maxBytes: numberIn({ least: 0, most: Number.POSITIVE_INFINITY }),
  headers: HEADERS,
  allowRedirect: A_FUNCTION,
  revision: A_TEXT,
  token: A_TEXT,
  endpoint: A_TEXT,
  cacheDir: A_TEXT,
  offline: A_FLAG,
  allowNonFinite: A_FLAG,
  systems: A_LIST,
  categories: A_LIST,
  weights: A_FLAG,
  backbone: A_TEXT,
};

/** Refuses options of loading that nobody knows or can take. @param others Checks of the caller's own */
export function expectLoading(
  where: string,
  options: object,
  others: Readonly<Record<string, OptionCheck>> = {},
): void {
  expectOptions<object>(where, options, { ...LOADING, ...others });
}

/** A path, URL or name. */
export const A_PLACE: OptionCheck = ['a path, URL or name', (value) => typeof value === 'string' && value !== ''];

/** Refuses those that only `openModel` has, too. */
export function expectLoadOptions(where: string, options: object): void {
  const { weights: _, backbone: _backbone, ...known } = LOADING;
  expectOptions<object>(where, options, known);
}

/** Of the Segmenter beside those of loading; their values are checked where they are read. */
export const SEGMENTER = { maxWaiting: ANYTHING, concurrency: ANYTHING, runtime: ANYTHING };
