/** Bounds of a number of an optimizer. */
type Bounds = {
  least: number;
  most?: number;
  /** True where the least itself is none. Default: false */
  above?: boolean;
  /** True where the most itself is none. Default: false */
  below?: boolean;
  isWhole?: boolean;
};

/**
 * Refuses a number that would spoil every parameter at the first update.
 *
 * @param where Optimizer and option
 * @throws RangeError
 */
export function expectNumber(where: string, value: number, bounds: Bounds): void {
  const { least, most = Number.MAX_VALUE, above = false, below = false, isWhole = false } = bounds;
  const isIn =
    typeof value === 'number' && (above ? value > least : value >= least) && (below ? value < most : value <= most);
  if (isIn && (!isWhole || Number.isSafeInteger(value))) return;
  const kind = isWhole ? 'a whole number' : 'a number';
  const range = `${above ? 'above' : 'of at least'} ${least}${most >= Number.MAX_VALUE ? '' : ` and ${below ? 'below' : 'at most'} ${most}`}`;
  throw new RangeError(`${where}: expected ${kind} ${range}, got ${value}`);
}

/** Numbers that optimizers share. Those that one does not have are left out. */
export function expectOptimizerNumbers(
  where: string,
  numbers: {
    weightDecay: number;
    clipNorm: number;
    momentum?: number;
    betas?: readonly [number, number];
    epsilon?: number;
  },
): void {
  const { weightDecay, clipNorm, momentum = 0, betas = [0, 0], epsilon = 1 } = numbers;
  expectNumber(`${where}.weightDecay`, weightDecay, { least: 0 });
  expectNumber(`${where}.clipNorm`, clipNorm, { least: 0, most: Number.POSITIVE_INFINITY, above: true });
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new RangeError(`${where}.betas: expected a list of two numbers, got ${betas}`);
  }
  const [first, second] = betas;
  const decays = Object.entries({ momentum, 'betas[0]': first, 'betas[1]': second });
  // a decay of 1 forgets nothing, and Adam divides by 1 - β
  for (const [name, decay] of decays) expectNumber(`${where}.${name}`, decay, { least: 0, most: 1, below: true });
  expectNumber(`${where}.epsilon`, epsilon, { least: 0, above: true });
}
