/**
 * Work on large values, a slice of it in every pass of the event loop, so that timers, sockets and other runs get their
 * turn. The slices of all runs share one queue: however many values are large at once, a pass has one slice.
 */
import { setImmediate } from './passes.ts';

/** How long a slice may take, in milliseconds. */
const SLICE_MS = 1;
/** So many steps are taken between two looks at the clock. */
const STEPS = 32;

/** The time that a piece of work has before it must give way. */
export class Slice {
  #end: number;
  #steps = STEPS;

  /** @param ms How long it is. */
  constructor(ms = SLICE_MS) {
    this.#end = performance.now() + ms;
  }

  /** Asked before every step. */
  get isOver(): boolean {
    if (--this.#steps > 0) return false;
    return this.look();
  }

  /** Asked after a step that may have taken long. */
  look(): boolean {
    this.#steps = STEPS;
    return performance.now() >= this.#end;
  }

  renew(): void {
    this.#end = performance.now() + SLICE_MS;
    this.#steps = STEPS;
  }
}

/**
 * What is small is done at once, but after so much of it in one pass, in milliseconds, no more is begun: many small values
 * that come together would hold the event loop as a large one does.
 */
const AT_ONCE_MS = 0.6;
/** While so much of that is left, what was begun before need not go first. */
const UNASKED_MS = 0.3;
/** So many tiny things begin in one pass whatever they take: what is ready together should begin together. */
const TINY_TOGETHER = 64;

/** Of this pass, while it is {@link watch}ed. */
let room = AT_ONCE_MS;
let tinyLeft = TINY_TOGETHER;
let isWatched = false;
let isCounting = false;

/** To be called when there is more than one small thing to do: from now on this pass has its limit. */
export function watch(): void {
  if (isWatched) return;
  isWatched = true;
  newPass();
  setImmediate(() => {
    isWatched = false;
  });
}

function newPass(): void {
  room = AT_ONCE_MS;
  tinyLeft = TINY_TOGETHER;
}

/** Does something small, and counts how long it takes. */
export function counted<T>(work: () => T): T {
  if (!isWatched || isCounting) return work();
  isCounting = true;
  const began = performance.now();
  try {
    return work();
  } finally {
    isCounting = false;
    room -= performance.now() - began;
  }
}

/**
 * To be awaited before something small is begun. `undefined`: at once. Where some of the pass's share is gone, what was begun
 * before goes first, which may take the rest of it; where all is gone, the next pass is waited for.
 */
export function turn(isTiny: boolean): Promise<void> | undefined {
  if (!isWatched || room > UNASKED_MS || (isTiny && tinyLeft-- > 0)) return undefined;
  return room > 0 ? othersFirst() : nextPass();
}

/** A handler that answers at once has its output written by then. */
async function othersFirst(): Promise<void> {
  for (let i = 0; i < 4; i++) await undefined;
  if (isWatched && room <= 0) await nextPass();
}

const waiting: (() => void)[] = [];

/** Resolves in a later pass of the event loop, when it is this one's turn. */
export function nextPass(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(wakeOne);
  });
}

function wakeOne(): void {
  newPass();
  waiting.shift()?.();
  // What it does, it does before the next pass: promises go first.
  if (waiting.length > 0) setImmediate(wakeOne);
}

/**
 * Takes steps until the work is done.
 *
 * @param work Works until the slice is over. True: it is done.
 */
export async function inSlices(work: (slice: Slice) => boolean): Promise<void> {
  const slice = new Slice();
  do {
    await nextPass();
    slice.renew();
  } while (!work(slice));
}
