/**
 * Segment ids of an image as runs of equal pixels along its rows. Label maps are nearly all repetition: a row that
 * equals the one above shares its runs, and what compares two maps walks runs instead of pixels.
 */
export class IdRuns {
  readonly width: number;
  readonly height: number;
  /** The distinct ids, in order of appearance. */
  readonly values: readonly number[];
  /** [height] The first run of each row; equal numbers in neighboring rows say that the rows are equal. */
  readonly rows: Uint32Array;
  /** [runs] Where a run ends, exclusive; the last of a row ends at `width`. */
  readonly ends: Uint32Array;
  /** [runs] Position of a run's id in `values`. */
  readonly places: Uint32Array;

  constructor(fields: Pick<IdRuns, 'width' | 'height' | 'values' | 'rows' | 'ends' | 'places'>) {
    this.width = fields.width;
    this.height = fields.height;
    this.values = fields.values;
    this.rows = fields.rows;
    this.ends = fields.ends;
    this.places = fields.places;
  }

  /** The id of every pixel, [height, width]. */
  toIds(): Uint32Array {
    const ids = new Uint32Array(this.width * this.height);
    for (let y = 0, at = 0; y < this.height; y++, at += this.width) {
      if (y > 0 && this.rows[y] === this.rows[y - 1]) ids.copyWithin(at, at - this.width, at);
      else this.#fillRow(ids, y, at);
    }
    return ids;
  }

  #fillRow(ids: Uint32Array, y: number, at: number): void {
    for (let run = this.rows[y], x = 0; x < this.width; run++) {
      ids.fill(this.values[this.places[run]], at + x, at + this.ends[run]);
      x = this.ends[run];
    }
  }
}

/** Gathers the runs of an image row by row, from the top. */
export class IdRunsBuilder {
  readonly #width: number;
  readonly #rows: Uint32Array;
  readonly #mask: number;
  readonly #placeOf: Map<number, number> = new Map();
  #height = 0;
  #length = 0;
  #ends = new Uint32Array(1024);
  #places = new Uint32Array(1024);
  #above = 0; // the run of the row above that is kept next
  #x = 0; // up to where the row is known

  /** @param mask Bits of a number that are its id; all of them if 0 */
  constructor(width: number, height: number, mask = 0) {
    this.#width = width;
    this.#rows = new Uint32Array(height);
    this.#mask = mask;
  }

  /** Adds the last row again. */
  repeatRow(): void {
    this.#rows[this.#height] = this.#rows[this.#height - 1];
    this.#height++;
  }

  /** Adds the row that starts at `from`. @throws as put */
  addRow(ids: ArrayLike<number>, from = 0): void {
    this.beginRow();
    const end = from + this.#width;
    for (let k = from; k < end; ) {
      const id = ids[k];
      for (k++; k < end && ids[k] === id; ) k++;
      this.put(id, k - from);
    }
  }

  /** Begins a row, which `put` and `keepTo` fill from the left. */
  beginRow(): void {
    this.#above = this.#height === 0 ? 0 : this.#rows[this.#height - 1];
    this.#rows[this.#height++] = this.#length;
    this.#x = 0;
  }

  /** Continues the row as the row above it, up to column `end`. */
  keepTo(end: number): void {
    while (this.#x < end) {
      while (this.#ends[this.#above] <= this.#x) this.#above++;
      this.#extend(this.#places[this.#above], Math.min(this.#ends[this.#above], end));
    }
  }

  /** Continues the row with an id up to column `end`. @throws unless it is a whole number of 0 or more */
  put(pixel: number, end: number): void {
    const id = this.#mask === 0 ? pixel : pixel & this.#mask;
    let place = this.#placeOf.get(id);
    if (place === undefined) {
      if (!(Number.isSafeInteger(id) && id >= 0)) {
        throw new RangeError(`PanopticQuality: expected ids that are whole numbers of 0 or more, got ${id}`);
      }
      this.#placeOf.set(id, (place = this.#placeOf.size));
    }
    this.#extend(place, end);
  }

  #extend(place: number, end: number): void {
    this.#x = end;
    const last = this.#length - 1;
    if (last >= this.#rows[this.#height - 1] && this.#places[last] === place) {
      this.#ends[last] = end;
      return;
    }
    if (this.#length === this.#ends.length) {
      this.#ends = doubled(this.#ends);
      this.#places = doubled(this.#places);
    }
    this.#ends[this.#length] = end;
    this.#places[this.#length++] = place;
  }

  /** The rows so far. */
  runs(): IdRuns {
    return new IdRuns({
      width: this.#width,
      height: this.#height,
      values: [...this.#placeOf.keys()],
      rows: this.#rows,
      ends: this.#ends.slice(0, this.#length),
      places: this.#places.slice(0, this.#length),
    });
  }
}

function doubled(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const twice = new Uint32Array(values.length * 2);
  twice.set(values);
  return twice;
}

/** Runs of the ids of pixels. @param ids [H, W] @param width W; all are one row if absent */
export function runsOfIds(ids: ArrayLike<number>, width: number = ids.length): IdRuns {
  const height = width === 0 ? 0 : ids.length / width;
  const builder = new IdRunsBuilder(width, height);
  for (let y = 0; y < height; y++) builder.addRow(ids, y * width);
  return builder.runs();
}
