/**
 * A tensor has the wrong shape at a public boundary. Told by its name: packages that have no core of their own throw it too, and a
 * bundle may hold two of them.
 */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ShapeError';
  }
}

/** A backend could not be started, or reported an error of its own. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
}

/** A checkpoint does not fit the model it is loaded into. Lists every mismatch, not only the first. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshapen: readonly string[];

  constructor(missing: readonly string[], unexpected: readonly string[], misshapen: readonly string[]) {
    const lines = [listed('missing', missing), listed('unexpected', unexpected), listed('wrong shape', misshapen)];
    super(['checkpoint: expected the keys of the model', ...lines.filter((line) => line !== '')].join('\n  '));
    this.missing = missing;
    this.unexpected = unexpected;
    this.misshapen = misshapen;
  }
}

function listed(label: string, keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const rest = keys.length > 8 ? `, and ${keys.length - 8} more` : '';
  return `${label}: ${keys.slice(0, 8).join(', ')}${rest}`;
}
