/** Processes that train one model together, as a layer in the middle of its forward pass needs them. */
export type TrainingRanks = {
  readonly size: number;
  /** Puts the sum over all processes in place of the values. Returns when all have called it. */
  allReduceSync(values: Float32Array): void;
};
