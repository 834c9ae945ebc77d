/** Names a user can ask for. `node-gpu` and `node` are TensorFlow's own library, with CUDA and without. */
export type BackendName = 'webgpu' | 'node-gpu' | 'node' | 'wasm' | 'cpu';

/** Properties of a started backend. */
export type BackendTraits = {
  /** The adapter, the library, or how many threads of what. */
  description: string;
  /** Threads that compute, as far as the backend tells. */
  threads: number;
  /** True if kernels can calculate in half precision. */
  halfPrecision: boolean;
  /** Most bytes one tensor can hold. */
  maxBufferBytes: number;
};

/** A backend once started. */
export type StartedBackend = BackendTraits & {
  /** True where a graphics interface calculates on the processor, which is slower than wasm: not for `auto`. */
  emulated?: boolean;
};

/** A backend that `auto` tried and did not take. */
export type PassedOver = { name: BackendName; reason: string };

/** The backend that `useBackend` started. */
export type BackendInfo = BackendTraits & { name: BackendName; passedOver: PassedOver[] };

/** Options of `useBackend`. */
export type BackendOptions = {
  /**
   * Threads of the wasm backend, at most 8, and of native TensorFlow. Default: one for each processor. Fixed by the first
   * call; a later one that asks for others is refused. A page that is not cross-origin isolated has one.
   */
  threads?: number;
  /**
   * Pages only: URL, ending in a slash, of a folder with tfjs's `.wasm` files, for those who serve them themselves.
   * Default: they come with the script.
   */
  wasmPaths?: string;
  /**
   * WebGPU only: true lets inference store large tensors and folded filters as halves, which moves about half the bytes. Arithmetic
   * stays in single precision, and so does training. Numbers beyond ±65504 are stored as that. `from` is the fewest numbers of a
   * tensor that is stored so, 65536 unless told. Default: as it was, at first false.
   */
  halfStorage?: boolean | { from: number };
  /** Milliseconds that a backend may take to start, or that `auto` waits for each. Default: 60,000. */
  timeLimit?: number;
};
