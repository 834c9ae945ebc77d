// Engines of a comparison: each a resident process that answers every line on its standard input with one of JSON, taken in turn.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** @returns {{ name: string, run: () => Promise<{ seconds: number }>, stop: () => void }} */
export function startEngine(name, command, args, options) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], ...options });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async () => {
    child.stdin.write('\n');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: expected an answer, got the end of the process`);
      const found = /^(\{.*\}|[\d.]+)$/.exec(value);
      if (found) return value.startsWith('{') ? JSON.parse(value) : { seconds: Number(value) };
    }
  };
  return { name, run, stop: () => child.kill() };
}

/** Runs each once to warm up, then all of them in every round, in a random order, and stops them. @returns {Promise<Map<string, object[]>>} */
export async function inTurn(engines, rounds) {
  for (const engine of engines) await engine.run();
  const results = new Map(engines.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const engine of shuffled(engines)) results.get(engine.name).push(await engine.run());
  }
  for (const engine of engines) engine.stop();
  return results;
}

/** The result of least `what`. */
export function leastOf(results, what = 'seconds') {
  return results.reduce((least, result) => (result[what] < least[what] ? result : least));
}

/** `0.50 of ort-web, …`: one engine's number as a share of all others'. @param {Map<string, number>} numbers */
export function ratiosOf(name, numbers) {
  const peers = [...numbers].filter(([peer]) => peer !== name);
  return peers.map(([peer, number]) => `${(numbers.get(name) / number).toFixed(2)} of ${peer}`).join(', ');
}

function shuffled(list) {
  return list
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
