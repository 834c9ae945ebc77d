import { Redis } from 'ioredis';

/** A connection to Redis: that of `REDIS_URL`, or of this machine. */
export function connect() {
  return new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null });
}
