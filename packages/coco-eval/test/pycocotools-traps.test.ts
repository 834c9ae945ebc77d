import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CocoGroundTruth, CocoResult } from '../src/detection/coco-types.ts';
import { evaluateDetections } from '../src/detection/evaluate-detections.ts';
import type { DetectionOptions } from '../src/detection/options.ts';
import { summarizeDetections } from '../src/detection/summarize.ts';
import { goldenJson } from './goldens.ts';

type Trap = {
  name: string;
  gt: CocoGroundTruth;
  dt: CocoResult[];
  iouType: 'segm' | 'bbox';
  params: Record<string, number | number[] | number[][] | string[]>;
  stats?: number[];
  shape?: number[];
  precision_sha256?: string;
  error?: { step: string; type: string; message: string };
};

// Expected: pycocotools 2.0.11, the same under numpy 1.24 and 2.4.
const traps = goldenJson<{ cases: Trap[] }>('traps.json.gz').cases;

/** Non-finite inputs are {"$float": "nan"}. */
function revived<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, entry) => {
    const text = entry?.$float as string | undefined;
    return text === undefined ? entry : Number(text.replace('inf', 'Infinity'));
  }) as T;
}

function optionsOf({ iouType, params }: Trap): DetectionOptions {
  const names = params.areaRngLbl as string[];
  return {
    iouType,
    ...(params.useCats === 0 && { useCategories: false }),
    ...(params.maxDets !== undefined && { maxDetections: params.maxDets as number[] }),
    ...(params.iouThrs !== undefined && { iouThresholds: params.iouThrs as number[] }),
    ...(params.recThrs !== undefined && { recallThresholds: params.recThrs as number[] }),
    ...(params.imgIds !== undefined && { imageIds: params.imgIds as number[] }),
    ...(params.catIds !== undefined && { categoryIds: params.catIds as number[] }),
    ...(params.areaRng !== undefined && {
      areaRanges: (params.areaRng as number[][]).map(([min, max], a) => ({ name: names[a], min, max })),
    }),
  };
}

test.each(traps.map((trap) => [trap.name, trap] as const))('%s', (_, trap) => {
  const run = () => evaluateDetections(revived(trap.gt), revived(trap.dt), optionsOf(trap));
  if (trap.error && trap.error.step !== 'summarize') {
    expect(run).toThrow(/expected/);
    return;
  }
  const result = run();
  expect(result.shape).toEqual(trap.shape);
  expect(createHash('sha256').update(new Uint8Array(result.precision.buffer)).digest('hex')).toBe(
    trap.precision_sha256,
  );
  if (trap.error) expect(() => summarizeDetections(result)).toThrow('expected three limits');
  else expect(summarizeDetections(result).map(({ value }) => value)).toEqual(trap.stats);
});
