import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { measureRle } from '../src/mask/overlap.ts';
import { encodeRle } from '../src/mask/rle.ts';
import { type CocoRle, parseRle } from '../src/mask/rle-string.ts';
import type { SegmentInfo } from '../src/panoptic/match-segments.ts';
import { PanopticQuality } from '../src/panoptic/panoptic-quality.ts';
import type { PanopticCategory } from '../src/panoptic/panoptic-types.ts';
import { readPanopticPng } from '../src/png/segmentation-png.ts';

type Annotation = { image_id: number; file_name: string; segments_info: (SegmentInfo & { bbox: number[] })[] };

// Two images of COCO panoptic with their real PNGs, beside the repository.
const folder = path.join(fileURLToPath(new URL('../../../../shared/data/coco-panoptic-sample', import.meta.url)));
const isThere = existsSync(folder);
const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));

describe.skipIf(!isThere)(`the COCO panoptic sample${isThere ? '' : ' (skipped: ../shared is not there)'}`, () => {
  const sample = () => read('panoptic_examples.json') as { annotations: Annotation[]; categories: PanopticCategory[] };
  const png = ({ file_name }: Annotation) =>
    readPanopticPng(readFileSync(path.join(folder, 'panoptic_examples', file_name)), (data, length) =>
      inflateSync(data, { maxOutputLength: length + 1 }),
    );

  test('areas and boxes of the JSON are those of the PNG', () => {
    for (const annotation of sample().annotations) {
      const runs = png(annotation);
      const { height, width } = runs;
      const ids = runs.toIds();
      for (const { id, area, bbox } of annotation.segments_info) {
        const pixels = Uint8Array.from(ids, (value) => Number(value === id));
        const measured = measureRle(encodeRle(pixels, height, width));
        expect(measured.area).toBe(area);
        expect([measured.box[0], measured.box[2]]).toEqual([bbox[0], bbox[2]]);
      }
    }
  });

  test('the quality of the truth with itself is 1, boundaries too', () => {
    for (const iouType of ['mask', 'boundary'] as const) {
      const { annotations, categories } = sample();
      const quality = new PanopticQuality({ categories, iouType });
      for (const annotation of annotations) {
        const ids = png(annotation);
        const { height, width } = ids;
        const map = { ids, segments: annotation.segments_info };
        quality.add({ groundTruth: map, prediction: map, height, width });
      }
      const { pq, n } = quality.result().all;
      expect(pq).toBe(1);
      expect(n).toBeGreaterThan(5);
    }
  });

  test('the same segments in detection format are the same pixels', () => {
    const { annotations } = read('panoptic_coco_detection_format.json') as {
      annotations: { image_id: number; area: number; segmentation: CocoRle }[];
    };
    for (const { area, segmentation } of annotations) expect(measureRle(parseRle(segmentation)).area).toBe(area);
  });
});
