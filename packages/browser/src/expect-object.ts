/**
 * Refuses what is no object of options, and names that nobody knows. A page's own thread has none of the larger checks: the
 * worker, which has, looks at values.
 *
 * @param known Default: the worker knows them
 */
export function expectObject(where: string, options: object, known?: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: expected an object of options, got ${JSON.stringify(options)}`);
  }
  const name = known && Object.keys(options).find((given) => !known.includes(given));
  if (name) throw new RangeError(`${where}: expected nothing but ${known.join(', ')}, got ${name}`);
}
