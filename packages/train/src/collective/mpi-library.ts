/** Calls of the MPI library that a collective needs. Lengths are in elements; each returns MPI's code, 0 where all is well. */
export type MpiLibrary = {
  init(): number;
  rank(): number;
  size(): number;
  allReduce: Call<[send: ArrayBufferView, receive: ArrayBufferView, length: number, type: MpiType]>;
  broadcast: Call<[bytes: ArrayBufferView, length: number]>;
  barrier: Call<[]>;
  abort(code: number): number;
  finalize(): number;
};

/** A call that waits for other processes: here and now, or on another thread. */
type Call<Arguments extends unknown[]> = {
  now(...given: Arguments): number;
  later(...given: Arguments): Promise<number>;
};

/** Numbers that MPI adds. */
export type MpiType = 'float' | 'double';

/** Open MPI's libraries: as its runtime package has it, as the development package links it, and macOS. */
const LIBRARIES = ['libmpi.so.40', 'libmpi.so', 'libmpi.dylib'];

/** Calls come from several threads, never two at a time: MPI_THREAD_SERIALIZED, MPI 3.1 section 12.4. */
const SERIALIZED = 2;

/**
 * Opens Open MPI, whose handles are addresses of symbols.
 *
 * @param file Library. Default: the first that the loader finds
 * @throws Error where koffi or Open MPI is not there
 */
export async function openMpi(file?: string): Promise<MpiLibrary> {
  const { default: koffi } = await import('koffi').catch((cause: unknown) => {
    throw new Error('mpi: expected the package koffi, got none (npm install koffi)', { cause });
  });
  const library = firstOf(file === undefined ? LIBRARIES : [file], (name) => koffi.load(name, { global: true }));
  const handle = (name: string): unknown => {
    try {
      return library.symbol(name, 'void');
    } catch (cause) {
      throw new Error(`mpi: expected the library of Open MPI, got one without ${name}`, { cause });
    }
  };
  const [world, sum, byte] = ['ompi_mpi_comm_world', 'ompi_mpi_op_sum', 'ompi_mpi_byte'].map(handle);
  const types = { float: handle('ompi_mpi_float'), double: handle('ompi_mpi_double') };
  const [init, abort] = [library.func('int MPI_Init_thread(void *, void *, int, _Out_ int *)'), library.func('int MPI_Abort(void *, int)')]; // biome-ignore format: one step
  const numberFrom = (declaration: string) => {
    const ask = library.func(declaration);
    return () => {
      const answer = [0];
      ask(world, answer);
      return answer[0];
    };
  };
  const both = (declaration: string) => {
    const call = library.func(declaration);
    return {
      now: (...given: unknown[]): number => call(...given),
      later: (...given: unknown[]): Promise<number> =>
        new Promise((resolve, reject) => {
          call.async(...given, (error: unknown, code: number) => (error ? reject(error) : resolve(code)));
        }),
    };
  };
  const reduce = both('int MPI_Allreduce(void *, void *, int, void *, void *, void *)');
  const send = both('int MPI_Bcast(void *, int, void *, int, void *)');
  const wait = both('int MPI_Barrier(void *)');
  return {
    init: () => init(null, null, SERIALIZED, [0]),
    rank: numberFrom('int MPI_Comm_rank(void *, _Out_ int *)'),
    size: numberFrom('int MPI_Comm_size(void *, _Out_ int *)'),
    allReduce: {
      now: (from, to, length, type) => reduce.now(from, to, length, types[type], sum, world),
      later: (from, to, length, type) => reduce.later(from, to, length, types[type], sum, world),
    },
    broadcast: {
      now: (bytes, length) => send.now(bytes, length, byte, 0, world),
      later: (bytes, length) => send.later(bytes, length, byte, 0, world),
    },
    barrier: { now: () => wait.now(world), later: () => wait.later(world) },
    abort: (code) => abort(world, code),
    finalize: library.func('int MPI_Finalize()'),
  };
}

function firstOf<T>(names: readonly string[], load: (name: string) => T): T {
  const failures: string[] = [];
  for (const name of names) {
    try {
      return load(name);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`mpi: expected the library of Open MPI (${names.join(', ')}), got none: ${failures[0]}`);
}
