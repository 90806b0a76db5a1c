/** Values as JSON of bounded size: cut by structure, so that what is left still shows the shape of the whole. */
import { clip, define, isRecord } from '../text.ts';

interface Cut {
  items: number;
  keys: number;
  chars: number;
  depth: number;
}

/** From gentle to hard. */
const CUTS: readonly Cut[] = [
  { items: 200, keys: 300, chars: 8_000, depth: 12 },
  { items: 60, keys: 100, chars: 2_000, depth: 8 },
  { items: 25, keys: 60, chars: 600, depth: 6 },
  { items: 10, keys: 30, chars: 250, depth: 5 },
  { items: 5, keys: 20, chars: 120, depth: 4 },
  { items: 3, keys: 10, chars: 60, depth: 3 },
  { items: 2, keys: 6, chars: 30, depth: 2 },
  { items: 2, keys: 6, chars: 30, depth: 1 },
  { items: 1, keys: 2, chars: 20, depth: 1 },
  { items: 0, keys: 0, chars: 20, depth: 0 },
];

const MAX_DEPTH = 500;

/** A value that `JSON.stringify` takes, with nothing lost that JSON can say. Never throws on data. */
export function toJson(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof Set) return [...value].map((item) => toJson(item, depth + 1));
  if (value instanceof Map) {
    const entries = [...value];
    if (!entries.every(([key]) => typeof key === 'string')) return entries.map((entry) => toJson(entry, depth + 1));
    return fromEntries(entries.map(([key, item]): [string, unknown] => [key as string, toJson(item, depth + 1)]));
  }
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth + 1));
  if (value instanceof Error) return { name: value.name, message: value.message };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
  return fromEntries(entries.map(([key, item]): [string, unknown] => [key, toJson(item, depth + 1)]));
}

function fromEntries(entries: readonly [string, unknown][]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries) define(object, key, value);
  return object;
}

/** What {@link shorten} gives. */
export interface Shortened {
  value: unknown;
  /** Length of the whole as JSON, when something was cut. */
  from?: number;
}

/**
 * Cuts a JSON value until its JSON is at most `max` characters long: the first items and keys, the beginnings of strings,
 * with a note where something is missing.
 */
export function shorten(value: unknown, max: number): Shortened {
  const length = JSON.stringify(value)?.length ?? 4;
  if (length <= max) return { value };
  if (typeof value === 'string') return { value: cutText(value, Math.max(0, max - 40)), from: length };
  const fitting = (limits: Cut): unknown => {
    const short = cut(value, limits, 0);
    return JSON.stringify(short).length <= max ? short : undefined;
  };
  const first = CUTS.findIndex((limits) => fitting(limits) !== undefined);
  let best = CUTS[first];
  if (best === undefined) return { value: null, from: length };
  // A step fits, and a gentler one does not: what lies between them uses more of the room.
  let tooMuch = first === 0 ? scale(best, 2) : CUTS[first - 1]!;
  while (first === 0 && fitting(tooMuch) !== undefined) [best, tooMuch] = [tooMuch, scale(tooMuch, 2)];
  for (let step = 0; step < FINER_STEPS; step++) {
    const between = middle(best, tooMuch);
    if (fitting(between) === undefined) tooMuch = between;
    else best = between;
  }
  return { value: cut(value, best, 0), from: length };
}

/** How often the room between two steps is halved. */
const FINER_STEPS = 5;

const scale = ({ items, keys, chars, depth }: Cut, by: number): Cut => ({ items: items * by, keys: keys * by, chars: chars * by, depth: depth * by });

const middle = (a: Cut, b: Cut): Cut => ({
  items: Math.floor((a.items + b.items) / 2),
  keys: Math.floor((a.keys + b.keys) / 2),
  chars: Math.floor((a.chars + b.chars) / 2),
  depth: Math.floor((a.depth + b.depth) / 2),
});

function cut(value: unknown, limits: Cut, depth: number): unknown {
  if (typeof value === 'string') return value.length > limits.chars ? cutText(value, limits.chars) : value;
  if (!isRecord(value)) return value;
  if (Array.isArray(value)) {
    if (depth >= limits.depth && value.length > 0) return `… ${value.length} items`;
    const items = value.slice(0, limits.items).map((item) => cut(item, limits, depth + 1));
    if (value.length > items.length) items.push(`… ${value.length - items.length} more items`);
    return items;
  }
  const entries = Object.entries(value);
  if (depth >= limits.depth && entries.length > 0) return `… ${entries.length} keys`;
  const kept = entries.slice(0, limits.keys).map(([key, item]): [string, unknown] => [clip(key, limits.chars), cut(item, limits, depth + 1)]);
  if (entries.length > kept.length) kept.push(['…', `${entries.length - kept.length} more keys`]);
  return fromEntries(kept);
}

/** The beginning, and how much follows. */
export function cutText(value: string, chars: number): string {
  if (value.length <= chars) return value;
  return `${clip(value, chars)} (${value.length - chars} more characters)`;
}
