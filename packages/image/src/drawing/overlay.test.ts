import { expect, test } from 'vitest';

import { drawOverlay } from './overlay.ts';

test('an overlay without segments is the photograph', () => {
  const image = { data: new Uint8Array(400 * 10 * 3).fill(77), width: 400, height: 10 };
  const overlay = drawOverlay(image, { ids: new Int32Array(4000), width: 400, height: 10, segments: [] }, []);
  expect(overlay).toEqual(image);
});

test('segments are tinted, their borders stronger', () => {
  const [width, height] = [400, 40];
  const image = { data: new Uint8Array(width * height * 3), width, height };
  const ids = Int32Array.from({ length: width * height }, (_, i) => (i % width < 200 ? 1 : 0));
  const half = { id: 1, category: 0, isThing: true, score: 0.5, area: 8000 };
  const segments = [{ ...half, bbox: [0, 0, 200, 40] as [number, number, number, number] }];
  const map = { ids, width, height, segments };
  const { data } = drawOverlay(image, map, [{ name: 'x', color: [200, 0, 0] }]);
  const red = (x: number, y: number) => data[3 * (y * width + x)];
  expect([red(5, 3), red(199, 3), red(300, 3)]).toEqual([100, 211, 0]); // 200 · ½; (200 + 55 · 0.4) · 0.95; untouched
});
