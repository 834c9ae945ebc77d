import { expectCounts, expectObject, expectThat, isCount } from '../state/expect-value.ts';
import type { SemanticQualityOptions, SemanticState } from './semantic-types.ts';

/** The confusion of more classes than this does not fit into memory. */
const MOST_CLASSES = 2 ** 14;

/** Checks options. @throws at the first that is not of its kind */
export function requireOptions(where: string, options: SemanticQualityOptions): void {
  const { classes, ignoreLabel = 255, boundary = false } = expectObject(where, options);
  const isNumber = isCount(classes) && classes > 0 && classes <= MOST_CLASSES;
  expectThat(isNumber, where, `a number of classes of 1 to ${MOST_CLASSES}`, classes);
  expectThat(Number.isSafeInteger(ignoreLabel), where, 'ignoreLabel of a whole number', ignoreLabel);
  expectThat(typeof boundary === 'boolean', where, 'boundary of true or false', boundary);
}

/** Checks a saved state, before anything of its size is made. @throws if it is none, or torn */
export function readSemanticState(where: string, state: SemanticState): SemanticState {
  if (state?.kind !== 'semantic' || state.version !== 2)
    throw new TypeError(`${where}: expected a state of kind semantic, version 2, got another`);
  requireOptions(where, state.options);
  const counts = (state.options.classes + 1) ** 2;
  expectCounts(`${where}: confusion`, state.confusion, counts);
  expectCounts(`${where}: boundaryConfusion`, state.boundaryConfusion, state.options.boundary ? counts : 0);
  expectCounts(`${where}: images and beyond`, [state.images, state.beyond]);
  return state;
}
