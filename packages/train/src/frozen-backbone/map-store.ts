import { bytesOfMaps, type StoredMaps } from './stored-maps.ts';

/**
 * Feature maps by name within a bound of bytes. What comes first stays: where samples come in a new order in each pass, giving
 * up the oldest would find few of them.
 */
export class MapStore {
  private readonly limit: number;
  private readonly kept = new Map<string, StoredMaps>();
  private held = 0;

  /** @param bytes Most that are held */
  constructor(bytes: number) {
    this.limit = bytes;
  }

  /** Number of images whose maps are held. */
  get size(): number {
    return this.kept.size;
  }

  get(name: string): StoredMaps | undefined {
    return this.kept.get(name);
  }

  /** Keeps maps where there is room for all of them. */
  offer(name: string, maps: StoredMaps): void {
    const bytes = bytesOfMaps(maps);
    if (this.kept.has(name) || this.held + bytes > this.limit) return;
    this.kept.set(name, maps);
    this.held += bytes;
  }
}
