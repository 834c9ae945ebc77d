/** A node before its module is known. */
type UnnamedNode = { op: string };

/**
 * Names nodes by the modules that they are of. A module shows its output when it has run, so that the nodes since the last
 * one that showed its own are this one's.
 */
export class NodeNames {
  private readonly paths: string[] = [];
  private readonly counts = new Map<string, number>();

  /** Gives a path to all nodes that have none yet. */
  claim(path: string, nodes: readonly UnnamedNode[]): void {
    while (this.paths.length < nodes.length) this.paths.push(path);
  }

  /** @param kept Whether a node stays in the graph */
  named<N extends UnnamedNode>(nodes: readonly N[], kept: (node: N) => boolean): (N & { name: string })[] {
    return nodes.flatMap((node, i) =>
      kept(node) ? [{ ...node, name: this.unique(this.paths[i] ?? '', node.op) }] : [],
    );
  }

  private unique(path: string, op: string): string {
    const base = path === '' ? op : `${path}/${op}`;
    const count = this.counts.get(base) ?? 0;
    this.counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}
