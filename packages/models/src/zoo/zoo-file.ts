import type { PresetName } from '../systems/systems.ts';
import { WEIGHT_URLS } from './weight-urls.ts';

/** One file of the authors: its place, and the published model that it holds. */
export type ZooFile = { preset: PresetName; url: string };

/** Finds the published model whose authors' file is at a URL, or that has a preset's name; null of all others. */
export function zooFile(nameOrUrl: string): ZooFile | null {
  const plain = nameOrUrl.replace(/[?#].*$/, '');
  for (const [preset, url] of Object.entries(WEIGHT_URLS)) {
    if (plain === preset || plain === url) return { preset: preset as PresetName, url };
  }
  return null;
}
