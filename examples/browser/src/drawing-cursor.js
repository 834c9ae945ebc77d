/** Pixels that an arrow key moves the cursor by, and with the shift key. */
const [STEP, FAR] = [4, 32];

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A place on a canvas that arrow keys move, and a mark over the canvas that shows it. */
export class DrawingCursor {
  constructor(canvas, mark) {
    Object.assign(this, { canvas, mark, at: null });
    canvas.addEventListener('blur', () => this.hide());
  }

  /** Where it is, shown from now on: the middle of the canvas at first. @returns [x, y] */
  shown() {
    const { width, height } = this.canvas;
    this.at ??= [Math.floor(width / 2), Math.floor(height / 2)];
    const [x, y] = this.at;
    Object.assign(this.mark.style, { left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%` });
    this.mark.hidden = false;
    return this.at;
  }

  /** Moves where a key is an arrow. @returns [x, y], undefined where it is none */
  move({ key, shiftKey }) {
    const direction = DIRECTIONS[key];
    if (direction === undefined) return undefined;
    const isNew = this.mark.hidden;
    const [x, y] = this.shown();
    if (isNew) return this.at; // the first key shows where it is
    const step = shiftKey ? FAR : STEP;
    const within = (value, size) => Math.max(0, Math.min(size - 1, value));
    this.at = [within(x + step * direction[0], this.canvas.width), within(y + step * direction[1], this.canvas.height)];
    return this.shown();
  }

  hide() {
    this.mark.hidden = true;
  }

  /** Forgets where it was, as behind another photograph. */
  forget() {
    this.at = null;
    this.hide();
  }
}
