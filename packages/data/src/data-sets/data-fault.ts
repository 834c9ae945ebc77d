import { FormatError } from '@seg/checkpoint/safetensors';

/** Kinds of what can be wrong with a data set. */
export type DataFaultKind =
  | 'annotation'
  | 'categories'
  | 'crossing-split'
  | 'duplicate'
  | 'empty-mask'
  | 'missing-file'
  | 'no-mask'
  | 'outside'
  | 'size'
  | 'turned'
  | 'unknown-reference'
  | 'unreadable-file'
  | 'unused-class';

/** One thing that is wrong with a data set. */
export type DataFault = {
  /** Errors end reading; what a warning is about is left out or cut to size. */
  severity: 'error' | 'warning';
  kind: DataFaultKind;
  /** File and place: expected what, got what */
  message: string;
};

/** Taker of faults. Where it returns, reading goes on without what is at fault. */
export type FaultSink = (fault: DataFault) => void;

/**
 * Ends reading at the first error, and passes warnings over.
 *
 * @throws FormatError of one line
 */
export function refuseErrors({ severity, message }: DataFault): void {
  if (severity === 'error') throw new FormatError(message);
}

/** Passes every fault over. */
export function skipFaults(_: DataFault): void {}

/** Runs a part of a reader, and hands its refusal to whoever takes faults. */
export function attempt(kind: DataFaultKind, report: FaultSink, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report({ severity: 'error', kind, message: error.message });
  }
}

/** As `attempt`, of a part that waits. Returns null where it was refused. */
export async function attemptAsync<T>(
  kind: DataFaultKind,
  report: FaultSink,
  read: () => T | Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report({ severity: 'error', kind, message: error.message });
    return null;
  }
}
