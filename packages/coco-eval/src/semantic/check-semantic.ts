import { type Finding, warningOf } from '../detection/findings.ts';
import { expectResult } from '../state/expect-value.ts';
import type { SemanticResult } from './semantic-types.ts';

/**
 * Lists what the numbers leave out silently: classes without a pixel in the ground truth, and pixels that are ignored
 * where that hides a class or is most of the picture.
 *
 * @param names of the classes; their numbers if absent
 */
export function checkSemantic(result: SemanticResult, names: readonly string[] = []): Finding[] {
  expectResult('checkSemantic', result, 'confusion', 'iou');
  const { confusion, iou, beyond } = result;
  const size = iou.length + 1;
  const columns = Array.from({ length: size }, (_, k) => sumOf(confusion, k, size));
  const total = columns.reduce((a, b) => a + b, 0);
  const absent = columns.slice(0, -1).flatMap((pixels, k) => (pixels === 0 ? [`class ${names[k] ?? k}`] : []));
  const ignored = columns[size - 1];
  const isMuch = ignored > 0 && (absent.length > 0 || 2 * ignored > total);
  const share = `${((100 * ignored) / total).toFixed(1)}% of ${total} pixels`;
  return [
    ...warningOf('class without pixels', 'it has no pixel in the ground truth; left out of the mean', absent),
    ...warningOf('ignored pixels', 'the ground truth has the ignored label there; not counted', isMuch ? [share] : []),
    ...warningOf(
      'label beyond classes',
      'the ground truth has the label that is the number of classes; not counted, as in detectron2',
      beyond > 0 ? [`${beyond} pixels of ${size - 1}`] : [],
    ),
  ];
}

function sumOf(confusion: Float64Array, column: number, size: number): number {
  let sum = 0;
  for (let k = column; k < confusion.length; k += size) sum += confusion[k];
  return sum;
}
