/** Upper ends of the classes of durations, in seconds: a small model on a GPU to a large one on a core. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Numbers of a server in Prometheus' text format. */
export class ServerMetrics {
  private readonly requests = new Map<number, number>();
  private readonly buckets = new Array<number>(BUCKETS.length).fill(0);
  private seconds = 0;
  private count = 0;
  /** Images that are read, wait or are at work. */
  inHand = 0;

  /** @param seconds From the first byte of the request to the last of the answer */
  add(status: number, seconds: number): void {
    this.requests.set(status, (this.requests.get(status) ?? 0) + 1);
    this.count++;
    this.seconds += seconds;
    for (const [k, most] of BUCKETS.entries()) if (seconds <= most) this.buckets[k]++;
  }

  get text(): string {
    const lines = [
      '# HELP seg_requests_total Images that were posted, by status of the answer.',
      '# TYPE seg_requests_total counter',
      ...[...this.requests].map(([status, count]) => `seg_requests_total{status="${status}"} ${count}`),
      '# HELP seg_request_seconds Time of a request.',
      '# TYPE seg_request_seconds histogram',
      ...BUCKETS.map((most, k) => `seg_request_seconds_bucket{le="${most}"} ${this.buckets[k]}`),
      `seg_request_seconds_bucket{le="+Inf"} ${this.count}`,
      `seg_request_seconds_sum ${this.seconds}`,
      `seg_request_seconds_count ${this.count}`,
      '# HELP seg_images_in_hand Images that are read, wait or are at work.',
      '# TYPE seg_images_in_hand gauge',
      `seg_images_in_hand ${this.inHand}`,
      '# HELP process_resident_memory_bytes Resident memory.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}
