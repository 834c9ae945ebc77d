import { nextTurn } from './next-turn.ts';

/** Milliseconds of computing between two turns of the event loop: with a step of as many behind them 50, a frame that is late. */
const SPELL = 20;

/** Makes a function that waits for a turn of the event loop where the last one is long ago. */
export function pacer(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < SPELL) return undefined;
    return nextTurn().then(() => {
      last = performance.now();
    });
  };
}
