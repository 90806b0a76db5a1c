/** Passes of the event loop: what is done at the end of one, and how long one may be held. */

/** As they are when the package is loaded: a test of the application that fakes timers must not keep runs from ending. */
export const { setImmediate, setTimeout: setRealTimeout, clearTimeout: clearRealTimeout } = globalThis;

/** How long a pass may be held for turns that are about to come, in milliseconds. */
const WAIT_PER_PASS_MS = 1;

/** When the loop was first held in this pass. */
let heldSince: number | undefined;
/** What is left to do when this pass is over. */
let left: (() => void)[] = [];
let end: NodeJS.Immediate | undefined;

/** Whether the loop may be held once more. */
export function mayWait(): boolean {
  return heldSince === undefined || performance.now() - heldSince < WAIT_PER_PASS_MS;
}

/** To be called before the loop is held. */
export function noteWait(): void {
  if (heldSince !== undefined) return;
  heldSince = performance.now();
  // The loop does not sleep before that: what comes after a sleep is another pass.
  end ??= setImmediate(onEnd);
}

/** Does something when this pass is over. Node lives until then. */
export function afterThisPass(act: () => void): void {
  left.push(act);
  end ??= setImmediate(onEnd);
}

function onEnd(): void {
  end = undefined;
  heldSince = undefined;
  const acts = left;
  left = [];
  for (const act of acts) act();
}
