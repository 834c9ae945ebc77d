/** Number of elements of a shape. */
export function sizeFromShape(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
