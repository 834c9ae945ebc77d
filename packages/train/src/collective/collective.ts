/** Number arrays that can be summed over processes. */
export type Summable = Float32Array | Float64Array;

/**
 * Processes that train one model together, each with images of its own. All of them make the same calls in the same
 * order; a call ends when all have made it. Ranks count from 0.
 */
export type Collective = {
  readonly rank: number;
  readonly size: number;
  /** Puts the sum over all processes in place of the values, the same bytes everywhere. */
  allReduce(values: Summable): Promise<void>;
  /** As {@link Collective.allReduce}, while the event loop stands: for statistics in the middle of a forward pass. */
  allReduceSync(values: Summable): void;
  /** Puts the bytes of rank 0 in place of all others'. They are as many everywhere. */
  broadcast(bytes: Uint8Array): Promise<void>;
  /** Ends when every process has come here. */
  barrier(): Promise<void>;
};

/** The one process of a training that has no others. */
export const ALONE: Collective = {
  rank: 0,
  size: 1,
  allReduce: async () => {},
  allReduceSync: () => {},
  broadcast: async () => {},
  barrier: async () => {},
};

/** Sends bytes from rank 0 to all, however many they are. @param own Those of rank 0; not looked at elsewhere */
export async function broadcastBytes(collective: Collective, own: Uint8Array): Promise<Uint8Array> {
  if (collective.size === 1) return own;
  const length = new Uint8Array(Float64Array.of(own.byteLength).buffer);
  await collective.broadcast(length);
  const bytes = collective.rank === 0 ? own : new Uint8Array(new Float64Array(length.buffer)[0]);
  await collective.broadcast(bytes);
  return bytes;
}

/** Sends what JSON can say from rank 0 to all. */
export async function broadcastJson<T>(collective: Collective, value: T): Promise<T> {
  if (collective.size === 1) return value;
  const bytes = await broadcastBytes(collective, new TextEncoder().encode(JSON.stringify(value ?? null)));
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

/** Tells all processes whether any of them says so. */
export async function isTrueOfAny(collective: Collective, value: boolean): Promise<boolean> {
  if (collective.size === 1) return value;
  const count = Float64Array.of(value ? 1 : 0);
  await collective.allReduce(count);
  return count[0] > 0;
}
