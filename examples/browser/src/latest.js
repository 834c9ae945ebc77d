// Work of which only the newest counts: an answer to an older question must not be shown in the place of a newer one.
import { sayError } from './dom.js';

export class Latest {
  #current = null;
  #place;
  #atRest;

  /**
   * @param place Id of the element that hears of errors
   * @param atRest Called when nothing runs any more
   */
  constructor(place, atRest = () => {}) {
    [this.#place, this.#atRest] = [place, atRest];
  }

  /** Runs work in the place of the one before, which is ended and says no more. Work asks its signal behind each wait. */
  async run(work) {
    this.drop();
    const controller = new AbortController();
    this.#current = controller;
    try {
      await work(controller.signal);
    } catch (error) {
      if (this.#current === controller) sayError(this.#place, error);
    } finally {
      if (this.#current === controller) this.drop();
    }
  }

  /** Ends what runs, which says that it was cancelled. */
  cancel() {
    this.#current?.abort();
  }

  /** Ends what runs without a word. */
  drop() {
    const before = this.#current;
    if (before === null) return;
    this.#current = null;
    before.abort();
    this.#atRest();
  }
}
