import { FormatError } from '@seg/checkpoint/errors';
import { BackendError, CheckpointError, ShapeError } from '@seg/core/errors';

/** An error as plain data, which structured cloning takes: it keeps names of the language's own errors alone. */
export type PackedError = {
  name: string;
  message: string;
  stack: string | undefined;
  /** Own fields that can be cloned. */
  fields: Record<string, unknown>;
  cause: PackedError | undefined;
};

/** Classes that come out as what went in; others become an Error with their name. */
const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  FormatError,
  BackendError,
  ShapeError,
  RangeError,
  TypeError,
  SyntaxError,
};

/** Causes of causes that are kept: more is a circle. */
const MOST_CAUSES = 4;

/** Makes plain data of whatever was thrown. */
export function packError(error: unknown, depth = 0): PackedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, fields: {}, cause: undefined };
  }
  const { name, message, stack, cause } = error;
  const fields = Object.fromEntries(
    Object.entries(error).filter(
      ([key, value]) => !['name', 'message', 'stack', 'cause'].includes(key) && isPlain(value),
    ),
  );
  const isCaused = cause instanceof Error && depth < MOST_CAUSES;
  return { name, message, stack, fields, cause: isCaused ? packError(cause, depth + 1) : undefined };
}

/** Makes an error of its class again: `instanceof`, name, message and fields are those of the one that was packed. */
export function unpackError(packed: PackedError): Error {
  const { name, message, stack, fields, cause } = packed;
  const error = ofClass(packed);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  Object.assign(error, fields);
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: unpackError(cause), configurable: true });
  if (error.message !== message) Object.defineProperty(error, 'message', { value: message, configurable: true });
  return error;
}

function ofClass({ name, message, fields }: PackedError): Error {
  if (name === 'AbortError' || name === 'TimeoutError') return new DOMException(message, name);
  if (name === 'CheckpointError') {
    const keys = (field: string) => (Array.isArray(fields[field]) ? (fields[field] as string[]) : []);
    return new CheckpointError(keys('missing'), keys('unexpected'), keys('misshapen'));
  }
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name] : Error;
  return new Class(message);
}

function isPlain(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean', 'undefined', 'bigint'].includes(typeof value)) return true;
  return Array.isArray(value) && value.every(isPlain);
}
