import { numberIn } from '@seg/core/expect-options';

export { expectConfig } from '@seg/core/expect-options';

/** A weight of a term, 0 for none. */
export const A_WEIGHT = numberIn({ least: 0 });
