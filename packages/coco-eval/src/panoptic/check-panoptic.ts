import { type Finding, warningOf } from '../detection/findings.ts';
import { expectResult } from '../state/expect-value.ts';
import type { PanopticResult } from './panoptic-types.ts';

/** Lists what the means leave out silently: categories of which neither side has a segment that counts. */
export function checkPanoptic(result: PanopticResult): Finding[] {
  expectResult('checkPanoptic', result, 'perCategory');
  const empty = result.perCategory.filter(({ tp, fp, fn }) => tp + fp + fn === 0);
  const places = empty.map(({ category }) => `category ${category.id}`);
  return warningOf('category without segments', 'none of it counts, on either side; left out of the mean', places);
}
