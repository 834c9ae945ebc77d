import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import { FormatError, type StoredValue } from '@seg/checkpoint/safetensors';
import * as tf from '@tensorflow/tfjs-core';

import { changeEach } from './change-each.ts';

const A_MAP: OptionCheck = ['a Map of variables by key', (value) => value instanceof Map];

/** Variables that an optimizer keeps beside every parameter, of the parameter's shape, by name: moments, for example. */
export class OptimizerState<Name extends string> {
  private readonly variables = new Map<string, Record<Name, tf.Variable>>();
  private readonly prefix: string;

  /**
   * @param prefix Of the keys in a checkpoint: `PREFIX.NAME.KEY`
   * @param initial First values. Default: zeros
   */
  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    names: readonly Name[],
    prefix = 'optimizer',
    initial: (parameter: tf.Variable) => tf.Tensor = ({ shape }) => tf.zeros(shape),
  ) {
    expectValue('optimizer', 'parameters', parameters, A_MAP);
    this.prefix = prefix;
    for (const [key, parameter] of parameters) {
      const entries = names.map((name) => [name, tf.tidy(() => tf.variable(initial(parameter), false))]);
      this.variables.set(key, Object.fromEntries(entries) as Record<Name, tf.Variable>);
    }
  }

  /** @throws Error where there is no such parameter */
  of(key: string): Record<Name, tf.Variable> {
    const found = this.variables.get(key);
    if (found === undefined) throw new Error(`OptimizerState: expected a key of the parameters, got ${key}`);
    return found;
  }

  async stored(): Promise<Map<string, StoredValue>> {
    const stored = new Map<string, StoredValue>();
    for (const [key, variable] of this.byKey()) {
      stored.set(key, { shape: variable.shape, values: (await variable.data()) as Float32Array });
    }
    return stored;
  }

  /** @throws FormatError naming the first value that is absent or misshapen; nothing has changed then */
  restore(where: string, read: (key: string) => StoredValue | null): void {
    this.restoring(where, read)();
  }

  /**
   * Reads and checks as {@link restore} does, and changes nothing yet.
   *
   * @returns The change
   * @throws FormatError naming the first value that is absent or misshapen
   */
  restoring(where: string, read: (key: string) => StoredValue | null): () => void {
    const found = this.byKey().map(([key, variable]) => [variable, valuesFor(where, variable, key, read)] as const);
    const changes = found.map(([variable, values]) => ({
      size: variable.size,
      make: () => variable.assign(tf.tensor(values, variable.shape)),
    }));
    return () => changeEach(where, changes);
  }

  dispose(): void {
    for (const [, variable] of this.byKey()) variable.dispose();
  }

  private byKey(): [string, tf.Variable][] {
    return [...this.variables].flatMap(([key, named]) =>
      Object.entries<tf.Variable>(named).map(([name, variable]): [string, tf.Variable] => [
        `${this.prefix}.${name}.${key}`,
        variable,
      ]),
    );
  }
}

function valuesFor(
  where: string,
  { shape }: tf.Variable,
  key: string,
  read: (key: string) => StoredValue | null,
): StoredValue['values'] {
  const stored = read(key);
  if (stored !== null && stored.shape.join() === shape.join()) return stored.values;
  throw new FormatError(`${where}: expected ${key} [${shape}], got ${stored ? `[${stored.shape}]` : 'none'}`);
}
