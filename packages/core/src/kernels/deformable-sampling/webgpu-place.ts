import type { Size } from '../../outputs.ts';
import { levelTable } from './level-table.ts';

/** Uniforms of the levels that {@link placeCode} reads: height, width and first token of each. */
export function levelIntegers(levels: Size[]): Record<string, number> {
  const table = levelTable(levels);
  return Object.fromEntries(
    levels.flatMap((_, l) => ['height', 'width', 'start'].map((name, k) => [`${name}${l}`, table[3 * l + k]!])),
  );
}

/**
 * WGSL of a level by its number, and of a place on it: its cell, the part of it, and whether it touches the map at all. NaN is told
 * by its bits, which a compiler that counts on there being none leaves alone.
 */
export function placeCode(levels: Size[]): string {
  const cases = levels.map(
    (_, l) => `case ${l}: { return vec3<i32>(uniforms.height${l}, uniforms.width${l}, uniforms.start${l}); }`,
  );
  return `
  fn levelOf(l: i32) -> vec3<i32> {
    switch (l) { ${cases.join(' ')} default: { return vec3<i32>(1, 1, 0); } }
  }
  struct Place { at: vec2<f32>, cell: vec2<i32>, part: vec2<f32>, size: vec2<i32>, start: i32, touches: bool };
  fn isLost(at: vec2<f32>, weight: f32) -> bool {
    return any((bitcast<vec3<u32>>(vec3<f32>(at, weight)) & vec3<u32>(0x7fffffffu)) > vec3<u32>(0x7f800000u));
  }
  fn placeOf(at: vec2<f32>, level: vec3<i32>) -> Place {
    let low = floor(at);
    let touches = all(at > vec2<f32>(-1.0)) && all(at < vec2<f32>(level.yx));
    return Place(at, vec2<i32>(low), at - low, level.yx, level.z, touches);
  }`;
}

/**
 * WGSL that runs `body` for each of the four pixels around place `s` that is on its level: `at` is where the pixel begins among those
 * of `map`, `row` apart; `share` is the pixel's part of the place, of each axis, and `isHigh` tells the farther side.
 *
 * @param weight Of the place
 * @param lost Runs where place or weight is NaN, with `nan`
 */
export function aroundPlace(weight: string, body: string, lost: string): string {
  return `if (s.touches) {
      for (var corner = 0; corner < 4; corner++) {
        let step = vec2<i32>(corner & 1, corner >> 1u);
        let pixel = s.cell + step;
        if (all(pixel >= vec2<i32>(0)) && all(pixel < s.size)) {
          let at = map + (s.start + pixel.y * s.size.x + pixel.x) * row;
          let isHigh = step == vec2<i32>(1);
          let share = select(1.0 - s.part, s.part, isHigh);
          ${body}
        }
      }
    } else if (isLost(s.at, ${weight})) {
      let nan = s.at.x + s.at.y + ${weight};
      ${lost}
    }`;
}
