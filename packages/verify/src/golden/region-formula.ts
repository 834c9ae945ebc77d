import type { RegionTokens } from './region-tokens.ts';

/** True if a pixel is inside, by its column x and row y. */
export type Inside = (x: number, y: number) => boolean;

type Numeric = { kind: 'number'; at: (x: number, y: number) => number };
type RegionPredicate = { kind: 'truth'; at: Inside };
type Value = Numeric | RegionPredicate;

/** Shapes by name, as their arguments make them. */
const SHAPES: Readonly<Record<string, { count: number; inside: (...numbers: number[]) => Inside }>> = {
  /** Rectangle: left, top, width, height. */
  R: {
    count: 4,
    inside: (left, top, width, height) => (x, y) => x >= left && x < left + width && y >= top && y < top + height,
  },
  /** Disc: center and square of the radius, which is outside. */
  D: {
    count: 3,
    inside: (centerX, centerY, squared) => (x, y) => (x - centerX) ** 2 + (y - centerY) ** 2 < squared,
  },
};

const FUNCTIONS: Readonly<Record<string, (...numbers: number[]) => number>> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
};

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** Depth of parentheses at most, far from the end of the stack. */
const DEEPEST = 100;

/**
 * Reads a condition on x and y: `10<=x<86 and not (x+y) mod 32 < 16`, `x+2y<150`, `R(3,2,90,70) or D(47,80,1500)`.
 *
 * @throws FormatError naming the word that does not fit
 */
export function readRegion(tokens: RegionTokens): Inside {
  return truth(tokens, either(tokens, 0)).at;
}

function either(tokens: RegionTokens, depth: number): Value {
  if (depth > DEEPEST) throw tokens.fault(`at most ${DEEPEST} parentheses in each other`);
  let left = both(tokens, depth);
  while (tokens.take('or')) {
    const [a, b] = [truth(tokens, left).at, truth(tokens, both(tokens, depth)).at];
    left = { kind: 'truth', at: (x, y) => a(x, y) || b(x, y) };
  }
  return left;
}

function both(tokens: RegionTokens, depth: number): Value {
  let left = negated(tokens, depth);
  while (tokens.take('and')) {
    const [a, b] = [truth(tokens, left).at, truth(tokens, negated(tokens, depth)).at];
    left = { kind: 'truth', at: (x, y) => a(x, y) && b(x, y) };
  }
  return left;
}

function negated(tokens: RegionTokens, depth: number): Value {
  if (!tokens.take('not')) return comparison(tokens, depth);
  const { at } = truth(tokens, negated(tokens, depth + 1));
  return { kind: 'truth', at: (x, y) => !at(x, y) };
}

/** A chain holds where each of its comparisons does. */
function comparison(tokens: RegionTokens, depth: number): Value {
  const first = sum(tokens, depth);
  let left = first;
  const links: Inside[] = [];
  for (let sign = tokens.take(...Object.keys(COMPARISONS)); sign; sign = tokens.take(...Object.keys(COMPARISONS))) {
    const right = sum(tokens, depth);
    const [a, b, compare] = [numeric(tokens, left).at, numeric(tokens, right).at, COMPARISONS[sign]];
    links.push((x, y) => compare(a(x, y), b(x, y)));
    left = right;
  }
  return links.length === 0 ? first : { kind: 'truth', at: (x, y) => links.every((link) => link(x, y)) };
}

function sum(tokens: RegionTokens, depth: number): Value {
  let left = product(tokens, depth);
  for (let sign = tokens.take('+', '-'); sign; sign = tokens.take('+', '-')) {
    const [a, b] = [numeric(tokens, left).at, numeric(tokens, product(tokens, depth)).at];
    left = { kind: 'number', at: sign === '+' ? (x, y) => a(x, y) + b(x, y) : (x, y) => a(x, y) - b(x, y) };
  }
  return left;
}

/** `2y` and `3(x+y)` are products too. */
function product(tokens: RegionTokens, depth: number): Value {
  let left = power(tokens, depth);
  for (;;) {
    const sign = tokens.take('*', '/', '%', 'mod') ?? (/^(?:x|y|\()$/.test(tokens.peek() ?? '') ? '*' : undefined);
    if (sign === undefined) return left;
    const [a, b] = [numeric(tokens, left).at, numeric(tokens, power(tokens, depth)).at];
    if (sign === '*') left = { kind: 'number', at: (x, y) => a(x, y) * b(x, y) };
    else if (sign === '/') left = { kind: 'number', at: (x, y) => a(x, y) / b(x, y) };
    else left = { kind: 'number', at: (x, y) => remainder(a(x, y), b(x, y)) };
  }
}

function remainder(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}

function power(tokens: RegionTokens, depth: number): Value {
  if (tokens.take('-')) {
    const { at } = numeric(tokens, power(tokens, depth + 1));
    return { kind: 'number', at: (x, y) => -at(x, y) };
  }
  const base = primary(tokens, depth);
  if (!tokens.take('^')) return base;
  const [a, exponent] = [numeric(tokens, base).at, tokens.number()];
  return { kind: 'number', at: (x, y) => a(x, y) ** exponent };
}

function primary(tokens: RegionTokens, depth: number): Value {
  if (tokens.take('x')) return { kind: 'number', at: (x) => x };
  if (tokens.take('y')) return { kind: 'number', at: (_, y) => y };
  if (tokens.take('(')) {
    const inside = either(tokens, depth + 1);
    tokens.expect(')');
    return inside;
  }
  if (tokens.take('|')) {
    const { at } = numeric(tokens, sum(tokens, depth + 1));
    tokens.expect('|');
    return { kind: 'number', at: (x, y) => Math.abs(at(x, y)) };
  }
  const name = tokens.take(...Object.keys(SHAPES), ...Object.keys(FUNCTIONS));
  if (name !== undefined) return Object.hasOwn(SHAPES, name) ? shape(tokens, name) : call(tokens, name, depth);
  if (!/^\d/.test(tokens.peek() ?? '')) {
    const known = [...Object.keys(SHAPES), ...Object.keys(FUNCTIONS)].map((one) => `${one}(…)`);
    throw tokens.fault(`a number, x, y, ${known.join(', ')}`);
  }
  const number = tokens.number();
  return { kind: 'number', at: () => number };
}

function shape(tokens: RegionTokens, name: string): RegionPredicate {
  const { count, inside } = SHAPES[name];
  tokens.expect('(');
  const numbers = Array.from({ length: count }, (_, i) => {
    if (i > 0) tokens.expect(',');
    return tokens.take('-') ? -tokens.number() : tokens.number();
  });
  tokens.expect(')');
  return { kind: 'truth', at: inside(...numbers) };
}

function call(tokens: RegionTokens, name: string, depth: number): Numeric {
  tokens.expect('(');
  const parts = [numeric(tokens, sum(tokens, depth + 1)).at];
  while (tokens.take(',')) parts.push(numeric(tokens, sum(tokens, depth + 1)).at);
  tokens.expect(')');
  return { kind: 'number', at: (x, y) => FUNCTIONS[name](...parts.map((part) => part(x, y))) };
}

function numeric(tokens: RegionTokens, value: Value): Numeric {
  if (value.kind === 'number') return value;
  throw tokens.fault('a number before this, not a condition,');
}

function truth(tokens: RegionTokens, value: Value): RegionPredicate {
  if (value.kind === 'truth') return value;
  throw tokens.fault('a condition before this, not a number,');
}
