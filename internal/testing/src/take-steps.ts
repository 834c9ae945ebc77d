/** Takes all steps of a computation. Returns its result, and the turns between two, in which others might compute. */
export function takeSteps<T>(steps: Generator<void, T, void>): { result: T; turns: number } {
  for (let turns = 0; ; turns++) {
    const step = steps.next();
    if (step.done) return { result: step.value, turns };
  }
}
