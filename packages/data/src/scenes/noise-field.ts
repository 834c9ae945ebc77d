import type { Random } from '@seg/core/random';

/** Side of the lattice before it repeats; a power of two, so that wrapping is a mask of bits. */
const SIDE = 64;

/**
 * Value noise: random numbers on a wrapped lattice, joined by smoothstep. Adds and multiplies only, so its values are
 * the same on every platform (`Math.sin` and its like are not).
 */
export class NoiseField {
  private readonly lattice = new Float32Array(SIDE * SIDE);

  constructor(random: Random) {
    for (let i = 0; i < this.lattice.length; i++) this.lattice[i] = 2 * random() - 1;
  }

  /** @returns A value in [−1, 1] that varies over about one unit of x and y */
  at(x: number, y: number): number {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const u = smoothstep(x - left);
    const v = smoothstep(y - top);
    const x0 = left & (SIDE - 1);
    const x1 = (left + 1) & (SIDE - 1);
    const y0 = (top & (SIDE - 1)) * SIDE;
    const y1 = ((top + 1) & (SIDE - 1)) * SIDE;
    const above = this.lattice[y0 + x0] * (1 - u) + this.lattice[y0 + x1] * u;
    const below = this.lattice[y1 + x0] * (1 - u) + this.lattice[y1 + x1] * u;
    return above * (1 - v) + below * v;
  }

  /** @returns The lattice value of one cell, in [−1, 1]: constant within it */
  cell(column: number, row: number): number {
    return this.lattice[(row & (SIDE - 1)) * SIDE + (column & (SIDE - 1))];
  }
}

function smoothstep(t: number): number {
  return t * t * (3 - 2 * t);
}
