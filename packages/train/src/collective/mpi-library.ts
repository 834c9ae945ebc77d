import type { LibraryHandle } from 'koffi';

type ForeignFunction = ReturnType<LibraryHandle['func']>;

/** Calls of the MPI library that a collective needs. Lengths are in elements; each returns MPI's code, 0 where all is well. */
export type MpiLibrary = {
  init(): number;
  rank(): number;
  size(): number;
  /** Waits for the other processes on another thread. */
  allReduce(...sums: Sums): Promise<number>;
  /** Waits for them here and now. */
  allReduceSync(...sums: Sums): number;
  broadcast(bytes: ArrayBufferView, length: number): Promise<number>;
  barrier(): Promise<number>;
  abort(code: number): number;
  finalize(): number;
};

/** Numbers of this process, and room for the sums. */
type Sums = [send: ArrayBufferView, receive: ArrayBufferView, length: number, type: MpiType];

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
  const world = handleOf(library, 'ompi_mpi_comm_world');
  const [add, byte] = [handleOf(library, 'ompi_mpi_op_sum'), handleOf(library, 'ompi_mpi_byte')];
  const types = { float: handleOf(library, 'ompi_mpi_float'), double: handleOf(library, 'ompi_mpi_double') };
  const [reduce, send, wait, init, abort] = [
    library.func('int MPI_Allreduce(void *, void *, int, void *, void *, void *)'),
    library.func('int MPI_Bcast(void *, int, void *, int, void *)'),
    library.func('int MPI_Barrier(void *)'),
    library.func('int MPI_Init_thread(void *, void *, int, _Out_ int *)'),
    library.func('int MPI_Abort(void *, int)'),
  ];
  return {
    init: () => init(null, null, SERIALIZED, [0]),
    rank: () => numberFrom(library.func('int MPI_Comm_rank(void *, _Out_ int *)'), world),
    size: () => numberFrom(library.func('int MPI_Comm_size(void *, _Out_ int *)'), world),
    allReduce: (from, to, length, type) => onThread(reduce, from, to, length, types[type], add, world),
    allReduceSync: (from, to, length, type) => reduce(from, to, length, types[type], add, world),
    broadcast: (bytes, length) => onThread(send, bytes, length, byte, 0, world),
    barrier: () => onThread(wait, world),
    abort: (code) => abort(world, code),
    finalize: library.func('int MPI_Finalize()'),
  };
}

/** @throws Error where the library is that of another MPI */
function handleOf(library: LibraryHandle, name: string): unknown {
  try {
    return library.symbol(name, 'void');
  } catch (cause) {
    throw new Error(`mpi: expected the library of Open MPI, got one without ${name}`, { cause });
  }
}

function numberFrom(ask: ForeignFunction, world: unknown): number {
  const answer = [0];
  ask(world, answer);
  return answer[0];
}

function onThread(call: ForeignFunction, ...given: unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...given, (error: unknown, code: number) => (error ? reject(error) : resolve(code)));
  });
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
