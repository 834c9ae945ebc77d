import type { DataFault, FaultSink } from '../data-sets/data-fault.ts';

/** Most faults that are kept: a list that nobody reads to its end. The others are counted. */
const MOST_FAULTS = 10_000;

/** Faults as they come, the first ten thousand in full and each once. */
export class FaultList {
  readonly faults: DataFault[] = [];
  private readonly messages = new Set<string>();
  private unlisted = 0;

  report: FaultSink = (fault) => {
    if (this.messages.has(fault.message)) return;
    if (this.faults.length >= MOST_FAULTS) {
      this.unlisted++;
      return;
    }
    this.messages.add(fault.message);
    this.faults.push(fault);
  };

  /** Number of faults, those that were not kept among them. */
  get count(): number {
    return this.faults.length + this.unlisted;
  }
}
