import { notFinite } from './expect-numbers.ts';

/** Pixel counts of one query. */
export type QueryAreas = {
  /** Pixels where it has the highest weighted probability. */
  won: number;
  /** Pixels where its own probability reaches ½. */
  own: number;
  /** Both. */
  wonOwn: number;
};

/**
 * Finds the query that wins each pixel by score · probability. Sees the maps a part at a time and holds nine bytes a
 * pixel, however many queries take part. The first of equals wins, as in `argmax`.
 */
export class PixelContest {
  private readonly best: Float32Array;
  private readonly winner: Int32Array;
  private readonly isOwn: Uint8Array;
  private readonly ownAreas: number[] = [];
  private readonly weighsOwnArea: boolean;
  private tally: QueryAreas[] | null = null;

  constructor(pixels: number, weighsOwnArea: boolean) {
    this.best = new Float32Array(pixels).fill(-1);
    this.winner = new Int32Array(pixels).fill(-1);
    this.isOwn = new Uint8Array(pixels);
    this.weighsOwnArea = weighsOwnArea;
  }

  /**
   * @param maps [H · W, M] probabilities
   * @param scores M scores
   * @throws RangeError where one is NaN
   */
  enter(maps: ArrayLike<number>, scores: readonly number[]): void {
    this.tally = null;
    const first = this.ownAreas.length;
    const owned = new Int32Array(scores.length);
    for (let i = 0, source = 0; i < this.best.length; i++) {
      for (let k = 0; k < scores.length; k++, source++) {
        const weighted = maps[source] * scores[k];
        const isOwn = (this.weighsOwnArea ? weighted : maps[source]) >= 0.5;
        if (isOwn) owned[k]++;
        if (weighted > this.best[i]) {
          this.best[i] = weighted;
          this.winner[i] = first + k;
          this.isOwn[i] = isOwn ? 1 : 0;
        } else if (!(weighted <= this.best[i])) throw notFinite('panopticMap', 'mask logits');
      }
    }
    this.ownAreas.push(...owned);
  }

  areas(query: number): QueryAreas {
    return (this.tally ??= this.count())[query];
  }

  private count(): QueryAreas[] {
    const tally = this.ownAreas.map((own) => ({ won: 0, own, wonOwn: 0 }));
    for (let i = 0; i < this.winner.length; i++) {
      if (this.winner[i] < 0) continue;
      tally[this.winner[i]].won++;
      tally[this.winner[i]].wonOwn += this.isOwn[i];
    }
    return tally;
  }

  /** The id of every pixel's winner, 0 where there is none. */
  paint(idOf: Int32Array, ownAreaOnly: boolean): Int32Array {
    return this.winner.map((query, i) => (query < 0 || (ownAreaOnly && this.isOwn[i] === 0) ? 0 : idOf[query]));
  }
}
