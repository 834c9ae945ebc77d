// Objects of one photograph that is drawn on: which is chosen, what strokes change, what can be taken back.

/** Changes that can be taken back. */
const MOST_UNDO = 50;

export class DrawnObjects {
  /** Index of the object that strokes change; -1 where none is chosen. */
  current = -1;
  #before = [];

  /** @param objects With masks of [height · width] zeros and ones, the later over the earlier */
  constructor(objects, { width, height }) {
    Object.assign(this, { objects, width, height });
  }

  get chosen() {
    return this.objects[this.current] ?? null;
  }

  /** Index of the object at a place, -1 where there is none; the chosen one is on top. */
  at(x, y) {
    const pixel = Math.floor(y) * this.width + Math.floor(x);
    if (this.chosen?.mask[pixel]) return this.current;
    return this.objects.findLastIndex(({ mask }) => mask[pixel]);
  }

  /** Begins an object and chooses it. */
  add(category_id, mask = new Uint8Array(this.width * this.height)) {
    this.#remember();
    this.current = this.objects.push({ category_id, iscrowd: 0, mask }) - 1;
  }

  /** Mask of the chosen object, to be changed. */
  change() {
    this.#remember();
    return this.#replace({ mask: this.chosen.mask.slice() }).mask; // masks are shared with what can be taken back
  }

  rename(category_id) {
    this.#remember();
    this.#replace({ category_id });
  }

  remove(index) {
    this.#remember();
    this.objects.splice(index, 1);
    this.current = -1;
  }

  /** True where the chosen object was empty, and is gone: the eraser has taken all of it. */
  dropEmpty() {
    if (this.chosen === null || this.chosen.mask.includes(1)) return false;
    this.objects.splice(this.current, 1);
    this.current = -1;
    return true;
  }

  /** Takes the last change back. */
  undo() {
    const before = this.#before.pop();
    if (before !== undefined) Object.assign(this, before);
    return before !== undefined;
  }

  /** Objects as a map to be drawn, by place from 1 on: the chosen one lies on top. */
  map(categories) {
    const { width, height, objects, current } = this;
    const ids = new Int32Array(width * height);
    const order = [...objects.keys()].filter((k) => k !== current);
    if (current >= 0) order.push(current);
    for (const k of order) {
      const { mask } = objects[k];
      for (let i = 0; i < ids.length; i++) if (mask[i] === 1) ids[i] = k + 1;
    }
    return { ids, width, height, segments: this.segments(categories) };
  }

  segments(categories) {
    return this.objects.map(({ category_id }, k) => {
      const category = categories.findIndex(({ id }) => id === category_id);
      return { id: k + 1, category, isThing: true, score: 1, area: 0, bbox: [0, 0, 0, 0] };
    });
  }

  #remember() {
    this.#before.push({ objects: [...this.objects], current: this.current });
    if (this.#before.length > MOST_UNDO) this.#before.shift();
  }

  #replace(part) {
    const changed = { ...this.chosen, ...part };
    this.objects[this.current] = changed;
    return changed;
  }
}
