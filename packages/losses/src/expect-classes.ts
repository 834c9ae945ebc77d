/** @throws RangeError that names the first of some classes which is none of 0 to `count` less one */
export function expectClasses(where: string, classes: ArrayLike<number>, count: number): void {
  for (let k = 0; k < classes.length; k++) {
    const index = classes[k];
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    const range = count === Number.POSITIVE_INFINITY ? 'from 0 on' : `of 0 to ${count - 1}`;
    throw new RangeError(`${where}: expected classes ${range}, got ${index}`);
  }
}
