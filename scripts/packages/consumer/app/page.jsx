'use client';
import { useEffect } from 'react';
import { segmentOnce } from '../src/segment.js';

export default function Page() {
  useEffect(() => {
    globalThis.result ??= segmentOnce(new URL('/model/', location.origin).href);
  }, []);
  return <p>segments</p>;
}
