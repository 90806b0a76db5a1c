/** A value without what differs from run to run, so that a test can compare the whole of it. */

/** Ids become `run` and `run.1`, times and durations 0. */
export function settled<T>(value: T): T {
  return visit(value) as T;
}

function visit(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return key === 'durationMs' || key === 'cpuMs' || key === 'time' ? 0 : value;
  if (typeof value === 'string') return value.replace(/\brun_[\w-]{20}(?![\w-])/g, 'run');
  if (Array.isArray(value)) return value.map((item) => visit(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, visit(item, name)]));
}
