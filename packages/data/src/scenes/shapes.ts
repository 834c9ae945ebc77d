/** Tells whether a point belongs to a shape of circumradius about 1 around the origin. */
export type Shape = (u: number, v: number) => boolean;

// Unit normals of a regular pentagon and a regular triangle, as literals: sines differ in the last bit by platform.
const STAR_NORMALS = [
  [0, 1],
  [0.9510565162951535, 0.3090169943749474],
  [0.5877852522924731, -0.8090169943749475],
  [-0.5877852522924731, -0.8090169943749475],
  [-0.9510565162951535, 0.3090169943749474],
] as const;
/** √3 / 2: the height of an equilateral triangle of side 1. */
const SQRT3_2 = 0.8660254037844386;

const disk: Shape = (u, v) => u * u + v * v <= 0.9;
const square: Shape = (u, v) => Math.abs(u) <= 0.8 && Math.abs(v) <= 0.8;
const triangle: Shape = (u, v) => v <= 0.5 && SQRT3_2 * u - 0.5 * v <= 0.5 && -SQRT3_2 * u - 0.5 * v <= 0.5;
const cross: Shape = (u, v) => {
  const [a, b] = [Math.abs(u), Math.abs(v)];
  return Math.max(a, b) <= 0.95 && Math.min(a, b) <= 0.32;
};
const capsule: Shape = (u, v) => {
  const beyond = Math.max(0, Math.abs(u) - 0.62);
  return beyond * beyond + v * v <= 0.144;
};

const ring: Shape = (u, v) => {
  const squared = u * u + v * v;
  return squared <= 1 && squared >= 0.3;
};

const crescent: Shape = (u, v) => {
  const inner = (u - 0.5) * (u - 0.5) + v * v;
  return u * u + v * v <= 1 && inner >= 0.6;
};

/** A pentagram: the points that at most one of its five edge lines leaves outside. */
const star: Shape = (u, v) => {
  let outside = 0;
  for (const [x, y] of STAR_NORMALS) if (u * x + v * y > 0.36) outside++;
  return outside <= 1 && u * u + v * v <= 1.2;
};

/** By category id − 1, in the order of `SCENE_CATEGORIES`. */
export const THING_SHAPES: readonly Shape[] = [disk, square, triangle, ring, star, cross, crescent, capsule];
