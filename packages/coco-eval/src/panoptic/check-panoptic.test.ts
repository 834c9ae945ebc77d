import { expect, test } from 'vitest';
import { checkPanoptic } from './check-panoptic.ts';
import { PanopticQuality } from './panoptic-quality.ts';

test('categories without a segment that counts are named, those of crowds only too', () => {
  const quality = new PanopticQuality({ categories: [{ id: 1 }, { id: 2 }, { id: 3 }] });
  const crowd = { id: 4, category_id: 2, iscrowd: 1 };
  const segment = { id: 3, category_id: 1 };
  quality.add({
    groundTruth: { ids: [3, 4], segments: [segment, crowd] },
    prediction: { ids: [3, 0], segments: [segment] },
  });
  const [finding, ...others] = checkPanoptic(quality.result());
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'warning', code: 'category without segments', count: 2 });
  expect(finding.examples).toEqual(['category 2', 'category 3']);
});
