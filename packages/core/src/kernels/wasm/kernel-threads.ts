import { platform } from '#platform';

import { BackendError } from '../../errors.ts';

/** Layout of the control block, in 32-bit words; arguments follow as doubles, which hold any address. */
const [TICKET, DONE, KERNEL, COUNT, FROM, TO, FAILED] = [0, 1, 2, 3, 4, 5, 6];
/** Bytes before the arguments: a cache line, so that storing them does not disturb threads that watch the ticket. */
const ARGUMENTS_AT = 64;
/** Arguments that there is room for: `adamStep`, which has the most, takes 17. */
const MOST_ARGUMENTS = 24;
/** More parts than threads, so that a thread that starts late takes fewer. */
const PARTS_PER_THREAD = 3;
/** The next part is the low byte of the ticket, which must not run over. */
const MOST_PARTS = 255;

/**
 * One thread's life. The ticket holds the number of parts (high) and the next part to take (low 8 bits); whoever raises
 * it owns that part, and reads what to do only then. A thread sleeps while no part is left.
 */
const THREAD = `
async function live({ module, memory, control, names, thread }, ready) {
  const words = new Int32Array(control), values = new Float64Array(control, ${ARGUMENTS_AT});
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  ready();
  for (;;) {
    const ticket = Atomics.load(words, ${TICKET});
    const part = ticket & 255, parts = ticket >> 8;
    if (part >= parts) { Atomics.wait(words, ${TICKET}, ticket); continue; }
    if (Atomics.compareExchange(words, ${TICKET}, ticket, ticket + 1) !== ticket) continue;
    const from = words[${FROM}], units = words[${TO}] - from;
    const begin = from + Math.floor((part * units) / parts), end = from + Math.floor(((part + 1) * units) / parts);
    try {
      exports[names[words[${KERNEL}]]](...values.subarray(0, words[${COUNT}]), begin, end, thread);
    } catch {
      Atomics.store(words, ${FAILED}, 1); // a trap: the caller waits for this part all the same
    }
    Atomics.add(words, ${DONE}, 1);
    Atomics.notify(words, ${DONE});
  }
}`;

type Kernel = (...args: number[]) => void;

/**
 * Threads beside this one, numbered from 1, that run parts of a call of our module, on the heap they all share. This thread takes parts
 * too, and returns when all are done: a call stays synchronous.
 */
export class KernelThreads {
  private readonly names: string[];
  private readonly words: Int32Array;
  private readonly values: Float64Array;
  private readonly count: number;
  private readonly maySleep: boolean;

  /** @param maySleep Whether this thread may wait asleep: that of a page may not */
  private constructor(names: string[], control: SharedArrayBuffer, count: number, maySleep: boolean) {
    this.names = names;
    this.count = count;
    this.maySleep = maySleep;
    this.words = new Int32Array(control);
    this.values = new Float64Array(control, ARGUMENTS_AT);
  }

  /** Starts `count` threads. Null where the surroundings allow none. */
  static async start(module: WebAssembly.Module, memory: WebAssembly.Memory, count: number) {
    if (count < 1 || typeof SharedArrayBuffer === 'undefined' || !(memory.buffer instanceof SharedArrayBuffer)) {
      return null;
    }
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    const control = new SharedArrayBuffer(ARGUMENTS_AT + 8 * MOST_ARGUMENTS);
    const started = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        platform.startThread(THREAD, { module, memory, control, names, thread: i + 1 }).catch(() => false),
      ),
    );
    const living = started.filter(Boolean).length;
    return living === 0 ? null : new KernelThreads(names, control, living, platform.maySleep);
  }

  /** Runs kernel(...args, begin, end, thread) on parts that make up [from, to), each of about `grain` units or more. */
  run(name: string, kernel: Kernel, args: readonly number[], from: number, to: number, grain: number): void {
    const parts = Math.min(PARTS_PER_THREAD * (this.count + 1), MOST_PARTS, Math.floor((to - from) / grain));
    if (parts < 2) kernel(...args, from, to, 0);
    else this.share(name, kernel, args, from, to, parts);
  }

  private share(name: string, kernel: Kernel, args: readonly number[], from: number, to: number, parts: number): void {
    const { words, values } = this;
    values.set(args);
    words[KERNEL] = this.names.indexOf(name);
    [words[COUNT], words[FROM], words[TO]] = [args.length, from, to];
    Atomics.store(words, DONE, 0);
    Atomics.store(words, FAILED, 0);
    Atomics.store(words, TICKET, parts << 8);
    Atomics.notify(words, TICKET);
    this.takeParts(kernel, args, from, to);
    for (let done = Atomics.load(words, DONE); done < parts; done = Atomics.load(words, DONE)) {
      if (this.maySleep) Atomics.wait(words, DONE, done);
    }
    if (Atomics.load(words, FAILED) === 1)
      throw new BackendError(`wasm: expected ${name} to run, got a trap in a thread`);
  }

  private takeParts(kernel: Kernel, args: readonly number[], from: number, to: number): void {
    const { words } = this;
    for (;;) {
      const ticket = Atomics.load(words, TICKET);
      const [part, parts] = [ticket & 255, ticket >> 8];
      if (part >= parts) return;
      if (Atomics.compareExchange(words, TICKET, ticket, ticket + 1) !== ticket) continue;
      const units = to - from;
      try {
        const [begin, end] = [part, part + 1].map((edge) => from + Math.floor((edge * units) / parts));
        kernel(...args, begin!, end!, 0);
      } catch {
        Atomics.store(words, FAILED, 1);
      }
      Atomics.add(words, DONE, 1);
    }
  }
}
