import { expect, test } from 'vitest';
import { goldenJson } from '../../test/goldens.ts';
import { boundaryDistance, boundaryOf } from './boundary.ts';
import { type Box, boxIou, maskIou } from './overlap.ts';
import { boxToRle, polygonToRle } from './polygon.ts';
import { decodeRle, encodeRle, rleArea, rleBox } from './rle.ts';
import { mergeRles } from './rle-merge.ts';
import { type CocoRle, formatCounts, formatRle, parseRle } from './rle-string.ts';

type Answer = { size: [number, number]; counts: string; runs: number[]; area: number; bbox: number[] };
type Cases = {
  encode: (Answer & { rows: string[] | null })[];
  poly: (Answer & { h: number; w: number; xy: number[] })[];
  bbox: (Answer & { h: number; w: number; box: [number, number, number, number] })[];
  merge: { in: CocoRle[]; union: Answer; intersection: Answer }[];
  iou: { dt: CocoRle[]; gt: CocoRle[]; iscrowd: number[]; iou: number[][] }[];
  iou_box: { dt: Box[]; gt: Box[]; iscrowd: number[]; iou: number[][] }[];
  uncompressed: (Answer & { in: number[] })[];
  boundary: { ratio: number; in: CocoRle; boundary: CocoRle }[];
};

// Expected: pycocotools 2.0.11 (masks) and boundary-iou-api 37d2558 (boundaries).
const cases = goldenJson<Cases>('rle-cases.json.gz');

test('encodes, decodes and measures as pycocotools', () => {
  for (const golden of cases.encode) {
    const pixels = golden.rows ? Uint8Array.from(golden.rows.join(''), Number) : decodeRle(parseRle(golden));
    const rle = encodeRle(pixels, ...golden.size);
    expect([...rle.counts]).toEqual(golden.runs);
    expect(formatRle(rle)).toEqual({ size: golden.size, counts: golden.counts });
    expect(decodeRle(parseRle(golden))).toEqual(pixels);
    expect(rleArea(rle)).toBe(golden.area);
    expect(rleBox(rle)).toEqual(golden.bbox);
  }
});

test.each(cases.poly.map((golden, k) => [k, golden] as const))('rasterizes polygon %i as pycocotools', (_, golden) => {
  const rle = polygonToRle(golden.xy, golden.h, golden.w);
  expect([...rle.counts]).toEqual(golden.runs);
  expect(formatCounts(rle.counts)).toBe(golden.counts);
  expect([rleArea(rle), rleBox(rle)]).toEqual([golden.area, golden.bbox]);
});

test('rasterizes boxes as pycocotools', () => {
  for (const golden of cases.bbox) expect([...boxToRle(golden.box, golden.h, golden.w).counts]).toEqual(golden.runs);
});

test('merges as pycocotools', () => {
  for (const golden of cases.merge) {
    const rles = golden.in.map(parseRle);
    for (const operation of ['union', 'intersection'] as const) {
      const merged = mergeRles(rles, operation);
      expect([...merged.counts]).toEqual(golden[operation].runs);
      expect([rleArea(merged), rleBox(merged)]).toEqual([golden[operation].area, golden[operation].bbox]);
    }
  }
});

test('IoU of masks equals pycocotools in every bit, crowds included', () => {
  for (const golden of cases.iou) {
    const ious = maskIou(golden.dt.map(parseRle), golden.gt.map(parseRle), golden.iscrowd);
    expect([...ious]).toEqual(golden.iou.flat());
  }
});

test('IoU of boxes equals pycocotools in every bit, crowds included', () => {
  for (const golden of cases.iou_box) {
    const ious = golden.dt.map((dt) => golden.gt.map((gt, g) => boxIou(dt, gt, golden.iscrowd[g] === 1)));
    expect(ious).toEqual(golden.iou);
  }
});

test('uncompressed runs are taken as they are, zero-length ones too', () => {
  for (const golden of cases.uncompressed) {
    const rle = parseRle({ size: golden.size, counts: golden.in });
    expect(formatRle(rle).counts).toBe(golden.counts);
    expect([rleArea(rle), rleBox(rle)]).toEqual([golden.area, golden.bbox]);
  }
});

test('boundaries are those of boundary-iou-api', () => {
  for (const golden of cases.boundary) {
    expect(golden.boundary).toMatchObject(formatRle(boundaryOf(parseRle(golden.in), golden.ratio)));
  }
});

test('a boundary distance half way rounds to even', () => {
  expect(boundaryDistance(75, 100)).toBe(2); // 2.5
  expect(boundaryDistance(105, 140)).toBe(4); // 3.5
  expect(boundaryDistance(3, 4)).toBe(1);
});
